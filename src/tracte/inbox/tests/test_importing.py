"""Cases of another system: each once, routed and promised by the services of the table, with how they ended."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.inbox import importing
from tracte.inbox.importing import CannotImport, import_cases
from tracte.inbox.models import Case, CaseClosure, Promise, Step
from tracte.inbox.tests import cast
from tracte.knowledge import actions
from tracte.knowledge.models import Service

pytestmark = pytest.mark.django_db(transaction=True)
MAPPING = """
source: iris
fields:
  id: ID
  service: [Area, Detail]
  opened_at: open
  closed_at: close
  asked: [Type, Detail]
  place: [street, number]
  territory: where
  latitude: lat
  longitude: lon
"""
HEAD = "ID,Area,Detail,open,close,Type,street,number,where,lat,lon"
GOOD = (
    "1,Enllumenat,Fanal fos,2026-03-02,2026-03-03T12:00,Incidència,Font,8,,41.38772,2.15325",
    "2,Enllumenat,Fanal fos,2026-03-02T10:00,2026-03-20,,,,,,",
    "3,Neteja,Escombraries,2026-03-04,,Queixa,,,,,",
)
BAD = {
    ",Neteja,Escombraries,2026-03-04,,,,,,,": "no number",
    "4,,,2026-03-04,,,,,,,": "no service",
    "5,Neteja,Escombraries,ahir,,,,,,,": "«ahir»",
    "6,Neteja,Escombraries,2026-03-04,2026-03-03,,,,,,": "closed before",
    "7,Neteja,Escombraries,2026-03-04,,,,,lluna,,": "territory with the code 'lluna'",
    "8,Neteja,Escombraries,2026-03-04,,,,,,91,2": "outside of the world",
    "9,Neteja,Escombraries,2026-03-04,,,,,,nord,2": "no two numbers",
}


@pytest.fixture
def bring(administration, tmp_path):
    with tenancy.acting_for(administration):
        cast.clock()
    (tmp_path / "m.yml").write_text(MAPPING)

    def brought(*rows: str, head: str = HEAD, mapping: str = MAPPING):
        (tmp_path / "m.yml").write_text(mapping)
        (tmp_path / "cases.csv").write_text("\n".join((head, *rows)))
        return import_cases(administration, tmp_path / "cases.csv", tmp_path / "m.yml", by=None, at=now())

    return brought


def test_open_ones_go_on_and_closed_ones_tell_how_their_promise_ended(bring, administration):
    done = bring(*GOOD)
    assert (done.received, done.new, done.duplicate, done.rejected) == (3, 3, 0, [])
    with tenancy.acting_for(administration):
        soon, late, stands = Case.objects.order_by("key")
        assert (soon.key, soon.service.key, soon.asked) == ("iris:1", "enllumenat.fanal-fos", "Incidència\nFanal fos")
        assert (soon.place, soon.latitude, soon.language, soon.record) == ("Font 8", 41.38772, "", None)
        assert [one.promises.get().end for one in (soon, late, stands)] == ["kept", "late", ""]
        assert not soon.is_open and not soon.is_promised and soon.answered_at == soon.closure.at
        assert (
            stands.is_open and stands.due_at == stands.promises.get().due_at and stands.asked == "Queixa\nEscombraries"
        )
        assert stands.promises.get().rings_at is None, "what was broken elsewhere rings nobody's bell here"
        midnight = dt.datetime(2026, 3, 4, tzinfo=ZoneInfo("Europe/Madrid"))
        assert stands.opened_at == midnight
        assert list(soon.steps.order_by("at").values_list("what", flat=True)) == ["opened", "closed"]
        assert Service.objects.get(key="enllumenat").names["ca"] == "Enllumenat"
        assert len({one.number for one in Case.objects.all()}) == 3


def test_again_nothing_is_new_and_what_repeats_counts_once(bring, administration):
    bring(*GOOD)
    again = bring(*GOOD, GOOD[0])
    assert (again.new, again.duplicate) == (0, 4)
    with tenancy.acting_for(administration):
        assert [m.objects.count() for m in (Case, Promise, CaseClosure, Step)] == [3, 3, 2, 5]


@pytest.mark.parametrize("row", BAD)
def test_a_row_that_cannot_come_in_says_why_and_its_neighbours_come_in(bring, row):
    done = bring(GOOD[0], row, GOOD[2])
    [(line, _, reason)] = done.rejected
    assert (done.new, line) == (2, 3) and BAD[row] in reason


def test_stopped_in_the_middle_the_same_command_goes_on(bring, administration, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    route, left = importing._route, [2]

    def power_cut(cases):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        route(cases)

    monkeypatch.setattr(importing, "_route", power_cut)
    with pytest.raises(KeyboardInterrupt):
        bring(*GOOD)
    monkeypatch.setattr(importing, "_route", route)
    done = bring(*GOOD)
    assert (done.new, done.duplicate) == (1, 2)
    with tenancy.acting_for(administration):
        assert [m.objects.count() for m in (Case, Promise, CaseClosure, Step)] == [3, 3, 2, 5]


def test_each_goes_to_who_was_competent_on_its_day(bring, administration):
    from tracte.core.actions import add_unit

    bring(GOOD[2])
    with tenancy.acting_for(administration):
        first, later = (add_unit(code=code, name=code, since=dt.date(2020, 1, 1)) for code in ("a", "b"))
        service = Service.objects.get(key="neteja")
        actions.assign(service, first, since=dt.date(2020, 1, 1), by=None, at=now())
        actions.assign(service, later, since=dt.date(2026, 3, 10), by=None, at=now())
    bring("10,Neteja,Escombraries,2026-03-09,,,,,,,", "11,Neteja,Escombraries,2026-03-10,,,,,,,")
    with tenancy.acting_for(administration):
        assert [Case.objects.get(key=f"iris:{n}").unit.code for n in (10, 11)] == ["a", "b"]


@pytest.mark.parametrize(
    ("mapping", "head", "said"),
    [
        ("fields: {id: ID}", HEAD, "say the columns of: id, service, opened_at"),
        ("[", HEAD, "m.yml"),
        (MAPPING + "  colour: lat\n", HEAD, "nothing is called «colour»"),
        (MAPPING, HEAD.replace("open", "obert"), "no column «open»"),
    ],
)
def test_a_wrong_mapping_is_one_line_and_nothing_comes_in(bring, administration, mapping, head, said):
    with pytest.raises(CannotImport, match=said.replace("(", r"\(")):
        bring(*GOOD, mapping=mapping, head=head)
    with tenancy.acting_for(administration):
        assert not Case.objects.exists() and not Service.objects.exists()
