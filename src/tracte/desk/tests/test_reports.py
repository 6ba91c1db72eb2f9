"""Each question beside a deliberately naive way to answer it: row by row, in Python, over everything there is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from statistics import quantiles

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.core.calendars import business_time, hours
from tracte.core.calendars.actions import set_calendar
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.reports import (
    arrived,
    elapsed,
    languages,
    opinions,
    promises,
    reopened,
    report,
    rhythm,
    still_open,
    times,
)
from tracte.desk.reports.period import Period, month
from tracte.desk.tests.past import FIRST, Past
from tracte.inbox.models import (
    Asking,
    Case,
    CaseClosure,
    CaseReopening,
    Closure,
    Conversation,
    Opinion,
    Promise,
    Reopening,
    Step,
    Turn,
)
from tracte.inbox.promising import CALENDAR, _calendar

pytestmark = pytest.mark.django_db
OFFICE = [[["09:00", "14:00"], ["16:00", "18:30"]]] * 4 + [[["09:00", "14:00"]], [], []]
PERIODS = {"february": 0, "one_unit": 1, "one_channel": 2, "a_day": 3, "before_it_began": 4}


@pytest.fixture
def past(administration, agent):
    set_calendar(key=CALENDAR, names={"ca": "Atenció"}, week=OFFICE)
    return Past(agent)


@pytest.fixture(params=PERIODS)
def period(request, past):
    all_units = list(Unit.objects.values_list("id", flat=True))
    february = month(dt.date(2026, 2, 3))
    return {
        "february": Period(*february, all_units),
        "one_unit": Period(dt.date(2026, 1, 20), dt.date(2026, 4, 2), [past.units[1].id]),
        "one_channel": Period(*february, all_units, past.doors[1].id),
        "a_day": Period(dt.date(2026, 3, 29), dt.date(2026, 3, 29), all_units),
        "before_it_began": Period(dt.date(2025, 3, 1), dt.date(2025, 3, 31), all_units),
    }[request.param]


def mine(period, one) -> bool:
    return one.unit_id in period.units and period.account in (None, one.account_id)


def within(period, at) -> bool:
    return at is not None and period.since <= timezone.localdate(at) <= period.until


def first_answers(period, model):
    """(opened, answered, language) of each whose first answer by a person falls in the period."""
    for one in model.objects.all():
        said = (
            Turn.objects.filter(conversation=one, dispatch__isnull=False)
            if model is Conversation
            else Step.objects.filter(case=one, what="answered")
        )
        by_people = [
            s for s in said.order_by("at") if s.dispatch.by_id and s.dispatch.state not in ("failed", "recalled")
        ]
        if by_people and mine(period, one) and within(period, by_people[0].at):
            yield one.opened_at, by_people[0].at, by_people[0].dispatch.language


def closures(period, model):
    whose = "case" if model is CaseClosure else "conversation"
    return [c for c in model.objects.all() if within(period, c.at) and mine(period, getattr(c, whose))]


KINDS = ((Conversation, Closure, Reopening), (Case, CaseClosure, CaseReopening))


def values(found: report.Report) -> list[list]:
    return [list(row.values) for row in found.rows]


def test_what_arrived(period):
    expected = [
        [
            sum(within(period, one.opened_at) and mine(period, one) for one in model.objects.all()),
            len(list(first_answers(period, model))),
            len(closures(period, closing)),
            sum(c.how == "unanswered" for c in closures(period, closing)),
        ]
        for model, closing, _ in KINDS
    ]
    found = arrived.ask(period)
    assert values(found) == expected and bool(found.trouble) == (not any(map(any, expected)))


def test_how_long_it_took(period):
    office = hours.of(_calendar(CALENDAR))

    def told(pairs):
        working = [business_time.worked(since, until, office) for since, until in pairs]
        row = [len(pairs)]
        for taken in (working, [until - since for since, until in pairs]):
            for percent in (50, 90):
                if len(taken) < 2:
                    row.append(taken[0] if taken else None)
                else:
                    row.append(quantiles(taken, n=100, method="inclusive")[percent - 1])
        return row

    expected = []
    for model, closing, _ in KINDS:
        whose = "case" if model is Case else "conversation"
        expected.append(told([(a, b) for a, b, _ in first_answers(period, model)]))
        settled = [c for c in closures(period, closing) if c.how == "answered"]
        expected.append(told([(getattr(c, whose).opened_at, c.at) for c in settled]))
    for row, naive in zip(values(times.ask(period)), expected, strict=True):
        assert row[0] == naive[0]
        for found, wanted in zip(row[1:], naive[1:], strict=True):
            assert found == wanted or abs(found - wanted) < dt.timedelta(milliseconds=1)


def test_which_promises_were_kept(period):
    expected = []
    for whose in ("conversation", "case"):
        ended = [
            p.end
            for p in Promise.objects.all()
            if getattr(p, whose) and within(period, p.ended_at) and mine(period, getattr(p, whose))
        ]
        kept, late = ended.count("kept"), ended.count("late")
        expected.append([kept, late, report.percent(kept, kept + late), ended.count("dropped")])
    assert values(promises.ask(period)) == expected


def test_what_is_still_open(period):
    expected = [[0, 0, 0, 0] for _ in still_open.AGES]
    for place, model in ((0, Conversation), (2, Case)):
        for one in model.objects.all():
            if one.closure_id or not mine(period, one):
                continue
            age = (now() - one.opened_at) / dt.timedelta(days=1)
            bucket = sum(age >= edge for edge in (1, 3, 7, 30))
            expected[bucket][place] += 1
            waits = one.waiting_since if model is Conversation else one.answered_at is None
            expected[bucket][place + 1] += bool(waits)
    assert values(still_open.ask(period)) == expected


def test_what_was_reopened(period):
    expected = []
    for model, closing, opening in KINDS:
        whose = "case" if model is Case else "conversation"
        again = [r for r in opening.objects.all() if within(period, r.at) and mine(period, getattr(r.closure, whose))]
        closed = closures(period, closing)
        expected.append([len(again), len(closed), report.percent(len(again), len(closed))])
    assert values(reopened.ask(period)) == expected


def test_in_which_languages(period):
    came = [one for one in Conversation.objects.all() if within(period, one.opened_at) and mine(period, one)]
    asked = Counter(one.language or one.seems_language for one in came)
    served = Counter(language for *_, language in first_answers(period, Conversation))
    found = {row.key: list(row.values) for row in languages.ask(period).rows}
    assert found == {code or "unknown": [asked[code], served[code]] for code in asked | served}


def test_what_people_say(period):
    asked = [
        one
        for one in Asking.objects.all()
        if within(period, one.at) and mine(period, one.closure.conversation if one.closure else one.case_closure.case)
    ]
    said = [opinion for opinion in Opinion.objects.all() if opinion.asking in asked]
    everybody = [o for o in Opinion.objects.all() if within(period, o.asking.at)]
    found = opinions.ask(period)
    if len(said) < 10 or 0 < len(everybody) - len(said) < 10:
        assert found.trouble and not found.rows
        return
    marks = {row.key: list(row.values) for row in found.rows}
    for mark in range(1, 6):
        assert marks[str(mark)][0] == sum(one.satisfaction == mark for one in said)
        assert marks[str(mark)][2] == sum(one.effort == mark for one in said)
    for why in ("slow", "other"):
        assert marks.get(f"why_{why}", [0])[0] == sum(one.why == why for one in said)
    assert f"({round(100 * len(said) / len(asked))} %)" in found.summary


def test_when_people_write(period):
    expected = [[0] * 24 for _ in range(7)]
    for one in Conversation.objects.all():
        if within(period, one.opened_at) and mine(period, one):
            here = timezone.localtime(one.opened_at)
            expected[here.weekday()][here.hour] += 1
    assert values(rhythm.ask(period)) == expected


def test_reopening_and_closing_again_change_nothing_of_a_closed_period(past, agent):
    january = Period(*month(dt.date(2026, 1, 1)), [unit.id for unit in past.units])
    asks = (arrived.ask, times.ask, promises.ask, reopened.ask, rhythm.ask)
    before = [values(ask(january)) for ask in asks]
    for whose, closing, opening in (("conversation", Closure, Reopening), ("case", CaseClosure, CaseReopening)):
        why = {"reason": "error"} if opening is CaseReopening else {}
        for closure in closing.objects.filter(reopening=None):
            opening.objects.create(closure=closure, by=agent, **why)
            closing.objects.create(**{whose: getattr(closure, whose)}, by=agent, how="answered")
    assert [values(ask(january)) for ask in asks] == before


def test_few_are_not_told_apart_neither_by_what_is_left(past):
    Asking.objects.all().update(at=FIRST + dt.timedelta(days=3))
    units = [unit.id for unit in past.units]
    whole = Period(*month(dt.date(2026, 1, 1)), units)
    assert opinions.ask(whole).rows
    theirs = Opinion.objects.filter(asking__closure__conversation__unit=past.units[0])
    cases = Opinion.objects.filter(asking__case_closure__case__unit=past.units[0])
    for one in [*theirs, *cases][: theirs.count() + cases.count() - 3]:
        one.delete()
    assert opinions.ask(whole).rows and Opinion.objects.count() > 13
    for unit in units:  # three of one unit: too few; and the other one would tell them
        assert opinions.ask(Period(whole.since, whole.until, [unit])).trouble


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_elapsed_is_what_business_time_counts(data):
    office = business_time.Hours(
        hours.ZoneInfo("Europe/Madrid"),
        tuple(tuple(business_time.Slot(*map(dt.time.fromisoformat, slot)) for slot in day) for day in OFFICE),
        lambda day: "Festa" if day.day == 6 else "",
    )
    moments = st.datetimes(dt.datetime(2026, 3, 20), dt.datetime(2026, 4, 10), timezones=st.just(dt.UTC))
    pairs = data.draw(st.lists(st.tuples(moments, moments), max_size=6))
    assert elapsed.worked(pairs, office) == [business_time.worked(a, b, office) for a, b in pairs]
