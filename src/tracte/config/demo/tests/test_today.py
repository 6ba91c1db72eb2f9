"""The demo's inbox is of today: all doors, somebody who waits, one late, one in hand; twice is once."""

from __future__ import annotations

import pytest

from tracte.channels.actions import attend, open_account
from tracte.config.demo import today
from tracte.core.clock import now
from tracte.core.models import User
from tracte.inbox.models import Conversation, Note, Turn
from tracte.inbox.tests import cast

pytestmark = pytest.mark.django_db


def test_the_last_hours_are_conversations(administration, agent, supervisor):
    cast.clock()
    for user, name in ((agent, "jordi"), (supervisor, "aina")):
        User.objects.filter(id=user.id).update(email=f"{name}@exemple.cat")
    for key, kind in (("bustia", "email"), ("telegram", "telegram"), ("formularis", "webform")):
        attend(open_account(key=key, kind=kind, name=key), cast.ago(96))
    for _ in range(2):
        today.happen(administration)
    found = Conversation.objects.all()
    assert Turn.objects.count() == found.count() == 10
    assert {one.account.key for one in found} == {"bustia", "telegram", "formularis"}
    assert {one.language for one in found} == {"ca", "es", "oc", "en"}
    assert found.filter(due_at__lt=now()).exists() and found.filter(due_at__gt=now()).count() >= 5
    assert found.of(agent).count() == 2 and Note.objects.get().mentions.get().user == agent
    mine = found.filter(record__surname="Puig").values_list("record__memberships__person", flat=True)
    assert len(set(mine)) <= 2 and all(one.address for one in found)
