"""An answer goes where it was asked, once, and never over what its writer had not read."""

from __future__ import annotations

import uuid

import pytest

from tracte.channels.models import Dispatch
from tracte.core.clock import now
from tracte.core.models import Event
from tracte.inbox.actions.answering import note, reply, take_back
from tracte.inbox.actions.drafting import look, others, save_draft
from tracte.inbox.checking import Refused, check
from tracte.inbox.models import Draft, Mention, Presence
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write

pytestmark = pytest.mark.django_db


def answer(conversation, by, text="Et falta el padró.", **more):
    given = {"at": now(), "seen": 1, "key": uuid.uuid4()} | more
    return reply(conversation, by=by, text=text, **given)


def refusal(act, *arguments, **named):
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    assert refused.value.words
    return refused.value.reason


def test_it_leaves_by_the_door_and_to_the_address_of_the_question(conversation, agent):
    dispatch = answer(conversation, agent, " Et falta el padró.\n")
    assert dispatch.account_id == conversation.account_id and dispatch.to == "merce.puig@exemple.cat"
    assert (dispatch.subject, dispatch.text) == ("Re: Ajut al lloguer", "Et falta el padró.")
    assert dispatch.in_reply_to == ["a@exemple.org"] and dispatch.record_id == conversation.record_id
    conversation.refresh_from_db()
    assert conversation.turns_count == 2 and conversation.waiting_since is None
    assert conversation.excerpt == "Et falta el padró." and conversation.promises.get().end == "kept"


def test_telegram_is_answered_in_its_chat(administration, agent):
    [one] = write("telegram", message(cast.on_telegram(), "Hola", id="417:5", subject=""))
    dispatch = answer(one, agent)
    assert (dispatch.to, dispatch.subject, dispatch.in_reply_to) == ("417", "", ["417:5"])


def test_the_same_act_twice_sends_once(conversation, agent):
    key = uuid.uuid4()
    first = answer(conversation, agent, key=key)
    assert answer(conversation, agent, "Un altre text", key=key).id == first.id
    assert Dispatch.objects.count() == 1 and conversation.turns.count() == 2


def test_what_arrived_meanwhile_is_read_first_and_the_draft_stays(conversation, agent):
    save_draft(conversation, by=agent, at=now(), text="Et falta el padró.", seen=1)
    write("bustia", message(cast.merce(), "Ja l’he trobat!", hours=0.1))
    assert refusal(answer, conversation, agent) == "arrived"
    assert Draft.objects.get().text == "Et falta el padró." and not Dispatch.objects.exists()
    assert answer(conversation, agent, seen=2)
    assert not Draft.objects.exists()


def test_two_agents_do_not_answer_over_each_other(conversation, agent, supervisor):
    save_draft(conversation, by=agent, at=now(), text="Meu", seen=1)
    save_draft(conversation, by=supervisor, at=now(), text="Seu", seen=1)
    answer(conversation, supervisor, "Seu")
    assert refusal(answer, conversation, agent, "Meu") == "answered"
    assert [draft.text for draft in Draft.objects.all()] == ["Meu"]


def test_what_was_held_is_taken_back_and_becomes_a_draft_again(conversation, agent):
    due = conversation.due_at
    answer(conversation, agent)
    turn = conversation.turns.get(dispatch__isnull=False)
    assert take_back(turn, by=agent, at=now()) == "Et falta el padró."
    conversation.refresh_from_db()
    assert Dispatch.objects.get().state == "recalled" and conversation.turns_count == conversation.turns.count() == 1
    assert conversation.waiting_since == conversation.opened_at and conversation.due_at == due
    assert conversation.promises.standing().count() == 1 and Draft.objects.get().text == "Et falta el padró."


def test_what_left_is_not_taken_back(conversation, agent):
    answer(conversation, agent)
    Dispatch.objects.update(state="sent")
    assert refusal(take_back, conversation.turns.get(dispatch__isnull=False), by=agent, at=now()) == "late"
    assert conversation.turns.count() == 2


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_written_is_not_sent(conversation, agent, text):
    assert refusal(answer, conversation, agent, text) == "nothing"


def test_who_left_no_address_cannot_be_answered_by_mail(administration, agent):
    [one] = write("bustia", message(None, "Anònim"))
    assert check(one, agent)["reply"].reason == "no_address"
    assert refusal(answer, one, agent) == "no_address"


def test_a_form_without_address_is_answered_at_its_page(administration, agent):
    [one] = write("formularis", message(None, "Anònim", kind="form"))
    assert answer(one, agent).state == "held"


def test_a_note_calls_colleagues_and_tells_nobody_outside(conversation, agent, supervisor):
    note(conversation, by=agent, at=now(), text="@aina t’ho mires? (no @ningu; jordi@exemple.cat no)")
    assert [one.user for one in Mention.objects.all()] == [supervisor]
    conversation.refresh_from_db()
    assert conversation.turns_count == 1 and not Dispatch.objects.exists()
    assert refusal(note, conversation, by=agent, at=now(), text=" ") == "nothing"


def test_a_draft_is_kept_for_each_and_gone_when_emptied(conversation, agent, supervisor):
    for who in (agent, supervisor, agent):
        save_draft(conversation, by=who, at=now(), text=f"de {who.full_name}", seen=1)
    assert Draft.objects.count() == 2
    save_draft(conversation, by=agent, at=now(), text=" ", seen=1)
    assert Draft.objects.get().by == supervisor


def test_who_looks_is_seen_until_they_are_gone(conversation, agent, supervisor):
    assert look(conversation, by=agent, at=now(), is_writing=False) == []
    assert [one.user for one in look(conversation, by=supervisor, at=now(), is_writing=True)] == [agent]
    assert [(one.user, one.is_writing) for one in others(conversation, agent, now())] == [(supervisor, True)]
    Presence.objects.update(until=cast.ago(1))
    assert others(conversation, agent, now()) == []
    told = Event.objects.filter(name="inbox.presence.changed").count()
    look(conversation, by=agent, at=now(), is_writing=False)
    look(conversation, by=agent, at=now(), is_writing=False)
    assert Event.objects.filter(name="inbox.presence.changed").count() == told + 1, (
        "told when it changes, not at each beat"
    )
