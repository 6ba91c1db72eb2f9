"""A call or a visit written down: it stands in the story of whoever it was with, and asks for nothing."""

from __future__ import annotations

import uuid

import pytest

from tracte.channels.actions import open_account
from tracte.channels.models import Interaction
from tracte.core.ids import uuid7
from tracte.inbox.models import Conversation
from tracte.people.models import Membership


@pytest.fixture
def phone(administration):
    return open_account(key="centraleta", kind="calls", name="Centraleta", icon="phone")


def save(client, account, status=302, **more):
    fields = {"door": account.id, "text": "Pregunta l’horari de l’oficina", "key": uuid7()} | more
    response = client.post("/desk/contacts/new/", fields)
    assert response.status_code == status, response.content.decode()
    return response


def test_forty_seconds_are_one_page_and_make_no_conversation(desk, phone):
    save(desk, phone, minutes="1")
    [call] = Interaction.objects.filter(account=phone)
    assert (call.kind, call.direction, call.record_id, call.data["seconds"]) == ("call", "in", None, 60)
    assert not Conversation.objects.exists()
    assert "Apuntat." in desk.get("/desk/inbox/").content.decode()


def test_twice_the_same_key_is_once(desk, phone):
    key = uuid7()
    save(desk, phone, key=key)
    save(desk, phone, key=key)
    assert Interaction.objects.filter(account=phone).count() == 1


def test_a_telephone_and_a_name_find_whose_it_is(desk, phone, merce):
    save(desk, phone, full_name="Mercè Puig Ferrer", phone="600 000 417")
    call = Interaction.objects.latest("received_at")
    assert Membership.objects.live().get(record=call.record_id).person_id == merce


def test_from_a_persons_page_it_is_theirs_whatever_it_says(desk, phone, merce):
    assert (
        "Quedarà a la història de Mercè Puig Ferrer" in desk.get(f"/desk/contacts/new/?person={merce}").content.decode()
    )
    for _ in range(2):
        assert save(desk, phone, person=merce).url == f"/desk/people/{merce}/"
    calls = Interaction.objects.filter(account=phone, data__by__isnull=False)
    assert {Membership.objects.live().get(record=one.record_id).person_id for one in calls} == {merce}
    assert len({one.record_id for one in calls}) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": " "}, "Escriu què ha preguntat o què ha dit."),
        ({"door": ""}, "Tria si ha estat per telèfon o en persona."),
        ({"phone": "6000"}, "No és cap telèfon: escriu-lo sencer"),
        ({"minutes": "molts"}, "Escriu els minuts amb xifres."),
        ({"minutes": "100000"}, "Són massa minuts."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(desk, phone, wrong, told):
    page = save(desk, phone, status=200, full_name="Rosa Camps", **wrong).content.decode()
    assert told in page and "Rosa Camps" in page
    assert not Interaction.objects.filter(account=phone).exists()


def test_without_a_telephone_or_an_office_it_says_what_to_do(signed_in, agent, administration):
    assert "tracte channel add" in signed_in(agent).get("/desk/contacts/new/").content.decode()


def test_a_person_that_there_is_not_is_not_there(desk, phone):
    assert desk.get(f"/desk/contacts/new/?person={uuid.uuid4()}").status_code == 404
    assert desk.get("/desk/contacts/new/?person=ningu").status_code == 404
