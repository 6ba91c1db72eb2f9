"""The hours of a calendar, as `business_time` counts with them."""

from __future__ import annotations

import datetime as dt
import functools
from zoneinfo import ZoneInfo

import holidays

from tracte.core.calendars.business_time import Hours, Slot
from tracte.core.calendars.models import Calendar

IN = {"ca": "ca", "es": "es", "oc": "ca", "en": "en_US"}  # the languages of the library; none is Occitan


def of(calendar: Calendar, language: str = "ca") -> Hours:
    """Its own days cost a query, unless it was asked for `with_days`; those of the land come from the library, in this
    language."""
    own = calendar.own_days

    def holiday(day: dt.date) -> str:
        return own[day] if day in own else of_land(calendar.subdivision, day.year, language).get(day, "")

    week = tuple(tuple(Slot(*map(dt.time.fromisoformat, slot)) for slot in day) for day in calendar.week)
    return Hours(ZoneInfo(calendar.zone), week, holiday)


@functools.lru_cache(maxsize=200)
def of_land(subdivision: str, year: int, language: str) -> dict[dt.date, str]:
    """The holidays of one year by the code of ISO 3166-2; none without a code."""
    country, _, land = subdivision.partition("-")
    if not country:
        return {}
    return dict(holidays.country_holidays(country, subdiv=land or None, years=year, language=IN[language]))
