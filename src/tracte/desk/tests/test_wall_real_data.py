"""Two months of a real city as cases, and the wall of the last day of January held to a naive count. Slow."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter

import pytest

from tracte.core import clock, tenancy
from tracte.core.actions import add_unit
from tracte.core.calendars.actions import set_calendar
from tracte.core.calendars.business_time import due
from tracte.core.calendars.hours import of
from tracte.core.models import Unit
from tracte.desk.inbox import wall
from tracte.inbox.importing import import_cases
from tracte.inbox.models import Case, Promise
from tracte.inbox.promising import ANSWER, CALENDAR
from tracte.knowledge import actions, loading
from tracte.knowledge.models import Service

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1500)]
EVENING = dt.datetime(2021, 1, 31, 20, tzinfo=dt.UTC)
HOURS = [[["09:00", "14:00"], ["15:00", "18:30"]]] * 4 + [[["09:00", "14:30"]], [], []]
MAPPING = """
{source: iris, language: en, fields: {id: ID, service: [Area, Subject, Detailed], opened_at: date_open,
closed_at: date_close, asked: [Type, Detailed], place: [street, str_number], latitude: lat, longitude: lon}}
"""
LONG = {"Cleaning and waste management": 20, "Urban furniture": 10}  # working days, where two would be absurd


@pytest.fixture
def january(real_data, tmp_path, administration):
    """(rows as they stood on the evening of 31 January, what came of them): a unit for each area, terms for some."""
    with real_data("iris_bcn/iris_bcn_closed_2021-01_02.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date_open"] < "2021-02-01"]
    for row in rows:
        if row["date_close"] > "2021-01-31":
            row["date_close"] = ""
    with (tmp_path / "january.csv").open("w", newline="") as out:
        table = csv.DictWriter(out, rows[0])
        table.writeheader()
        table.writerows(rows)
    (tmp_path / "iris.yml").write_text(MAPPING)
    with tenancy.acting_for(administration):
        set_calendar(key=CALENDAR, names={"ca": "Atenció"}, week=HOURS)
        loading.load_tree({(row["Area"],): 1 for row in rows}, language="en", by=None, at=EVENING)
        for area in Service.objects.all():
            unit = add_unit(code=area.key, name=area.names["en"], since=dt.date(2020, 1, 1))
            actions.assign(area, unit, since=dt.date(2020, 1, 1), by=None, at=EVENING)
            if days := LONG.get(area.names["en"]):
                actions.revise(area, term_amount=days, term_unit="working_days", by=None, at=EVENING)
    done = import_cases(administration, tmp_path / "january.csv", tmp_path / "iris.yml", by=None, at=EVENING)
    return {row["ID"]: row for row in reversed(rows)}, done


def test_routes_deadlines_and_the_wall_make_sense(january, administration, monkeypatch):
    rows, done = january
    bad = {number for _, number, _ in done.rejected}
    rows = {number: row for number, row in rows.items() if number not in bad}
    assert len(bad) <= 1 and done.new == len(rows) > 20_000
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    monkeypatch.setattr(wall, "now", lambda: EVENING)
    with tenancy.acting_for(administration):
        cases = {one.key[5:]: one for one in Case.objects.select_related("unit", "service__parent__parent")}
        assert {number: one.unit.code for number, one in cases.items()} == {
            number: loading.slug(row["Area"]) for number, row in rows.items()
        }, "each to the unit of its area"
        promised = {one.case_id: one for one in Promise.objects.select_related("calendar")}
        calendar = of(next(iter(promised.values())).calendar)
        for one in list(cases.values())[::97]:
            kept = promised[one.id]
            assert kept.amount == LONG.get(rows[one.key[5:]]["Area"], ANSWER.amount)
            assert kept.due_at == due(one.opened_at, kept.term, calendar).at > one.opened_at
        ends = Counter(one.end for one in promised.values())
        told = {one.name: one for one in wall.of_units(list(Unit.objects.values_list("id", flat=True)))}
        open_, late = naive(rows, cases, promised)
        assert {name: one.cases for name, one in told.items()} == open_
        assert {name: one.cases_late for name, one in told.items()} == {name: late[name] for name in open_}
        risks = wall.risks([one.id for one in told.values()])
        oldest = sorted(one.due_at for one in cases.values() if one.is_open)[:12]
        assert [one.due_at for one in risks] == oldest and all(one.reference for one in risks)
    print(
        f"iris_bcn, 31 January 2021: {done.new} cases, {sum(open_.values())} open, {sum(late.values())} of them late;"
    )
    print(f"closed: {ends['kept']} in time, {ends['late']} late; the wall's first: {next(iter(told.values()))}")


def naive(rows, cases, promised) -> tuple[Counter, Counter]:
    """Open and late by area, one row after another."""
    open_, late = Counter(), Counter()
    for number, row in rows.items():
        if not row["date_close"]:
            open_[row["Area"]] += 1
            late[row["Area"]] += promised[cases[number].id].due_at < EVENING
    return open_, late
