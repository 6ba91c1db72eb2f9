"""Who contacts whom when and about what: matters of one to eight steps over the channels, laid out before any text.

Columns instead of objects: a million contacts take some 60 MB, whatever their texts will weigh.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import NamedTuple

from tracte.config.demo import people as p
from tracte.config.demo import rhythm, seasons
from tracte.config.demo.people import Person
from tracte.config.demo.rhythm import DAY, Calendar

ASK, MORE, COMPLAIN, THANK, ANSWER, ALERT, AWAY, BOUNCE = range(8)  # the steps of a matter
OUTBOUND = (ANSWER, ALERT)
SCRIPT = 0xFFFFFFFF  # the matter number of what the cast says word by word

_FAVOUR = (24, 36, 24, 22, 11, 26, 16, 5)  # how often each of CHANNELS is taken when it is used
AUTOMATIC = 0.09  # of our mails: a machine answers first, that somebody is away or that it could not deliver
_SIZES, _SIZE_ODDS = (1, 2, 3, 4, 5, 6, 8), (38, 26, 15, 9, 6, 4, 2)


class Contact(NamedTuple):
    """One interaction to be. `moment`: local seconds (see rhythm); `matter` joins those about one thing; `first` and
    `last` say where in it this one stands; `line` is its place in the script when `matter` is SCRIPT."""

    person: Person
    moment: int
    channel: int
    topic: int
    step: int
    matter: int
    first: bool
    last: bool
    line: int

    @property
    def day(self) -> dt.date:
        return dt.date.fromordinal(self.moment // DAY)

    @property
    def outbound(self) -> bool:
        return self.step in OUTBOUND


class Plan:
    """All contacts, appended in any order and walked in the order of time."""

    def __init__(self, everybody: list[Person], calendar: Calendar) -> None:
        self._people, self._calendar = everybody, calendar
        self._moment, self._person, self._matter = array("q"), array("L"), array("L")
        self._channel, self._topic, self._step, self._place = (array("B") for _ in range(4))

    def __len__(self) -> int:
        return len(self._moment)

    def add(self, person: int, moment: int, channel: int, topic: int, step: int, matter: int, place: int) -> None:
        """`place`: 1 = first of its matter, 2 = last, 3 = both; of a script the line's number."""
        self._moment.append(moment)
        self._person.append(person)
        self._channel.append(channel)
        self._topic.append(topic)
        self._step.append(step)
        self._matter.append(matter)
        self._place.append(place)

    def walk(self) -> Iterator[Contact]:
        """In the order of time; of one moment in the order they were added."""
        columns = self._moment, self._channel, self._topic, self._step, self._matter, self._place
        for place in sorted(range(len(self)), key=self._moment.__getitem__):
            moment, channel, topic, step, matter, mark = (column[place] for column in columns)
            person = self._people[self._person[place] - 1]
            yield Contact(person, moment, channel, topic, step, matter, bool(mark & 1), bool(mark & 2), mark)

    def fill(self, rng: Random, total: int) -> None:
        """Lay out contacts until there are `total`: most people 1 to 5, few above a hundred, some none."""
        able = [person for person in self._people[1:] if person.reach]
        quotas = _quotas(rng, len(able), total - len(self))
        matter = 0
        days: Iterator[int] = iter(())
        for person, quota in zip(able, quotas, strict=True):
            while quota:
                size = min(quota, _SIZES[seasons.pick(_SIZE_CUMULATIVE, rng.random())])
                day = next(days, 0)
                if not day:
                    days = iter(self._calendar.some_days(rng, 4096))
                    day = next(days)
                self._matter_of(rng, person, day, size, matter)
                matter, quota = matter + 1, quota - size

    def _matter_of(self, rng: Random, person: Person, day: int, size: int, matter: int) -> None:
        calendar, steps = self._calendar, _steps(rng, size)
        day = min(day, calendar.last - 3 * size)
        age = int(day / 365.2425) + 1 - person.born.year
        topic = seasons.topic(calendar.months[day - calendar.first], age, rng.random())
        channel = favourite = _channel(person.reach, person.trait(1) if rng.random() < 0.55 else rng.random())
        moment = 0
        for place, step in enumerate(steps):
            spoken = step == ANSWER and channel in (p.TRUCADES, p.OFICINA) and rng.random() < 0.6
            if spoken or (step in OUTBOUND and not _can_be_reached(person)):
                step = MORE  # who spoke with somebody was answered there and then
            if step in OUTBOUND:
                channel = _answers(person, step, channel, rng.random())
            elif channel == p.BUSTIA and place and steps[place - 1] == ANSWER and rng.random() < AUTOMATIC:
                step = AWAY if rng.random() < 0.7 else BOUNCE
            elif place:
                channel = favourite if rng.random() < 0.7 else _channel(person.reach, rng.random())
            moment = self._when(rng, day, channel, step, moment)
            mark = (place == 0) | (place == size - 1) << 1
            self.add(person.number, moment, channel, topic, step, matter, mark)
            day = moment // DAY + int(2.9 * rng.random())

    def _when(self, rng: Random, day: int, channel: int, step: int, after: int) -> int:
        """Later than `after`, in the hours of the channel; what we do, we do on working days."""
        calendar = self._calendar
        if channel not in (p.TRUCADES, p.OFICINA) and step not in OUTBOUND:
            moment = calendar.moment(day, rhythm.ANYTIME, rng.random())
            moment = moment if moment > after else after + 900 + int(7200 * rng.random())
            return min(moment, calendar.last * DAY + DAY - 1)
        moment = 0
        while moment <= after:
            day = calendar.open_day(day)
            hours = rhythm.CALLS if channel == p.TRUCADES else rhythm.OFFICE
            hours = calendar.desk_hours(day) if channel == p.OFICINA else hours
            moment = calendar.moment(day, hours, rng.random())
            if day == calendar.open_day(day + 1):
                break  # the last day of all
            day += 1
        return moment


