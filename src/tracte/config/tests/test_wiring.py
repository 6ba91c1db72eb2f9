"""What rooms tell each other: the follow-up page of a form says by when whoever wrote will be answered."""

from __future__ import annotations

import pytest

from tracte.config.wiring import promised
from tracte.core.clock import now
from tracte.core.ids import uuid7
from tracte.inbox.actions.answering import reply
from tracte.inbox.models import Conversation
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write

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
