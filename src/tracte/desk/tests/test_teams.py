"""Teams and notices at the desk: who leads sets, each sees their own, what rang is shown and seen."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tracte.core.calendars.actions import set_calendar
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.inbox.actions import alarms, handling, sharing
from tracte.inbox.models import Availability, Conversation, Hand, Notice, Sharing, Skill, Watch
from tracte.inbox.tests import cast, town
from tracte.privacy.actions import install_purposes
from tracte.vocabularies.models import Concept, Scheme

pytestmark = pytest.mark.django_db
OFFICE = [[["09:00", "14:00"]]] * 5 + [[], []]


@pytest.fixture(autouse=True)
def at_commit(request, monkeypatch):
    """In a test that never commits, what waits for the commit is done at once."""
    if not request.node.get_closest_marker("django_db").kwargs.get("transaction"):
        monkeypatch.setattr(transaction, "on_commit", lambda do, **_: do())


@pytest.fixture
def unit(administration):
    install_purposes()
    cast.clock()
    return Unit.objects.get(code="govern")


@pytest.fixture
def aina(signed_in, supervisor, agent, unit):
    return signed_in(supervisor)


def test_who_leads_sets_how_a_unit_shares_out(aina, unit, supervisor):
    page = aina.get("/desk/teams/").content.decode()
    assert f"/desk/teams/{unit.pk}/" in page and "a mà" in page
    said = {"way": "round_robin", "continuity_days": "30"}
    assert aina.post(f"/desk/teams/{unit.pk}/", said).status_code == 302
    kept = Sharing.objects.get()
    assert (kept.way, kept.continuity_days, kept.by) == ("round_robin", 30, supervisor)
    refused = aina.post(f"/desk/teams/{unit.pk}/", said | {"continuity_days": "999"})
    assert refused.status_code == 422 and 'value="999"' in refused.content.decode()


def test_an_agent_sees_their_own_and_changes_nothing(signed_in, agent, supervisor, unit):
    client = signed_in(agent)
    page = client.get(f"/desk/teams/{unit.pk}/").content.decode()
    assert "Jordi Serra" in page and "Aina Soler" not in page and "Com es reparteix" not in page
    assert client.get(f"/desk/teams/{unit.pk}/people/{supervisor.pk}/").status_code == 404
    mine = f"/desk/teams/{unit.pk}/people/{agent.pk}/"
    assert "Ho canvia qui et supervisa" in client.get(mine).content.decode()
    assert client.post(mine, {"most": 100}).status_code == 422 and not Hand.objects.exists()
    assert client.post(f"/desk/teams/{unit.pk}/", {"way": "by_capacity", "continuity_days": 0}).status_code == 422
    assert client.post(f"/desk/teams/{unit.pk}/watch/", {}).status_code == 403
    assert not Sharing.objects.exists()


def test_a_unit_of_others_is_not_to_be_seen(signed_in, unit, place):
    client = signed_in(town.hired("Núria Pla", place.units["llums"]))
    assert client.get(f"/desk/teams/{place.units['aran'].pk}/").status_code == 404
    assert client.get(f"/desk/teams/{place.units['llums'].pk}/").status_code == 200


def test_one_says_that_one_is_there_and_comes_back(signed_in, agent, unit):
    client = signed_in(agent)
    assert "No hi ets" in client.get("/desk/teams/").content.decode()
    answer = client.post("/desk/teams/there/", {"there": "yes", "next": "/desk/inbox/"})
    assert answer["Location"] == "/desk/inbox/" and Availability.objects.get().is_there
    assert "Digues que plegues" in client.get("/desk/teams/").content.decode()
    assert client.post("/desk/teams/there/", {"there": "no", "next": "https://mal.example/"})["Location"] == (
        "/desk/teams/"
    )
    assert Availability.objects.count() == 2


def test_who_leads_says_it_of_others_and_nobody_else_does(aina, signed_in, agent, supervisor):
    aina.post(f"/desk/teams/there/{agent.pk}/", {"there": "yes"})
    assert Availability.objects.get().by == supervisor
    jordi = signed_in(agent)
    page = jordi.post(f"/desk/teams/there/{supervisor.pk}/", {"there": "yes"}, follow=True).content.decode()
    assert "Només ho pot fer qui supervisa" in page and Availability.objects.count() == 1


def test_what_somebody_can_hold_and_knows(aina, agent, unit):
    scheme = Scheme.objects.create(key="topics", labels={"ca": "Temes"})
    Concept.objects.create(scheme=scheme, code="habitatge", labels={"ca": "Habitatge"})
    address = f"/desk/teams/{unit.pk}/people/{agent.pk}/"
    wrong = aina.post(address, {"most": "3", "languages": ["oc"], "topics": "habitatge, res"})
    assert wrong.status_code == 422 and "cap tema amb el codi «res»" in wrong.content.decode()
    assert aina.post(address, {"most": "3", "languages": ["oc"], "topics": "habitatge"}).status_code == 302
    assert Hand.objects.get().most == 3 and Skill.objects.count() == 2
    page = aina.get(f"/desk/teams/{unit.pk}/").content.decode()
    assert "aranès" in page and "Habitatge" in page and "0 de 3" in page
    assert aina.post(address, {"most": "3", "languages": ["ca"], "topics": ""}).status_code == 302
    assert [one.language for one in Skill.objects.all()] == ["ca"]


def test_what_is_given_says_why_and_goes_back_with_a_reason(signed_in, aina, agent, supervisor, unit):
    sharing.set_sharing(unit, by=supervisor, at=now(), way="by_capacity")
    sharing.set_hand(agent, by=supervisor, at=now(), most=8, languages=["oc"], topics=[])
    sharing.say_there(agent, by=agent, at=now(), is_there=True)
    [one] = cast.write("bustia", cast.message(cast.merce(), language="oc", hours=1))
    assert f"/desk/inbox/{one.id}/" in aina.get(f"/desk/teams/{unit.pk}/people/{agent.pk}/").content.decode()
    jordi = signed_in(agent)
    page = jordi.get(f"/desk/inbox/{one.id}/").content.decode()
    assert "Repartida a Jordi Serra: parla aranès, en tenia 0 de 8" in page
    assert "Torna-la" in page and "Deixa-la" not in page
    refused = jordi.post(f"/desk/inbox/{one.id}/assign/", {"reason": ""})
    assert refused.status_code == 409 and "Escriu per què la tornes" in refused.content.decode()
    jordi.post(f"/desk/inbox/{one.id}/assign/", {"reason": "És meva veïna"})
    assert Conversation.objects.get().agent is None


def typed(**more):
    told = {"near_percent": "25", "near_hours": "", "digest": "workdays", "hours": "8, 13.30", "calendar": "oficina"}
    return told | more


def test_who_leads_sets_what_is_told(aina, agent, unit):
    set_calendar(key="oficina", names={"ca": "Oficina"}, week=OFFICE)
    address = f"/desk/teams/{unit.pk}/watch/"
    assert aina.post(address, typed(readers=[agent.pk])).status_code == 302
    kept = Watch.objects.get()
    assert kept.hours == [dt.time(8), dt.time(13, 30)] and kept.next_at and kept.readers.get().user == agent
    page = aina.get(f"/desk/teams/{unit.pk}/").content.decode()
    assert "El pròxim:" in page and 'value="8:00, 13:30"' in page and "Cap bústia no té adreça pròpia" in page
    for wrong, told in (
        (typed(hours="a les vuit"), "No entenem l’hora «a les vuit»"),
        (typed(near_hours="3"), "una de les dues"),
        (typed(hours=""), "cal dir a quines hores"),
        (typed(calendar=""), "amb quin calendari"),
    ):
        answer = aina.post(address, wrong)
        assert answer.status_code == 422 and told in answer.content.decode(), told


def test_the_bell_tells_and_opening_is_having_seen(signed_in, agent, supervisor, unit):
    [one] = cast.write("bustia", cast.message(cast.merce(), hours=1))
    handling.assign(one, by=agent, at=now(), agent=agent)
    alarms.ring(at=one.promises.get().due_at)
    jordi = signed_in(agent)
    assert "Avisos: 1 per veure" in jordi.get("/desk/teams/").content.decode()
    bell = jordi.get("/desk/notices/", headers={"HX-Request": "true"}).content.decode()
    assert bell.startswith("<a") and "1 per veure" in bell
    page = jordi.get("/desk/notices/").content.decode()
    assert "Fora de termini" in page and f"/desk/inbox/{one.id}/" in page
    assert "cap per veure" in jordi.get(f"/desk/inbox/{one.id}/").content.decode()
    assert Notice.objects.get(user=agent).seen_at and not Notice.objects.get(user=supervisor).seen_at
    aina = signed_in(supervisor)
    aina.post("/desk/notices/seen/")
    assert not Notice.objects.filter(seen_at=None).exists()


def test_notices_of_cases_and_none(signed_in, agent, supervisor, unit, place):
    client = signed_in(supervisor)
    assert "No hi ha cap avís" in client.get("/desk/notices/").content.decode()
    case = town.opened(place.services["carrer.llum.fanal"])
    alarms.ring(at=case.due_at)
    assert case.reference in client.get("/desk/notices/").content.decode()
    client.get(f"/desk/cases/{case.id}/")
    assert not Notice.objects.filter(seen_at=None).exists()


def test_pages_cost_the_same_for_many(aina, unit):
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert aina.get(address).status_code == 200
        return len(asked)

    addresses = ["/desk/teams/", f"/desk/teams/{unit.pk}/", "/desk/notices/"]
    before = [cost(one) for one in addresses]
    for n in range(60):
        town.hired(f"Persona{n} {uuid.uuid4().hex[:6]}", unit)
    cast.write("formularis", *[cast.message(None, hours=1) for _ in range(60)])
    alarms.ring(at=now() + dt.timedelta(days=90))
    assert [cost(one) for one in addresses] == before
    page = aina.get(f"/desk/teams/{unit.pk}/").content.decode()
    after = page.split('href="?after=')[1].split('"')[0]
    assert "Persona" in aina.get(f"/desk/teams/{unit.pk}/?after={after}").content.decode()
    assert aina.get(f"/desk/teams/{unit.pk}/?after=zzz").status_code == 200
