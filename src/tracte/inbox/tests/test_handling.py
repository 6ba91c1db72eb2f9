"""Who has it, that it waits, that it is done: each a row, each refused with its reason."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from tracte.core.actions import add_unit, hire
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.inbox.actions.answering import reply
from tracte.inbox.actions.handling import assign, close, reopen, snooze, wake
from tracte.inbox.checking import Refused, check
from tracte.inbox.models import Assignment, Closure, Conversation
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.inbox.tests.test_answering import answer, refusal

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(hours=2)


def shut(conversation, by, how="unneeded", **more):
    return close(conversation, by=by, at=now(), how=how, **more)


def test_an_agent_takes_it_and_gives_it_on(conversation, agent, supervisor):
    assign(conversation, by=agent, at=now(), agent=agent)
    assign(conversation, by=agent, at=now(), agent=supervisor, reason="En sap més")
    conversation.refresh_from_db()
    assert conversation.agent == supervisor and Assignment.objects.count() == 2
    assert list(Conversation.objects.open().of(supervisor)) == [conversation]
    assert not Conversation.objects.open().of(agent).exists()


def test_to_another_unit_only_with_a_reason_and_to_somebody_of_it(conversation, agent):
    housing = add_unit(code="habitatge", name="Habitatge", since=now().date(), parent=Unit.objects.get(code="govern"))
    nuria = hire(email="nuria@exemple.cat", full_name="Núria Vila", unit=housing, roles=["agent"])
    stranger = hire(email="pol@exemple.cat", full_name="Pol Riera", unit=housing, roles=["editor"])
    given = {"by": agent, "at": now(), "unit": housing}
    assert refusal(assign, conversation, agent=nuria, **given) == "reason"
    assert refusal(assign, conversation, agent=stranger, reason="És d’ajuts", **given) == "nobody"
    assign(conversation, agent=nuria, reason="És d’ajuts", **given)
    conversation.refresh_from_db()
    assert (conversation.unit, conversation.agent) == (housing, nuria)


def test_what_was_answered_is_closed_and_waits_for_nothing(conversation, agent):
    answer(conversation, agent)
    shut(conversation, agent, "answered")
    conversation.refresh_from_db()
    assert not conversation.is_open and not Conversation.objects.open().exists()


def test_what_waits_is_not_closed_as_answered(conversation, agent, supervisor):
    assert refusal(shut, conversation, agent, "answered") == "unanswered"
    assert refusal(shut, conversation, agent, "unanswered", reason="Massa feina") == "role"
    assert refusal(shut, conversation, supervisor, "unanswered") == "reason"
    shut(conversation, supervisor, "unanswered", reason="Duplicada d’una altra bústia")
    assert conversation.promises.get().end == "dropped"


def test_the_database_wants_a_reason_too(conversation):
    with pytest.raises(IntegrityError, match="closure_without_answer_has_a_reason"), transaction.atomic():
        Closure.objects.create(conversation=conversation, how="unanswered")


def test_a_closure_stays_as_it_was(conversation, agent):
    shut(conversation, agent)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Closure.objects.update(at=now())


def test_reopened_it_goes_on_and_its_closure_stays_counted(conversation, agent):
    shut(conversation, agent)
    assert reopen(conversation, by=agent, at=now()).is_open
    assert Closure.objects.get().reopening.by == agent
    assert refusal(reopen, conversation, by=agent, at=now()) == "open"
    shut(conversation, agent)
    assert Closure.objects.count() == 2


def test_who_has_another_open_one_goes_on_there(conversation, agent):
    shut(conversation, agent)
    write("bustia", message(cast.merce(), "Una cosa més", hours=0.1))
    assert refusal(reopen, conversation, by=agent, at=now()) == "taken"
    conversation.refresh_from_db()
    assert not conversation.is_open and not hasattr(Closure.objects.get(), "reopening")


def test_a_closed_one_says_what_to_do_first(conversation, agent):
    shut(conversation, agent)
    conversation.refresh_from_db()
    allowed = {act for act, found in check(conversation, agent).items() if found.is_allowed}
    assert allowed == {"note", "reopen"}
    for act in (shut, answer):
        assert refusal(act, conversation, agent) == "closed"
    assert refusal(assign, conversation, by=agent, at=now(), agent=agent) == "closed"
    assert refusal(snooze, conversation, by=agent, at=now(), until=now() + SOON) == "closed"


def test_put_off_it_leaves_the_lists_and_comes_back_by_the_clock(conversation, agent):
    assert refusal(snooze, conversation, by=agent, at=now(), until=now() - SOON) == "past"
    snooze(conversation, by=agent, at=now(), until=now() + SOON)
    snooze(conversation, by=agent, at=now(), until=now() + 2 * SOON)
    assert not Conversation.objects.awake().exists() and Conversation.objects.open().exists()
    assert wake(at=now() + SOON) == 0
    assert wake(at=now() + 3 * SOON) == 1 and wake(at=now() + 3 * SOON) == 0
    assert Conversation.objects.awake().get().is_promised, "its promise stood all the while"


def test_an_answer_leaves_it_open_until_somebody_closes_it(conversation, agent):
    dispatch = reply(conversation, by=agent, at=now(), text="Hola", seen=1, key=conversation.id)
    conversation.refresh_from_db()
    assert conversation.is_open and dispatch.state == "held"
    with pytest.raises(Refused):
        shut(conversation, agent, "unanswered")
