"""When people write and offices answer: days of the week, holidays, August, growth; hours per channel."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate
from random import Random

DAY = 86_400
_WEEK = (1.25, 1.12, 1.0, 1.02, 0.82, 0.26, 0.2)  # Monday first
_HOLIDAYS = {(1, 1), (1, 6), (5, 1), (6, 24), (8, 15), (9, 11), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25), (12, 26)}
_ANYTIME = (2, 1, 1, 0, 0, 1, 2, 5, 9, 12, 13, 12, 10, 9, 7, 8, 10, 11, 11, 10, 11, 12, 9, 4)
_CALLS = (0, 0, 0, 0, 0, 0, 0, 0, 8, 14, 16, 15, 13, 9, 5, 6, 8, 7, 5, 4)
_DESK = (0, 0, 0, 0, 0, 0, 0, 0, 5, 15, 18, 17, 15, 9)
_THURSDAY = (0, 0, 0, 0, 0, 0, 0, 0, 4, 12, 14, 13, 12, 8, 0, 0, 8, 9, 7)
_OFFICE = (0, 0, 0, 0, 0, 0, 0, 1, 8, 13, 14, 13, 12, 9, 4, 6, 7, 5, 2, 1)


def _hours(weights: tuple[int, ...]) -> list[int]:
    return [hour for hour, weight in enumerate(weights) for _ in range(weight)]


ANYTIME, CALLS, DESK, THURSDAY, OFFICE = map(_hours, (_ANYTIME, _CALLS, _DESK, _THURSDAY, _OFFICE))


class Calendar:
    """The days from `first` to `last` (both included), as ordinals; a moment is local seconds since ordinal 0."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        self.first, self.last = first.toordinal(), last.toordinal()
        self._days = [dt.date.fromordinal(day) for day in range(self.first, self.last + 1)]
        span = len(self._days)
        self._weights = list(accumulate(self._weight(day, place / span) for place, day in enumerate(self._days)))
        works = [day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS for day in self._days]
        self._next = _next_open(works)
        self.months = [day.month for day in self._days]

    @staticmethod
    def _weight(day: dt.date, age: float) -> float:
        weight = _WEEK[day.weekday()] * (0.45 + 0.55 * age + 0.35 * age**6)
        if (day.month, day.day) in _HOLIDAYS:
            weight *= 0.3
        return weight * (0.5 if day.month == 8 else 1.0)

    def some_days(self, rng: Random, count: int) -> list[int]:
        """Ordinals drawn by how busy the days are."""
        return rng.choices(range(self.first, self.last + 1), cum_weights=self._weights, k=count)

    def open_day(self, day: int) -> int:
        """That day or the next on which offices work; at the end of the calendar the last such day."""
        return self.first + self._next[min(day, self.last) - self.first]

    def moment(self, day: int, hours: list[int], chance: float) -> int:
        """A second of that day at an hour of `hours`; `chance` in [0, 1)."""
        place = chance * len(hours)
        return day * DAY + hours[int(place)] * 3600 + int(place % 1 * 3600)

    def desk_hours(self, day: int) -> list[int]:
        """Mornings, and Thursdays also in the afternoon."""
        return THURSDAY if day % 7 == 4 else DESK


def _next_open(works: list[bool]) -> list[int]:
    """For each place the next that works; behind the last one, that one."""
    found = max((place for place, open_ in enumerate(works) if open_), default=0)
    following = []
    for place in range(len(works) - 1, -1, -1):
        found = place if works[place] else found
        following.append(found)
    return following[::-1]


def utc_offset(moment: int) -> int:
    """Hours that Madrid is ahead of UTC at a local moment: 2 from the last Sunday of March to that of October."""
    day = dt.date.fromordinal(moment // DAY)
    if 4 <= day.month <= 9:
        return 2
    if day.month not in (3, 10):
        return 1
    last_sunday = 31 - dt.date(day.year, day.month, 31).isoweekday() % 7
    summer = day.day >= last_sunday
    return 2 if summer == (day.month == 3) else 1


def iso(moment: int) -> str:
    """`2026-10-07T09:12:00+02:00`."""
    day, second = divmod(moment, DAY)
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{dt.date.fromordinal(day).isoformat()}T{clock}+0{utc_offset(moment)}:00"


_EPOCH = dt.date(1970, 1, 1).toordinal() * DAY


def unix(moment: int) -> int:
    """Seconds since 1970 UTC."""
    return moment - _EPOCH - utc_offset(moment) * 3600
