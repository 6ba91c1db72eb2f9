"""Acts on many as an agent meets them: chosen, seen beforehand, started, watched, stopped, undone; each a form."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracte.core.actions import hire
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.tests.test_inbox import MOST_QUERIES, page
from tracte.inbox.actions import bulk, handling
from tracte.inbox.actions.bulk import carrying
from tracte.inbox.actions.viewing import keep_view
from tracte.inbox.models import BulkAct, Closure, Conversation
from tracte.inbox.tests import cast
from tracte.inbox.tests.test_bulk import many, topic
from tracte.privacy.actions import install_purposes

pytestmark = pytest.mark.django_db
CLOSE = {"what": "close", "how": "spam", "reason": "Campanya"}


@pytest.fixture
def inbox(signed_in, agent, administration):
    install_purposes()
    cast.clock()
    return signed_in(agent)


@pytest.fixture
def tray(inbox):
    return many(6)


def picked(conversations):
    return "&".join(f"conversation={one.id}" for one in conversations)


def plan(client, query, status=302, **fields):
    response = client.post(f"/desk/bulk/new/?{query}", fields or CLOSE)
    assert response.status_code == status, response.content.decode()[:3000]
    return BulkAct.objects.latest("at") if status == 302 else response.content.decode()


def order(client, act, what, status=302):
    response = client.post(f"/desk/bulk/{act.id}/{what}/")
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def test_the_list_offers_it_and_carries_the_view_not_its_ids(inbox, tray):
    text = page(inbox, "/desk/inbox/?view=team&language=ca&kind=email")
    form = text.split('class="picks"')[1].split("</form>")[0]
    assert 'name="view" value="team"' in form and 'name="kind" value="email"' in form
    Conversation.objects.update(language="ca")
    text = page(inbox, "/desk/inbox/?view=team&language=ca")
    assert len(re.findall('name="conversation"', text)) == 6 and "Totes les de la vista (6)" in text
    beside = page(inbox, f"/desk/inbox/{Conversation.objects.first().id}/?view=team&language=ca")
    assert "Totes les de la vista (6)" in beside
    act = plan(inbox, "all=1&view=team&language=ca")
    assert (act.total, act.doable) == (6, 6)
    assert act.chosen == {"view": "team", "filters": {"language": "ca"}}


def test_foreseen_started_watched_undone(inbox, tray, agent):
    handling.close(tray[5], by=agent, at=now(), how="unneeded")
    act = plan(inbox, picked(tray))
    text = page(inbox, f"/desk/bulk/{act.id}/")
    assert "Es faria amb 5 de 6." in text and "Aquesta conversa és tancada." in text and not act.outcomes.exists()
    order(inbox, act, "start")
    assert "S’està fent" in page(inbox, "/desk/bulk/")
    assert "S’està fent" in page(inbox, f"/desk/bulk/{act.id}/") and "Atura-ho" in page(inbox, f"/desk/bulk/{act.id}/")
    assert "Ja està en marxa." in order(inbox, act, "start", status=409)
    carrying.batch(act.id, "start", at=now())
    part = inbox.get(f"/desk/bulk/{act.id}/", headers={"HX-Request": "true"}).content.decode()
    assert "Desfés-ho" in part and "every 3s" not in part and "<html" not in part
    handling.reopen(tray[0], by=agent, at=now())
    order(inbox, act, "undo")
    carrying.batch(act.id, "undo", at=now())
    text = page(inbox, f"/desk/bulk/{act.id}/")
    assert "Algú hi ha fet alguna cosa després." in text and "Se n’han mirat 5 de 5." in text
    assert "Tancar-les: correu brossa" in page(inbox, "/desk/bulk/") and "Desfet" in page(inbox, "/desk/bulk/")


def test_stopped(inbox, tray, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 2)
    act = plan(inbox, picked(tray))
    assert "Ja s’ha acabat" in order(inbox, act, "stop", status=409)
    order(inbox, act, "start")
    carrying.batch(act.id, "start", at=now())
    order(inbox, act, "stop")
    text = page(inbox, f"/desk/bulk/{act.id}/")
    assert "Aturat" in page(inbox, "/desk/bulk/") and "Aturat" in text and "2 de 6." in text and "Desfés-ho" in text


def test_each_act_is_said_in_words(inbox, tray, agent):
    housing = topic()
    given = plan(inbox, picked(tray), what="assign", agent=str(agent.pk), unit="", reason="")
    free = plan(inbox, picked(tray), what="assign", agent="", unit="", reason="")
    put_off = plan(inbox, picked(tray), what="snooze", until="tomorrow")
    labelled = plan(inbox, picked(tray), what="label", topic=str(housing.id))
    assert free.doable == 0 and "Ja era així" in page(inbox, f"/desk/bulk/{free.id}/")
    text = page(inbox, "/desk/bulk/")
    for words in (
        "Donar-les a Jordi Serra",
        "Deixar-les per a qui pugui",
        "Ajornar-les: fins",
        "el tema Habitatge",
    ):
        assert words in text
    assert given.doable == put_off.doable == labelled.doable == 6
    agent.full_name = "Jordi Serra i Pla"
    agent.save()
    assert "Donar-les a Jordi Serra i Pla" in page(inbox, "/desk/bulk/")


def test_a_saved_view_whole(inbox, tray, agent):
    kept = keep_view("Correu", by=agent, at=now(), view="team", filters={"kind": "email"})
    act = plan(inbox, f"all=1&view={kept.id}")
    assert act.doable == 6 and "Totes les de la vista «Correu»" in page(inbox, f"/desk/bulk/{act.id}/")
    kept.delete()
    assert inbox.get(f"/desk/bulk/new/?all=1&view={kept.id}").status_code == 302, "a view that is gone is nobody's"


@pytest.mark.parametrize("query", ["", "conversation=x", "all=1&view=snoozed"])
def test_nothing_chosen_says_so(inbox, tray, query):
    response = inbox.get(f"/desk/bulk/new/?{query}", follow=True)
    assert "No has triat cap conversa." in response.content.decode()


@pytest.mark.parametrize(
    "fields", [{"what": "x"}, {"what": "close", "how": "x"}, {"what": "snooze"}, {"what": "assign", "agent": "x"}]
)
def test_a_form_that_was_tampered_with_is_no_act(inbox, tray, fields):
    plan(inbox, picked(tray), status=404, **fields)
    assert not BulkAct.objects.exists()


def test_no_topic_says_so(inbox, tray):
    assert "Tria un tema de la llista." in plan(inbox, picked(tray), status=409, what="label", topic="")


def test_whose_it_is(inbox, tray, agent, supervisor, signed_in, dpo):
    act = plan(inbox, picked(tray))
    lia = hire(email="lia@exemple.cat", full_name="Lia Mas", unit=Unit.objects.get(code="govern"), roles=["agent"])
    for who in (lia, supervisor):
        page(signed_in(who), f"/desk/bulk/{act.id}/", status=404)
    bulk.start(act, by=agent, at=now())
    page(signed_in(lia), f"/desk/bulk/{act.id}/", status=404)
    assert order(signed_in(lia), act, "stop", status=404)
    order(signed_in(supervisor), act, "stop")
    page(signed_in(dpo), "/desk/bulk/", status=403)


def test_five_thousand_at_once(inbox, agent):
    """The address carries the view; the dry run and each batch ask a number of things that does not grow."""
    [first] = many(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inbox_conversation (id, account_id, subject, excerpt, language, unit_id, opened_at, last_at, "
            "turns_count, due_at) SELECT gen_random_uuid(), account_id, 'A', '', '', unit_id, now(), now(), 0, "
            "'9999-01-01' FROM inbox_conversation, generate_series(1, 4999) WHERE id = %s",
            [first.id],
        )
    with CaptureQueriesContext(connection) as queries:
        act = plan(inbox, "all=1&view=team")
    assert (act.total, act.doable) == (5000, 5000) and len(queries) < 40
    order(inbox, act, "start")
    for _ in range(3):
        assert carrying.batch(act.id, "start", at=now()) == (True, 0)
    with CaptureQueriesContext(connection) as queries:
        text = page(inbox, f"/desk/bulk/{act.id}/")
    assert "150 de 5000." in re.sub(r"(?<=\d)[. ](?=\d)", "", text) and len(queries) <= MOST_QUERIES
    assert Closure.objects.count() == act.outcomes.count() == 150


def test_those_before_are_paged_and_ask_no_more(inbox, tray, agent):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            page(inbox, "/desk/bulk/")
        return len(queries)

    said = {"agent": str(agent.pk), "unit": "", "reason": ""}
    ids = [one.id for one in tray]

    def planned():
        bulk.plan(by=agent, at=now(), what="assign", said=said, conversations=ids, chosen={})

    planned()
    few = asked()
    for _ in range(59):
        planned()
    assert asked() <= few + 1  # one more beneath who planned them
    text = page(inbox, "/desk/bulk/")
    more = re.search(r'href="(\?after=[^"]*)"', text)
    assert text.count("Donar-les") == 50 and page(inbox, f"/desk/bulk/{more[1]}").count("Donar-les") == 10
