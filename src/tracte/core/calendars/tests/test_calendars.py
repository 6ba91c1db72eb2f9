"""Calendars bring the holidays of the land and of the town; what is wrong with one is said in one line."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tracte.core.calendars import hours
from tracte.core.calendars.actions import BadCalendar, close_on, set_calendar
from tracte.core.calendars.business_time import Term, due
from tracte.core.models import Calendar

pytestmark = pytest.mark.django_db
OFFICE = [[["09:00", "14:00"], ["16:00", "18:30"]]] * 4 + [[["09:00", "14:00"]], [], []]


def office(**changed):
    return set_calendar(**{"key": "oficina", "names": {"ca": "Oficina"}, "week": OFFICE} | changed)


def test_the_land_has_its_holidays_by_their_names(administration):
    found = hours.of(office())
    assert found.why_closed(dt.date(2026, 9, 11)) == "Diada Nacional de Catalunya"
    assert found.why_closed(dt.date(2026, 9, 12)) == "weekend"
    assert found.why_closed(dt.date(2026, 9, 14)) == ""
    assert hours.of(office(), "es").why_closed(dt.date(2026, 1, 6)) == "Epifanía del Señor"


def test_a_town_adds_its_own_and_works_on_another(administration):
    calendar = office()
    close_on(calendar, {dt.date(2026, 7, 6): "Festa major"})
    close_on(calendar, {dt.date(2026, 6, 24): "Sant Joan"}, is_worked=True)
    found = hours.of(calendar)
    assert found.why_closed(dt.date(2026, 7, 6)) == "Festa major"
    assert found.why_closed(dt.date(2026, 6, 24)) == "" and found.spans(dt.date(2026, 6, 24))
    start = dt.datetime(2026, 7, 3, 13, 30, tzinfo=found.zone)
    assert due(start, Term(1, "working_hours"), found).at == dt.datetime(2026, 7, 7, 9, 30, tzinfo=found.zone)


def test_without_a_land_only_its_own_days_count(administration):
    found = hours.of(office(subdivision=""))
    assert found.spans(dt.date(2026, 12, 25))


def test_the_same_key_again_changes_it(administration):
    first = office()
    assert office(names={"ca": "Oficina d’estiu"}).id == first.id
    assert Calendar.objects.get().names == {"ca": "Oficina d’estiu"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"week": OFFICE[:5]}, "a week of 5 days"),
        ({"week": [[["9", "14:00"]], *OFFICE[1:]]}, "Monday: "),
        ({"week": [[["14:00", "09:00"]], *OFFICE[1:]]}, "Monday: 14:00-09:00 ends before it begins"),
        ({"week": [*OFFICE[:5], [["09:00", "12:00"], ["11:00", "13:00"]], []]}, "Saturday: the slot from 11:00 begins"),
        ({"week": [*OFFICE[:5], [["09:00", "00:00"], ["11:00", "13:00"]], []]}, "Saturday: the slot from 11:00 begins"),
        ({"week": [*OFFICE[:6], [["09:00"]]]}, "Sunday: "),
        ({"zone": "Europe/Vic"}, "no time zone is called 'Europe/Vic'"),
        ({"subdivision": "ES-XX"}, "no holidays are known for 'ES-XX'"),
        ({"subdivision": "Catalunya"}, "no holidays are known for 'Catalunya'"),
    ],
)
def test_what_is_wrong_is_one_line(administration, wrong, told):
    with pytest.raises(BadCalendar, match=told):
        office(**wrong)
    assert not Calendar.objects.exists()


def test_it_has_a_catalan_name(administration):
    with pytest.raises(IntegrityError, match="calendar_named_in_catalan"), transaction.atomic():
        office(names={"en": "Office"})
