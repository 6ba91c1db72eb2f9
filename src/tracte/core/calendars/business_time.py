"""Business time: when something is due, and how much working time lies between two moments. Pure, no database.

Moments are aware; between two of them real time passes (an autumn night of 25 hours has 25), while the slots of a week
are told by the clock on the wall. Days are counted as in article 30 of the Spanish Law 39/2015: from the next one on; a
term in calendar days or months that would end on a day without work ends on the next that has some.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

MAX_DAYS = 3700  # that one term is followed for: ten years
UNITS = ("working_hours", "working_days", "calendar_days", "months")
Span = tuple[dt.datetime, dt.datetime]
DAY = dt.timedelta(days=1)


class NeverOpen(ValueError):
    """By these hours nobody works for ten years, so nothing is ever due."""


@dataclass(frozen=True)
class Slot:
    """From when to when people work, by the clock on the wall; midnight closes a day."""

    opens: dt.time
    closes: dt.time

    def __post_init__(self) -> None:
        if self.closes != dt.time() and self.closes <= self.opens:
            raise ValueError(f"{self.opens:%H:%M}-{self.closes:%H:%M} ends before it begins: part it at midnight")


@dataclass(frozen=True)
class Hours:
    """The hours of an office: the slots of each day from Monday on; `holiday` names a day without work, or says ""."""

    zone: ZoneInfo
    week: tuple[tuple[Slot, ...], ...]
    holiday: Callable[[dt.date], str] = lambda day: ""

    def day(self, moment: dt.datetime) -> dt.date:
        """The day that a moment belongs to, there."""
        return moment.astimezone(self.zone).date()

    def spans(self, day: dt.date) -> list[Span]:
        """When people work that day, in UTC, in order and without overlap; nothing on a holiday."""
        if self.holiday(day):
            return []
        found: list[Span] = []
        for slot in sorted(self.week[day.weekday()], key=lambda slot: slot.opens):
            ends_on = day if slot.closes != dt.time() else day + DAY
            since, until = self._moment(day, slot.opens, late=False), self._moment(ends_on, slot.closes, late=True)
            if found and since <= found[-1][1]:
                found[-1] = found[-1][0], max(until, found[-1][1])
            elif since < until:
                found.append((since, until))
        return found

    def why_closed(self, day: dt.date) -> str:
        """The name of the holiday, `weekend` or another day without slots; nothing when people work."""
        return self.holiday(day) or ("" if self.week[day.weekday()] else "weekend")

    def end(self, day: dt.date) -> dt.datetime:
        """When the work of that day ends; midnight on a day without any."""
        spans = self.spans(day)
        return spans[-1][1] if spans else self._moment(day + DAY, dt.time(), late=False)

    def _moment(self, day: dt.date, time: dt.time, *, late: bool) -> dt.datetime:
        """A wall clock's time: of one that strikes twice the first (`late`: the second), of one left out the change."""
        first, second = (
            dt.datetime.combine(day, time.replace(fold=fold), self.zone).astimezone(dt.UTC) for fold in (0, 1)
        )
        if first <= second:
            return second if late else first
        while first - second > dt.timedelta(seconds=1):  # left out: between the two the clock jumps
            middle = second + (first - second) / 2
            jumped = middle.astimezone(self.zone).utcoffset() == first.astimezone(self.zone).utcoffset()
            first, second = (middle, second) if jumped else (first, middle)
        return first.replace(microsecond=0)


