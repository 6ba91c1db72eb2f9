"""The wall tells what waits, what is at risk and who is on what; only who leads sees it."""

from __future__ import annotations

import datetime as dt

import pytest

from tracte.core.clock import now
from tracte.core.ids import uuid7
from tracte.desk.inbox import wall
from tracte.inbox.actions import handling
from tracte.inbox.actions.answering import reply
from tracte.inbox.actions.cases import handling as case_handling
from tracte.inbox.actions.drafting import look
from tracte.inbox.models import Case, Conversation
from tracte.inbox.tests import cast
from tracte.inbox.tests import town as services
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance, Identifier
from tracte.privacy.actions import install_purposes


@pytest.fixture
def town(administration, agent, supervisor):
    """Three wait: one is late, one at risk, one has time; another was answered in time, another is put off."""
    install_purposes()
    cast.clock()
    for n, hours in enumerate((100, 50, 1, 3, 2)):
        who = Appearance(full_name=f"Nom {'ABCDE'[n]}", identifiers=[Identifier("email", f"nom{n}@exemple.cat")])
        write("bustia", message(who, f"Text {n}", hours=hours))
    found = list(Conversation.objects.order_by("opened_at"))
    late, risky, *_ = found
    Conversation.objects.filter(id=risky.id).update(due_at=now() + dt.timedelta(hours=1))
    answered, put_off = found[2], found[3]
    reply(answered, by=agent, at=now(), text="Hola", seen=1, key=uuid7())
    handling.close(answered, by=agent, at=now(), how="answered")
    handling.snooze(put_off, by=agent, at=now(), until=now() + dt.timedelta(days=1))
    handling.assign(late, by=agent, at=now(), agent=agent)
    look(late, by=agent, at=now(), is_writing=False)
    return late, risky


def figures():
    from tracte.core.models import Unit

    return wall.of_units(list(Unit.objects.values_list("id", flat=True)))[0]


def test_it_counts_what_is_open_now(town):
    found = figures()
    assert (found.open, found.free, found.waiting, found.late, found.at_risk) == (3, 2, 3, 1, 1)
    assert found.oldest == min(one.waiting_since for one in Conversation.objects.awake())


def test_it_names_the_promises_at_risk_first_the_latest(town, agent):
    late, risky = town
    from tracte.core.models import Unit

    seen = list(Unit.objects.values_list("id", flat=True))
    assert [one.id for one in wall.risks(seen)] == [late.id, risky.id]
    mine = next(one for one in wall.agents(seen) if one.id == agent.id)
    assert (mine.held, mine.waiting, mine.late, mine.conversation) == (1, 1, 1, late.id)


def test_cases_are_work_too(town, agent, signed_in, supervisor):
    from tracte.core.units import root

    streets = services.build()
    late, soon, done = (services.opened(streets.services["carrer.llum"], by=agent, unit=root()) for _ in range(3))
    for case, hours in ((late, -200), (soon, 1)):
        Case.objects.filter(id=case.id).update(due_at=now() + dt.timedelta(hours=hours))
    case_handling.close(done, by=supervisor, at=now(), how="unanswered", reason="Ho ha dit per telèfon.")
    found = figures()
    assert (found.open, found.cases, found.cases_late, found.cases_at_risk) == (3, 2, 1, 1)
    assert [one.reference for one in wall.risks([found.id])] == [late.reference, "", "", soon.reference]
    assert wall.today().closed == 2
    page = signed_in(supervisor).get("/desk/wall/").content.decode()
    assert f"Cas {late.reference}" in page and f"/desk/cases/{late.id}/" in page


def test_today_is_what_was_promised_and_done_today(town):
    today = wall.today()
    assert (today.closed, today.kept, today.late, today.share) == (1, 1, 0, 100)
    assert dt.timedelta(hours=2.9) < today.median < dt.timedelta(hours=3.1)


def test_a_day_on_which_nothing_happened_says_so(administration, signed_in, supervisor):
    install_purposes()
    page = signed_in(supervisor).get("/desk/wall/").content.decode()
    assert "Ningú no espera." in page and "Encara cap" in page and "No hi ha res obert." in page


def test_only_who_leads_sees_it(town, signed_in, agent):
    client = signed_in(agent)
    assert client.get("/desk/wall/").status_code == client.get("/desk/wall/table.csv").status_code == 403
    assert "Com anem" not in client.get("/desk/inbox/").content.decode()


def test_the_page_and_its_table_say_the_same(town, signed_in, supervisor):
    client = signed_in(supervisor)
    page = client.get("/desk/wall/").content.decode()
    assert "Promeses en perill" in page and "Jordi Serra" in page and "100 % a temps" in page
    header, row = client.get("/desk/wall/table.csv").content.decode().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["late"] == "1"
    assert "<h1>" not in client.get("/desk/wall/", headers={"HX-Request": "true"}).content.decode()
