"""When things are due: tabled cases for what an office meets, and properties for the rest."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracte.core.calendars.business_time import Hours, NeverOpen, Slot, Term, due, worked

MADRID = ZoneInfo("Europe/Madrid")
FEASTS = {
    dt.date(2026, 1, 1): "Cap d’Any",
    dt.date(2026, 4, 3): "Divendres Sant",
    dt.date(2026, 4, 6): "Dilluns de Pasqua",
    dt.date(2026, 6, 24): "Sant Joan",
    dt.date(2026, 7, 6): "Festa major de Vic",
    dt.date(2026, 9, 11): "Diada",
    dt.date(2026, 12, 25): "Nadal",
    dt.date(2026, 12, 26): "Sant Esteve",
    dt.date(2027, 1, 1): "Cap d’Any",
    dt.date(2027, 1, 6): "Reis",
}


def slots(*pairs: str) -> tuple[Slot, ...]:
    return tuple(Slot(*map(dt.time.fromisoformat, pair.split("-"))) for pair in pairs)


def hours(*week: tuple[Slot, ...]) -> Hours:
    return Hours(MADRID, week, lambda day: FEASTS.get(day, ""))


REST: tuple[Slot, ...] = ()
MORNINGS = hours(*[slots("09:00-14:00")] * 5, REST, REST)
SPLIT = hours(*[slots("09:00-14:00", "16:00-19:00")] * 4, slots("09:00-15:00"), REST, REST)
NIGHTS = hours(*[slots("00:00-06:00", "22:00-00:00")] * 7)
ALWAYS = hours(*[slots("00:00-00:00")] * 7)
HALVES = hours(*[slots("00:00-02:30", "02:30-08:00")] * 7)
NEVER = hours(*[REST] * 7)
CLOCKS = {"mornings": MORNINGS, "split": SPLIT, "nights": NIGHTS, "always": ALWAYS, "halves": HALVES}


def at(text: str) -> dt.datetime:
    """`2026-04-01 10:00` there; a `+` behind means the second time that the clock strikes it."""
    found = dt.datetime.fromisoformat(text.rstrip("+")).replace(tzinfo=MADRID, fold=text.endswith("+"))
    return found.astimezone(dt.UTC)


def pause(text: str) -> tuple[dt.datetime, dt.datetime | None]:
    since, _, until = text.partition(" / ")
    return at(since), at(until) if until else None


# clock, start, amount and unit, pauses, when it is due ("" while it is paused without end)
DUE = [
    # one shift
    ("mornings", "2026-03-02 09:00", "5 working_hours", [], "2026-03-02 14:00"),
    ("mornings", "2026-03-02 08:00", "1 working_hours", [], "2026-03-02 10:00"),
    ("mornings", "2026-03-02 13:30", "1 working_hours", [], "2026-03-03 09:30"),
    ("mornings", "2026-03-02 14:00", "1 working_hours", [], "2026-03-03 10:00"),
    ("mornings", "2026-03-02 23:59", "1 working_hours", [], "2026-03-03 10:00"),
    ("mornings", "2026-03-06 13:00", "2 working_hours", [], "2026-03-09 10:00"),
    ("mornings", "2026-03-07 12:00", "1 working_hours", [], "2026-03-09 10:00"),
    ("mornings", "2026-03-02 10:00", "0 working_hours", [], "2026-03-02 10:00"),
    ("mornings", "2026-03-02 09:00", "25 working_hours", [], "2026-03-06 14:00"),
    ("mornings", "2026-03-02 09:00", "26 working_hours", [], "2026-03-09 10:00"),
    # split shifts
    ("split", "2026-03-02 13:00", "2 working_hours", [], "2026-03-02 17:00"),
    ("split", "2026-03-02 13:00", "1 working_hours", [], "2026-03-02 14:00"),
    ("split", "2026-03-02 14:30", "1 working_hours", [], "2026-03-02 17:00"),
    ("split", "2026-03-02 18:30", "1 working_hours", [], "2026-03-03 09:30"),
    ("split", "2026-03-06 14:30", "1 working_hours", [], "2026-03-09 09:30"),
    ("split", "2026-03-02 09:00", "38 working_hours", [], "2026-03-06 15:00"),
    # holidays of the land, of the town, and bridges
    ("mornings", "2026-04-02 13:00", "2 working_hours", [], "2026-04-07 10:00"),
    ("mornings", "2026-04-03 10:00", "1 working_hours", [], "2026-04-07 10:00"),
    ("split", "2026-07-03 14:00", "2 working_hours", [], "2026-07-07 10:00"),
    ("split", "2026-06-23 18:00", "3 working_hours", [], "2026-06-25 11:00"),
    ("mornings", "2026-12-24 13:00", "2 working_hours", [], "2026-12-28 10:00"),
    ("mornings", "2026-12-31 13:30", "1 working_hours", [], "2027-01-04 09:30"),
    ("mornings", "2027-01-05 14:00", "1 working_hours", [], "2027-01-07 10:00"),
    # nights over midnight, and both nights on which the clock changes (29 March, 25 October)
    ("nights", "2026-03-02 23:00", "2 working_hours", [], "2026-03-03 01:00"),
    ("nights", "2026-03-02 05:00", "2 working_hours", [], "2026-03-02 23:00"),
    ("nights", "2026-03-29 00:00", "3 working_hours", [], "2026-03-29 04:00"),
    ("nights", "2026-03-28 22:00", "8 working_hours", [], "2026-03-29 23:00"),
    ("nights", "2026-03-28 22:00", "7 working_hours", [], "2026-03-29 06:00"),
    ("nights", "2026-10-25 00:00", "3 working_hours", [], "2026-10-25 02:00+"),
    ("nights", "2026-10-24 22:00", "9 working_hours", [], "2026-10-25 06:00"),
    ("always", "2026-03-28 12:00", "24 working_hours", [], "2026-03-29 13:00"),
    ("always", "2026-10-24 12:00", "24 working_hours", [], "2026-10-25 11:00"),
    ("halves", "2026-03-29 00:00", "2 working_hours", [], "2026-03-29 03:00"),
    ("halves", "2026-03-29 00:00", "7 working_hours", [], "2026-03-29 08:00"),
    ("halves", "2026-10-25 00:00", "4 working_hours", [], "2026-10-25 03:00"),
    ("halves", "2026-10-25 00:00", "9 working_hours", [], "2026-10-25 08:00"),
    # pauses
    ("mornings", "2026-03-02 09:00", "3 working_hours", ["2026-03-02 10:00 / 2026-03-02 11:00"], "2026-03-02 13:00"),
    ("mornings", "2026-03-02 09:00", "3 working_hours", ["2026-03-02 10:00 / 2026-03-05 10:00"], "2026-03-05 12:00"),
    ("mornings", "2026-03-02 09:00", "3 working_hours", ["2026-03-02 15:00 / 2026-03-02 20:00"], "2026-03-02 12:00"),
    ("mornings", "2026-03-02 09:00", "3 working_hours", ["2026-03-02 10:00"], ""),
    ("mornings", "2026-03-02 09:00", "1 working_hours", ["2026-03-02 10:00"], "2026-03-02 10:00"),
    ("mornings", "2026-03-02 10:00", "1 working_hours", ["2026-03-01 10:00 / 2026-03-03 09:00"], "2026-03-03 10:00"),
    ("split", "2026-03-02 12:00", "3 working_hours", ["2026-03-02 13:00 / 2026-03-02 17:00"], "2026-03-02 19:00"),
    (
        "mornings",
        "2026-03-02 09:00",
        "4 working_hours",
        ["2026-03-02 10:00 / 2026-03-02 11:00", "2026-03-02 10:30 / 2026-03-02 12:00"],
        "2026-03-03 10:00",
    ),
    # working days: the first is the next one
    ("mornings", "2026-03-02 09:00", "1 working_days", [], "2026-03-03 14:00"),
    ("mornings", "2026-03-02 20:00", "1 working_days", [], "2026-03-03 14:00"),
    ("mornings", "2026-03-06 09:00", "1 working_days", [], "2026-03-09 14:00"),
    ("split", "2026-03-02 09:00", "3 working_days", [], "2026-03-05 19:00"),
    ("split", "2026-03-02 09:00", "4 working_days", [], "2026-03-06 15:00"),
    ("mornings", "2026-04-01 09:00", "2 working_days", [], "2026-04-07 14:00"),
    ("mornings", "2026-12-23 09:00", "5 working_days", [], "2026-12-31 14:00"),
    ("mornings", "2026-03-07 09:00", "1 working_days", [], "2026-03-09 14:00"),
    ("mornings", "2026-03-02 09:00", "3 working_days", ["2026-03-03 10:00 / 2026-03-05 10:00"], "2026-03-09 14:00"),
    ("mornings", "2026-03-02 09:00", "3 working_days", ["2026-03-03 10:00"], ""),
    ("mornings", "2026-03-02 09:00", "1 working_days", ["2026-03-03 09:00 / 2026-03-03 10:00"], "2026-03-03 14:00"),
    # calendar days: one that ends on a day without work ends on the next
    ("mornings", "2026-03-02 09:00", "10 calendar_days", [], "2026-03-12 14:00"),
    ("mornings", "2026-03-02 09:00", "12 calendar_days", [], "2026-03-16 14:00"),
    ("mornings", "2026-03-24 09:00", "10 calendar_days", [], "2026-04-07 14:00"),
    ("mornings", "2026-03-02 09:00", "3 calendar_days", ["2026-03-03 10:00 / 2026-03-04 10:00"], "2026-03-06 14:00"),
    # months: the same day, the last of a shorter month, the next with work
    ("mornings", "2026-02-02 09:00", "1 months", [], "2026-03-02 14:00"),
    ("mornings", "2026-01-30 09:00", "1 months", [], "2026-03-02 14:00"),
    ("mornings", "2026-08-31 09:00", "1 months", [], "2026-09-30 14:00"),
    ("mornings", "2026-10-13 09:00", "2 months", [], "2026-12-14 14:00"),
    ("mornings", "2026-11-25 09:00", "1 months", [], "2026-12-28 14:00"),
    ("mornings", "2026-12-15 09:00", "1 months", [], "2027-01-15 14:00"),
    ("mornings", "2026-02-02 09:00", "1 months", ["2026-02-09 10:00 / 2026-02-12 10:00"], "2026-03-05 14:00"),
    ("mornings", "2026-02-02 09:00", "1 months", ["2026-02-09 10:00"], ""),
]


@pytest.mark.parametrize(("clock", "start", "term", "pauses", "expected"), DUE)
def test_when_it_is_due(clock, start, term, pauses, expected):
    amount, unit = term.split()
    found = due(at(start), Term(int(amount), unit), CLOCKS[clock], [pause(one) for one in pauses]).at
    assert found == (at(expected) if expected else None)


# clock, from, to, working time in minutes
WORKED = [
    ("mornings", "2026-03-02 08:00", "2026-03-02 10:00", [], 60),
    ("mornings", "2026-03-02 10:00", "2026-03-02 09:00", [], 0),
    ("mornings", "2026-03-06 13:00", "2026-03-09 10:00", [], 120),
    ("split", "2026-03-02 13:00", "2026-03-02 17:00", [], 120),
    ("split", "2026-07-03 14:00", "2026-07-07 10:00", [], 120),
    ("nights", "2026-03-29 00:00", "2026-03-29 06:00", [], 300),
    ("nights", "2026-10-25 00:00", "2026-10-25 06:00", [], 420),
    ("halves", "2026-10-25 00:00", "2026-10-25 08:00", [], 540),
    ("mornings", "2026-03-02 09:00", "2026-03-03 14:00", ["2026-03-02 10:00 / 2026-03-03 10:00"], 300),
    ("mornings", "2026-03-02 09:00", "2026-03-03 14:00", ["2026-03-02 10:00"], 60),
    # reopened: what was closed between is a pause, and both pieces add up
    ("mornings", "2026-03-02 09:00", "2026-03-05 10:00", ["2026-03-02 11:00 / 2026-03-05 09:00"], 180),
]


@pytest.mark.parametrize(("clock", "start", "end", "pauses", "minutes"), WORKED)
def test_how_long_was_worked(clock, start, end, pauses, minutes):
    found = worked(at(start), at(end), CLOCKS[clock], [pause(one) for one in pauses])
    assert found == dt.timedelta(minutes=minutes)


def test_what_was_skipped_is_told_with_its_reason():
    found = due(at("2026-04-01 09:00"), Term(2, "working_days"), MORNINGS)
    told = [(day.day, why) for day, why in found.skipped]
    assert told == [(3, "Divendres Sant"), (4, "weekend"), (5, "weekend"), (6, "Dilluns de Pasqua")]


@pytest.mark.parametrize("unit", ["working_hours", "working_days", "calendar_days", "months"])
def test_hours_without_work_are_refused_in_words(unit):
    with pytest.raises(NeverOpen, match="give the calendar a week"):
        due(at("2026-03-02 09:00"), Term(1, unit), NEVER)


@pytest.mark.parametrize("wrong", [(-1, "working_hours"), (1, "weeks")])
def test_a_term_is_a_number_of_known_units(wrong):
    with pytest.raises(ValueError, match="a term is a number of working_hours, working_days, calendar_days, months"):
        Term(*wrong)


def test_a_slot_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="part it at midnight"):
        slots("22:00-06:00")


MOMENTS = st.datetimes(dt.datetime(2025, 12, 20), dt.datetime(2027, 1, 20)).map(lambda one: one.replace(tzinfo=dt.UTC))
MINUTES = st.integers(0, 40_000).map(lambda n: dt.datetime(2025, 12, 20, tzinfo=dt.UTC) + dt.timedelta(minutes=15 * n))
PAUSES = st.lists(st.tuples(MINUTES, st.integers(1, 5000)), max_size=3).map(
    lambda found: [(since, since + dt.timedelta(minutes=length)) for since, length in found]
)
ANY = st.sampled_from(sorted(CLOCKS))
UNITS = st.sampled_from(["working_hours", "working_days", "calendar_days", "months"])


@given(clock=ANY, starts=st.tuples(MOMENTS, MOMENTS), amount=st.integers(0, 12), unit=UNITS, pauses=PAUSES)
def test_who_begins_later_is_never_due_earlier(clock, starts, amount, unit, pauses):
    first, second = (due(one, Term(amount, unit), CLOCKS[clock], pauses).at for one in sorted(starts))
    assert first <= second


@given(clock=ANY, start=MOMENTS, less=st.integers(0, 40), more=st.integers(0, 40), unit=UNITS, pauses=PAUSES)
def test_a_longer_term_is_never_due_earlier(clock, start, less, more, unit, pauses):
    less, more = (amount if unit != "months" else amount % 7 for amount in sorted((less, more)))
    assume(less <= more)
    assert (
        due(start, Term(less, unit), CLOCKS[clock], pauses).at <= due(start, Term(more, unit), CLOCKS[clock], pauses).at
    )


@given(
    clock=ANY,
    start=MOMENTS,
    first=st.integers(1, 30),
    second=st.integers(1, 30),
    unit=st.sampled_from(["working_hours", "working_days"]),
    pauses=PAUSES,
)
def test_two_terms_one_after_the_other_are_one(clock, start, first, second, unit, pauses):
    assume(unit == "working_hours" or clock not in ("always", "nights"))  # whose days end when the next one begins
    hours = CLOCKS[clock]
    between = due(start, Term(first, unit), hours, pauses).at
    assert (
        due(between, Term(second, unit), hours, pauses).at == due(start, Term(first + second, unit), hours, pauses).at
    )


@given(clock=ANY, start=MOMENTS, amount=st.integers(0, 60), pauses=PAUSES)
def test_until_it_is_due_just_that_was_worked(clock, start, amount, pauses):
    end = due(start, Term(amount, "working_hours"), CLOCKS[clock], pauses).at
    assert worked(start, end, CLOCKS[clock], pauses) == dt.timedelta(hours=amount)


@given(clock=ANY, moments=st.tuples(MOMENTS, MOMENTS, MOMENTS), pauses=PAUSES)
def test_working_time_adds_up(clock, moments, pauses):
    first, second, third = sorted(moments)
    hours = CLOCKS[clock]
    parts = worked(first, second, hours, pauses) + worked(second, third, hours, pauses)
    assert parts == worked(first, third, hours, pauses)


@given(clock=ANY, day=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_a_day_is_what_a_clock_that_is_looked_at_each_minute_says(clock, day):
    """Naive: walk through the day's minutes, and ask the wall clock of each whether it lies in a slot."""
    hours = CLOCKS[clock]
    minute = dt.datetime.combine(day, dt.time(), MADRID).astimezone(dt.UTC)
    open_for = 0
    while hours.day(minute) == day:
        wall = minute.astimezone(MADRID).time()
        slots_of_day = () if hours.holiday(day) else hours.week[day.weekday()]
        open_for += any(s.opens <= wall < s.closes or (s.opens <= wall and s.closes == dt.time()) for s in slots_of_day)
        minute += dt.timedelta(minutes=1)
    assert sum((until - since for since, until in hours.spans(day)), dt.timedelta()) == dt.timedelta(minutes=open_for)