@dataclass(frozen=True)
class Term:
    """How long: so many working hours, working days, calendar days or months."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS or self.amount < 0:
            raise ValueError(f"{self.amount} {self.unit}: a term is a number of {', '.join(UNITS)}")


@dataclass(frozen=True)
class Due:
    """When, or None while paused without end; and the days on the way that did not count, with why."""

    at: dt.datetime | None
    skipped: tuple[tuple[dt.date, str], ...] = ()


def due(
    start: dt.datetime, term: Term, hours: Hours, pauses: Iterable[tuple[dt.datetime, dt.datetime | None]] = ()
) -> Due:
    """When a term that begins at `start` ends. `pauses`: from when until when (None: still) its clock stands.

    Raises NeverOpen when the hours have no work to count for ten years.
    """
    standing = _standing(pauses)
    if term.unit == "working_hours":
        return _in_hours(start, dt.timedelta(hours=term.amount), hours, standing)
    return _in_days(start, term, hours, standing)


def worked(
    start: dt.datetime, end: dt.datetime, hours: Hours, pauses: Iterable[tuple[dt.datetime, dt.datetime | None]] = ()
) -> dt.timedelta:
    """The working time between two moments, without what was paused; none when the end comes first."""
    standing, total = _standing(pauses), dt.timedelta()
    day, last = hours.day(start), hours.day(end)
    while day <= last:
        for since, until in _less(hours.spans(day), standing):
            total += max(min(until, end) - max(since, start), dt.timedelta())
        day += DAY
    return total


FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def _standing(pauses: Iterable[tuple[dt.datetime, dt.datetime | None]]) -> list[Span]:
    return sorted((since, until or FOREVER) for since, until in pauses)


def _less(spans: list[Span], pauses: list[Span]) -> list[Span]:
    """What is left of some spans when the pauses are taken out."""
    left = spans
    for since, until in pauses:
        left = [piece for span in left for piece in ((span[0], min(span[1], since)), (max(span[0], until), span[1]))]
        left = [(begins, ends) for begins, ends in left if begins < ends]
    return left


def _days(start: dt.date) -> Iterator[dt.date]:
    for n in range(MAX_DAYS):
        yield start + n * DAY
    raise NeverOpen("these hours have no work for ten years: give the calendar a week")


def _in_hours(start: dt.datetime, wanted: dt.timedelta, hours: Hours, pauses: list[Span]) -> Due:
    if not wanted:
        return Due(start)
    skipped: list[tuple[dt.date, str]] = []
    for day in _days(hours.day(start)):
        if _is_paused_for_good(day, hours, pauses):
            return Due(None, tuple(skipped))
        if why := hours.why_closed(day):
            skipped.append((day, why))
        for since, until in _less(hours.spans(day), pauses):
            since = max(since, start)
            if until - since >= wanted:
                return Due(since + wanted, tuple(skipped))
            wanted -= max(until - since, dt.timedelta())
    raise AssertionError  # _days raises


def _in_days(start: dt.datetime, term: Term, hours: Hours, pauses: list[Span]) -> Due:
    """The day is counted that is not paused when its work ends."""
    skipped: list[tuple[dt.date, str]] = []
    first, left = hours.day(start), term.amount
    if term.unit == "months":
        first, left = _months_later(first, term.amount), sum(1 for _ in _paused_days(first, term, hours, pauses))
    last = first
    for day in _days(first + DAY) if left else ():
        if _is_paused_for_good(day, hours, pauses):
            return Due(None, tuple(skipped))
        why = hours.why_closed(day) if term.unit == "working_days" else ""
        why = why or ("paused" if _is_paused(hours.end(day), pauses) else "")
        if why:
            skipped.append((day, why))
        elif (left := left - 1) == 0:
            last = day
            break
    for day in _days(last):
        if not hours.why_closed(day) and hours.spans(day):
            return Due(max(hours.end(day), start), tuple(skipped))
        skipped.append((day, hours.why_closed(day)))
    raise AssertionError  # _days raises


def _paused_days(first: dt.date, term: Term, hours: Hours, pauses: list[Span]) -> Iterator[dt.date]:
    """The days of so many months that are paused when they end: so many are added."""
    last = _months_later(first, term.amount)
    yield from (day for n in range(1, (last - first).days + 1) if _is_paused(hours.end(day := first + n * DAY), pauses))


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month; of a shorter one, its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = dt.date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(after - DAY, dt.date(year, month + 1, 1) + (day.day - 1) * DAY)


def _is_paused(moment: dt.datetime, pauses: list[Span]) -> bool:
    return any(since < moment <= until for since, until in pauses)


def _is_paused_for_good(day: dt.date, hours: Hours, pauses: list[Span]) -> bool:
    return bool(pauses) and any(until == FOREVER and since <= hours.end(day - DAY) for since, until in pauses)
