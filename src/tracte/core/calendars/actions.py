"""What people do to calendars."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.db import transaction

from tracte.core.calendars.business_time import Slot
from tracte.core.clock import now
from tracte.core.models import Calendar, Holiday, User

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Week = Sequence[Sequence[Sequence[str]]]  # seven days of [opens, closes]


class BadCalendar(ValueError):
    """One clear line: what is wrong with a calendar, and how to mend it. A page says it in its own words by `code`, of
    which `day` of the week (Monday is 0) and what was written there."""

    def __init__(self, line: str, code: str = "", day: int = 0, written: str = ""):
        super().__init__(line)
        self.code, self.day, self.written = code, day, written


@transaction.atomic
def set_calendar(
    *,
    key: str,
    names: Mapping[str, str],
    week: Week,
    zone: str = "Europe/Madrid",
    subdivision: str = "ES-CT",
    by: User | None = None,
    at: dt.datetime | None = None,
) -> Calendar:
    """A calendar; the same key again changes it. What was promised before keeps its date. Raises BadCalendar."""
    _check(week, zone, subdivision)
    described: dict[str, Any] = {"names": dict(names), "week": week, "zone": zone, "subdivision": subdivision}
    described |= {"by": by, "at": at or now()}
    calendar, _ = Calendar.objects.update_or_create(key=key, defaults=described)
    return calendar


@transaction.atomic
def close_on(
    calendar: Calendar,
    days: Mapping[dt.date, str],
    *,
    is_worked: bool = False,
    by: User | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Days without work, by their names; `is_worked`: feasts of the land on which these people do work."""
    said = {"is_worked": is_worked, "by": by, "at": at or now()}
    for on, name in days.items():
        Holiday.objects.update_or_create(calendar=calendar, on=on, dropped_at=None, defaults={"name": name, **said})


def open_again(day: Holiday, *, by: User, at: dt.datetime) -> None:
    """A day of its own counts no more; who said so stays with it. Twice is once."""
    Holiday.objects.filter(id=day.id, dropped_at=None).update(dropped_at=at, dropped_by=by)


def _check(week: Week, zone: str, subdivision: str) -> None:
    if len(week) != len(DAYS):
        raise BadCalendar(f"a week of {len(week)} days: give seven lists of [opens, closes], from Monday on")
    for n, day in enumerate(week):
        _check_day(n, day)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        line = f"no time zone is called {zone!r}: write one like Europe/Madrid"
        raise BadCalendar(line, "zone", written=zone) from error
    country, _, land = subdivision.partition("-")
    known = holidays.list_supported_countries()
    if country and (country not in known or land not in ["", *known[country]]):
        line = f"no holidays are known for {subdivision!r}: write a code like ES-CT, or none"
        raise BadCalendar(line, "land", written=subdivision)


def _check_day(n: int, day: Sequence[Sequence[str]]) -> None:
    slots, name = [], DAYS[n]
    for slot in day:
        written = "-".join(map(str, slot))
        try:
            opens, closes = map(dt.time.fromisoformat, slot)
        except (TypeError, ValueError) as error:
            line = f"{name}: {error}; write slots like 09:00 and 14:30"
            raise BadCalendar(line, "unreadable", n, written) from error
        try:
            slots.append(Slot(opens, closes))
        except ValueError as error:
            line = f"{name}: {error}; write slots like 09:00 and 14:30"
            raise BadCalendar(line, "backwards", n, written) from error
    slots.sort(key=_opens)
    for before, after in itertools.pairwise(slots):
        if before.closes == dt.time() or after.opens < before.closes:
            line = f"{name}: the slot from {after.opens:%H:%M} begins before the one before it ends"
            raise BadCalendar(line, "overlap", n, f"{after.opens:%H:%M}-{after.closes:%H:%M}")


def _opens(slot: Slot) -> dt.time:
    return slot.opens