_SIZE_CUMULATIVE = seasons.cumulative(_SIZE_ODDS)


def _quotas(rng: Random, people: int, total: int) -> list[int]:
    """Pareto: one person in five none at all, the rest from one on; summing to `total`."""
    weights = [0.0 if rng.random() < 0.18 else min(rng.paretovariate(1.2), 130.0) for _ in range(people)]
    scale = total / (sum(weights) or 1.0)
    quotas = [int(weight * scale + rng.random()) for weight in weights]
    wrong = total - sum(quotas)
    while wrong:
        place = int(rng.random() * people)
        if wrong > 0 or quotas[place]:
            quotas[place] += 1 if wrong > 0 else -1
            wrong -= 1 if wrong > 0 else -1
    return quotas


def _steps(rng: Random, size: int) -> list[int]:
    """ASK, then what may follow: our answer, insisting, a complaint, thanks at the end."""
    steps = [ASK]
    while len(steps) < size:
        chance, before = rng.random(), steps[-1]
        if before == ANSWER:
            follow = THANK if len(steps) == size - 1 and chance < 0.5 else MORE
        elif chance < 0.55:
            follow = ANSWER
        else:
            follow = MORE if chance < 0.78 else COMPLAIN if chance < 0.88 else ALERT
        steps.append(follow)
    return steps


@lru_cache(256)
def _odds(reach: int) -> tuple[list[int], list[float]]:
    used = [channel for channel in range(len(_FAVOUR)) if reach >> channel & 1]
    return used, seasons.cumulative([_FAVOUR[channel] for channel in used])


def _channel(reach: int, chance: float) -> int:
    used, odds = _odds(reach)
    return used[seasons.pick(odds, chance)]


def _can_be_reached(person: Person) -> bool:
    return bool(person.email) or person.uses(p.TRUCADES)


def _answers(person: Person, step: int, asked_by: int, chance: float) -> int:
    """By which channel we answer."""
    if step == ANSWER and person.email and (asked_by == p.BUSTIA or chance < 0.35):
        return p.BUSTIA
    if step == ANSWER and asked_by == p.TELEGRAM:
        return p.TELEGRAM
    if not person.uses(p.TRUCADES):
        return p.BUSTIA
    return p.SMS if person.mobile and (step == ALERT or chance < 0.7) else p.TRUCADES
