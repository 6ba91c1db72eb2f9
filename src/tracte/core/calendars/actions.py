"""What people do to calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.db import transaction

from tracte.core.calendars.business_time import Slot
from tracte.core.calendars.models import Calendar, Holiday

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Week = Sequence[Sequence[Sequence[str]]]  # seven days of [opens, closes]


class BadCalendar(ValueError):
    """One clear line: what is wrong with a calendar, and how to mend it."""


@transaction.atomic
def set_calendar(
    *, key: str, names: Mapping[str, str], week: Week, zone: str = "Europe/Madrid", subdivision: str = "ES-CT"
) -> Calendar:
    """A calendar; the same key again changes it. What was promised before keeps its date. Raises BadCalendar."""
    _check(week, zone, subdivision)
    described = {"names": dict(names), "week": week, "zone": zone, "subdivision": subdivision}
    calendar, _ = Calendar.objects.update_or_create(key=key, defaults=described)
    return calendar


@transaction.atomic
def close_on(calendar: Calendar, days: Mapping[dt.date, str], *, is_worked: bool = False) -> None:
    """Days without work, by their names; `is_worked`: feasts of the land on which these people do work."""
    for on, name in days.items():
        Holiday.objects.update_or_create(calendar=calendar, on=on, defaults={"name": name, "is_worked": is_worked})


def _check(week: Week, zone: str, subdivision: str) -> None:
    if len(week) != len(DAYS):
        raise BadCalendar(f"a week of {len(week)} days: give seven lists of [opens, closes], from Monday on")
    for name, day in zip(DAYS, week, strict=True):
        try:
            slots = [Slot(*map(dt.time.fromisoformat, slot)) for slot in day]
        except (TypeError, ValueError) as error:
            raise BadCalendar(f"{name}: {error}; write slots like 09:00 and 14:30") from error
        for before, after in zip(sorted(slots, key=_opens), sorted(slots, key=_opens)[1:], strict=False):
            if before.closes == dt.time() or after.opens < before.closes:
                raise BadCalendar(f"{name}: the slot from {after.opens:%H:%M} begins before the one before it ends")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadCalendar(f"no time zone is called {zone!r}: write one like Europe/Madrid") from error
    country, _, land = subdivision.partition("-")
    known = holidays.list_supported_countries()
    if country and (country not in known or land not in ["", *known[country]]):
        raise BadCalendar(f"no holidays are known for {subdivision!r}: write a code like ES-CT, or none")


def _opens(slot: Slot) -> dt.time:
    return slot.opens
