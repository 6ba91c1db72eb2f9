"""What comes in finds its conversation, or begins one: never two at once, never by a subject, never a stranger's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tracte.channels import tokens
from tracte.channels.actions import attend, receive_many
from tracte.core.clock import now
from tracte.core.models import Event
from tracte.inbox import promising
from tracte.inbox.actions import handling, thread
from tracte.inbox.actions.answering import reply
from tracte.inbox.models import Closure, Conversation, Promise, Turn
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write

pytestmark = pytest.mark.django_db


def turns(conversation):
    return conversation.turns.count()


def answered(conversation, agent, text="Hola, Mercè."):
    conversation.refresh_from_db()
    return reply(conversation, by=agent, at=now(), text=text, seen=conversation.turns_count, key=conversation.id)


def closed(conversation, agent):
    handling.close(conversation, by=agent, at=now(), how=Closure.How.UNNEEDED)
    conversation.refresh_from_db()
    return conversation


def test_a_message_begins_a_conversation_that_waits_for_an_answer(administration):
    [one] = write("bustia", message(cast.merce(), "Em falta un document?", hours=2))
    assert one.is_open and one.subject == "Ajut al lloguer" and one.excerpt == "Em falta un document?"
    assert one.address == "merce.puig@exemple.cat" and b"merce" not in bytes(one.address_sealed)
    assert one.waiting_since == one.opened_at and one.turns_count == turns(one) == 1
    promise = one.promises.get()
    assert (promise.what, promise.since, promise.due_at) == ("answer", one.waiting_since, one.due_at)
    assert Event.objects.filter(name="inbox.conversations.changed").get().ids["conversations"] == [str(one.id)]


def test_the_next_one_goes_on_in_it_and_moves_no_deadline(administration):
    [one] = write("bustia", message(cast.merce(), hours=3))
    [same] = write("bustia", message(cast.merce(), "Una cosa més", hours=1, subject="Una altra cosa"))
    assert same.id == one.id and same.turns_count == 2 and same.excerpt == "Una cosa més"
    assert (same.waiting_since, same.due_at) == (one.waiting_since, one.due_at)
    assert Promise.objects.count() == 1


def test_two_people_and_two_doors_are_two_conversations(administration):
    first, second = write("bustia", message(cast.merce(), hours=2), message(cast.anna(), hours=1))
    assert first.record_id != second.record_id
    [third] = write("telegram", message(cast.on_telegram()))
    assert third.address == "417" and Conversation.objects.count() == 3


def test_a_whole_batch_of_one_person_is_one_conversation(administration):
    [one] = write("bustia", *(message(cast.merce(), f"Missatge {n}", hours=9 - n) for n in range(8)))
    assert one.turns_count == turns(one) == 8 and one.excerpt == "Missatge 7"


def test_the_database_itself_refuses_a_second_open_one(administration):
    [one] = write("bustia", message(cast.merce()))
    again = {"account": one.account, "record": one.record, "unit": one.unit, "last_at": now()}
    with pytest.raises(IntegrityError, match="conversation_one_open"), transaction.atomic():
        Conversation.objects.create(**again)


def test_the_same_batch_told_twice_is_threaded_once(administration):
    [one] = write("bustia", message(cast.merce()))
    thread(Event.objects.get(name="channels.batch.received"))
    one.refresh_from_db()
    assert one.turns_count == turns(one) == 1


@pytest.mark.parametrize(
    ("kind", "data", "begins"),
    [
        ("message", {}, True),
        ("form", {}, True),
        ("post", {}, True),
        ("call", {}, False),
        ("visit", {}, False),
        ("alert", {}, False),
        ("message", {"auto": {"kind": "auto_reply"}}, False),
        ("message", {"bounce": {"status": "5.1.1"}}, False),
        ("message", {"edits": "417:1"}, False),
    ],
)
def test_only_what_asks_for_an_answer_begins_one(administration, kind, data, begins):
    assert bool(write("bustia", message(cast.merce(), kind=kind, data=data))) is begins


def test_what_happened_before_the_door_was_attended_is_history(administration):
    account = cast.door("bustia")
    attend(account, cast.ago(5))
    receive_many(account, [message(cast.merce(), hours=6), message(cast.anna(), hours=4)])
    assert [one.record.surname for one in Conversation.objects.select_related("record")] == ["Roca"]
    attend(account, None)
    receive_many(account, [message(cast.merce(), hours=1)])
    assert Conversation.objects.count() == 1


def test_nobody_known_has_a_conversation_each(administration):
    found = write("formularis", message(None, "Anònim", hours=2), message(None, "Un altre", hours=1))
    assert len(found) == 2 and all(one.record_id is None and one.address == "" for one in found)


@pytest.mark.parametrize(("chosen", "kept"), [("email", "merce.puig@exemple.cat"), ("phone", ""), ("page", "")])
def test_the_way_that_they_chose_is_kept(administration, chosen, kept):
    [one] = write("formularis", message(cast.merce(), kind="form", data={"answer_by": chosen}))
    assert one.address == kept


def test_an_answer_names_its_conversation_whatever_its_subject(administration, agent):
    [one] = write("bustia", message(cast.merce(), id="a@exemple.org", hours=5))
    dispatch = answered(one, agent)
    closed(one, agent)
    one_, other = write("bustia", message(cast.merce(), hours=1, subject="", in_reply_to=["a@exemple.org"]))
    assert one_.id == one.id and other.follows_id == one.id, "a late answer opens one that follows"
    assert one_.turns_count == 2 and not one_.is_open, "and what was closed stays as it was"
    closed(other, agent)
    token = f"<{tokens.sign(dispatch.id).upper()}@exemple.cat>"
    *_, third = write("bustia", message(cast.merce(), hours=0.5, in_reply_to=[token]))
    assert third.follows_id == one.id


def test_who_answers_from_another_address_is_the_same_person(administration, agent):
    [one] = write("bustia", message(cast.merce(birth_date=dt.date(1984, 3, 12)), id="a@exemple.org", hours=5))
    from_work = cast.merce()
    from_work.identifiers.append(cast.Identifier("phone", "600000417"))
    found = write("bustia", message(from_work, "Des de la feina", hours=1, in_reply_to=["a@exemple.org"]))
    assert [one.id] == [c.id for c in found] and found[0].turns_count == 2


def test_a_stranger_who_quotes_an_id_begins_their_own(administration, agent):
    [one] = write("bustia", message(cast.merce(), id="a@exemple.org", hours=5))
    token = tokens.sign(answered(one, agent).id)
    found = write("bustia", message(cast.anna(), hours=1, in_reply_to=["a@exemple.org", f"<{token}@exemple.cat>"]))
    assert len(found) == 2 and found[1].follows_id is None and found[0].turns_count == 2


def test_a_mail_that_came_back_stands_in_its_conversation_and_wakes_nobody(administration, agent):
    [one] = write("bustia", message(cast.merce(), hours=5))
    token = f"<{tokens.sign(answered(one, agent).id)}@exemple.cat>"
    [same] = write("bustia", message(None, "No existeix", data={"bounce": {}}, in_reply_to=[token]))
    assert same.turns_count == 3 and same.waiting_since is None


def test_a_correction_stands_in_the_conversation_of_what_it_corrects(administration, agent):
    [one] = write("telegram", message(cast.on_telegram(), id="417:1", hours=5))
    closed(one, agent)
    edit = message(cast.on_telegram(), "Millor dit", id="417:1:9", data={"edits": "417:1"}, hours=1)
    [same] = write("telegram", edit)
    assert same.turns_count == 2 and not same.is_open


def test_an_answered_one_waits_again_with_a_new_promise(administration, agent):
    [one] = write("bustia", message(cast.merce(), hours=5))
    answered(one, agent)
    one.refresh_from_db()
    assert one.waiting_since is None and not one.is_promised and one.promises.get().end == "kept"
    [same] = write("bustia", message(cast.merce(), "I ara?", hours=-0.01))
    assert same.id == one.id and same.waiting_since and same.promises.standing().get().since == same.waiting_since


def test_what_we_said_from_elsewhere_answers_it(administration):
    [one] = write("bustia", message(cast.merce(), hours=5, id="a@exemple.org"))
    [same] = write("bustia", message(cast.merce(), "Ja està.", hours=2, direction="out", in_reply_to=["a@exemple.org"]))
    assert same.id == one.id and same.turns_count == 2 and same.waiting_since is None
    assert same.promises.get().end == "kept"
    write("telegram", message(cast.on_telegram(), "Un avís", direction="out"))
    assert Conversation.objects.count() == 1, "what we say begins nothing"


def test_a_promise_kept_late_says_so(administration, agent):
    [one] = write("bustia", message(cast.merce(), hours=24 * 30))
    assert one.due_at < now()
    answered(one, agent)
    assert one.promises.get().end == "late"


def test_who_writes_wakes_what_was_put_off(administration, agent):
    [one] = write("bustia", message(cast.merce(), hours=5))
    handling.snooze(one, by=agent, at=now(), until=now() + dt.timedelta(days=3))
    [same] = write("bustia", message(cast.merce(), "Encara espero", hours=0.5))
    assert same.snooze_id is None and same.snoozes.get().ended_at is not None


def test_without_a_calendar_nothing_is_promised(administration, monkeypatch):
    monkeypatch.setattr(promising, "CALENDAR", "cap")
    [one] = write("bustia", message(cast.merce()))
    assert one.waiting_since and not one.is_promised and not Promise.objects.exists()


def test_threading_costs_the_same_for_one_and_for_many(administration, django_assert_max_num_queries):
    account = cast.door("bustia")
    receive_many(account, [message(cast.merce(), hours=9, id="a@exemple.org")])
    for count in (1, 40):
        batch = [
            message(cast.Appearance(full_name=f"Nom {n} {count}", key=f"{n}-{count}"), hours=1) for n in range(count)
        ]
        with django_assert_max_num_queries(45):
            receive_many(account, batch)
    assert Turn.objects.count() == 42
