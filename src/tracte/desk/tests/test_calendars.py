"""Calendars at the desk: read by all who attend, changed by who leads; a change moves no promise."""

from __future__ import annotations

import datetime as dt

import pytest

from tracte.core.calendars.actions import close_on, set_calendar
from tracte.core.models import Calendar, Holiday
from tracte.desk.calendars import forms
from tracte.inbox.models import Promise
from tracte.inbox.tests import cast

pytestmark = pytest.mark.django_db
OFFICE = [[["09:00", "14:00"], ["16:00", "18:00"]]] * 5 + [[], []]


@pytest.fixture
def office(administration):
    return set_calendar(key="oficina", names={"ca": "Oficina"}, week=OFFICE)


def typed(**more) -> dict:
    week = dict.fromkeys(forms.PARTS[:5], "9-14, 16:00-18:00")
    return {"key": "nou", "name_ca": "Nou", "zone": "Europe/Madrid", "subdivision": "ES-CT"} | week | more


def test_anybody_who_attends_reads_and_only_who_leads_changes(signed_in, agent, supervisor, office):
    client = signed_in(agent)
    page = client.get(f"/desk/calendars/{office.id}/").content.decode()
    assert "09:00-14:00, 16:00-18:00" in page and "Afegeix-hi un dia" not in page
    assert client.post(f"/desk/calendars/{office.id}/days/", {"on": "2026-07-06", "name": "X"}).status_code == 403
    assert client.get("/desk/calendars/new/").status_code == 403
    assert "Calendari nou" in signed_in(supervisor).get("/desk/calendars/").content.decode()


def test_who_leads_makes_one_and_changes_it(signed_in, supervisor, administration):
    client = signed_in(supervisor)
    assert client.post("/desk/calendars/new/", typed()).status_code == 302
    made = Calendar.objects.get(key="nou")
    assert made.week == OFFICE and made.by == supervisor
    assert "Ja hi ha un calendari" in client.post("/desk/calendars/new/", typed()).content.decode()
    address = f"/desk/calendars/{made.id}/edit/"
    seen = made.at.isoformat()
    assert client.post(address, typed(seen=seen, day_5="10:00-24:00")).status_code == 302
    made.refresh_from_db()
    assert made.week[5] == [["10:00", "00:00"]]
    assert "Algú altre" in client.post(address, typed(seen=seen)).content.decode()


@pytest.mark.parametrize(
    ("field", "written", "told"),
    [
        ("day_0", "9-14, 13-18", "Dilluns: el tram 13:00-18:00 comença abans que acabi l’anterior"),
        ("day_1", "14-9", "Dimarts: el tram 14:00-09:00 acaba abans de començar"),
        ("day_2", "matí", "Dimecres: no entenem «matí»"),
        ("day_3", "25-26", "Dijous: no entenem «25:00-26:00»"),
        ("zone", "Europa", "cap zona horària"),
        ("subdivision", "XX", "festes de «XX»"),
    ],
)
def test_what_is_wrong_gets_one_clear_line_and_stays_typed(signed_in, supervisor, field, written, told):
    page = signed_in(supervisor).post("/desk/calendars/new/", typed(**{field: written})).content.decode()
    assert told in page and f'value="{written}"' in page and page.count('class="error"') == 1
    assert not Calendar.objects.filter(key="nou").exists()


def test_a_day_comes_and_goes_with_who_and_when(signed_in, supervisor, office):
    client, address = signed_in(supervisor), f"/desk/calendars/{office.id}/"
    client.post(f"{address}days/", {"on": "2026-07-06", "name": "Festa major"})
    day = Holiday.objects.get()
    page = client.get(f"{address}?year=2026").content.decode()
    assert "Festa major" in page and "Aina Soler" in page and "Diada" in page and day.by == supervisor
    assert "Festa major" not in client.get(f"{address}?year=2025").content.decode()
    client.post(f"{address}days/{day.id}/drop/")
    day.refresh_from_db()
    assert day.dropped_by == supervisor and Calendar.objects.get(id=office.id).own_days == {}
    assert Calendar.objects.with_days().get(id=office.id).own_days == {}
    assert "Els que s’han tret" in client.get(f"{address}?year=2026").content.decode()
    client.post(f"{address}days/", {"on": "2026-07-06", "name": "Festa major"})
    assert Holiday.objects.filter(dropped_at=None).count() == 1


def test_a_day_without_a_name_is_told_beside_it(signed_in, supervisor, office):
    answer = signed_in(supervisor).post(f"/desk/calendars/{office.id}/days/", {"on": "2026-07-06", "name": ""})
    assert answer.status_code == 422 and "Digues què és" in answer.content.decode()


@pytest.mark.parametrize("day", ["9999-01-01", "0001-01-01", "1999-12-31", "2101-01-01"])
def test_a_day_that_no_page_would_show_is_not_kept(signed_in, supervisor, office, day):
    answer = signed_in(supervisor).post(f"/desk/calendars/{office.id}/days/", {"on": day, "name": "Pont"})
    assert answer.status_code == 422 and "Tria un dia entre el 2000 i el 2100." in answer.content.decode()
    assert not office.days.exists()


def test_by_when_it_would_be_is_told_with_its_reason(signed_in, agent, office):
    close_on(office, {dt.date(2026, 9, 10): "Aplec"})
    asked = {"since": "2026-09-09T10:00", "amount": 2, "unit": "working_days"}
    page = signed_in(agent).get(f"/desk/calendars/{office.id}/", asked).content.decode()
    assert "2026-09-15T18:00:00" in page.split("Seria per a:")[1]
    assert "Aplec" in page and "Diada" in page.split("Seria per a:")[1] and "cap de setmana" in page
    assert (
        "entre el 2000"
        in signed_in(agent).get(f"/desk/calendars/{office.id}/", asked | {"since": "1026-09-09T10:00"}).content.decode()
    )


def test_a_week_that_never_opens_promises_nothing(signed_in, agent, administration):
    never = set_calendar(key="mai", names={"ca": "Mai"}, week=[[]] * 7)
    assert "no es treballa mai" in signed_in(agent).get(f"/desk/calendars/{never.id}/").content.decode()


def test_a_change_moves_no_promise_that_was_made(signed_in, supervisor, administration):
    cast.clock()
    cast.write("bustia", cast.message(cast.merce(), hours=1))
    before = Promise.objects.values_list("due_at", "skipped").get()
    kept = Calendar.objects.get(key="atencio")
    client = signed_in(supervisor)
    tomorrow = (dt.date.today() + dt.timedelta(days=1)).isoformat()
    client.post(f"/desk/calendars/{kept.id}/days/", {"on": tomorrow, "name": "Tancat"})
    said = typed(seen=kept.at.isoformat(), key="atencio", **{"day_0": "10-11", "day_4": ""})
    assert client.post(f"/desk/calendars/{kept.id}/edit/", said).status_code == 302
    assert Promise.objects.values_list("due_at", "skipped").get() == before
    assert "conserva el seu dia" in client.get(f"/desk/calendars/{kept.id}/").content.decode()
