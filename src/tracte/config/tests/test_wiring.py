"""What rooms tell each other: the follow-up page of a form says by when whoever wrote will be answered."""

from __future__ import annotations

import pytest

from tracte.channels.actions import open_account
from tracte.config.wiring import promised
from tracte.core.clock import now
from tracte.core.ids import uuid7
from tracte.inbox.actions.answering import reply
from tracte.inbox.actions.noting import note_contact
from tracte.inbox.models import Conversation
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance, Identifier

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(administration):
    cast.clock()
    [one] = write("formularis", message(cast.merce(), kind="form", hours=2))
    return one


def test_it_says_by_when(asked):
    said = promised(None, [asked.turns.get().interaction])
    assert said.startswith("Et contestarem: ") and said.endswith(".")


def test_late_it_says_so(asked):
    Conversation.objects.update(due_at=cast.ago(1))
    assert "anem tard" in promised(None, [asked.turns.get().interaction])


def test_once_answered_nothing_is_promised(asked, agent):
    interaction = asked.turns.get().interaction
    reply(asked, by=agent, at=now(), text="Ja està", seen=1, key=uuid7())
    assert promised(None, [interaction]) == "" == promised(None, [uuid7()])


def test_who_asks_to_be_called_is_promised_a_call_and_the_call_keeps_it(administration, agent):
    cast.clock()
    known = Appearance(full_name="Mercè Puig Ferrer", identifiers=[Identifier("phone", "600000417")])
    [asked] = write("formularis", message(known, kind="form", hours=2, data={"answer_by": "phone"}))
    interaction = asked.turns.get().interaction
    assert asked.promises.get().what == "call" and promised(None, [interaction]).startswith("Et trucarem: ")
    visits = open_account(key="oficina", kind="visits", name="Oficina")
    told = {"by": agent, "at": now(), "full_name": "Mercè Puig Ferrer", "phone": "600 000 417"}
    note_contact(visits, key=uuid7(), text="Ha passat per l’oficina.", **told)
    assert Conversation.objects.get().waiting_since, "a visit is no call"
    note_contact(cast.door("telefon"), key=uuid7(), text="L’hem trucada.", **told)
    asked.refresh_from_db()
    assert asked.promises.get().end == "kept" and asked.waiting_since is None and not asked.is_promised
    assert promised(None, [interaction]) == ""
