"""Who was answered is asked once how it was, by the way they came and in their language; nobody else is."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from tracte.channels import delivery
from tracte.channels.actions import open_account, receive_many, submitting
from tracte.channels.message import Message
from tracte.channels.models import Dispatch
from tracte.core.clock import now
from tracte.inbox import askable
from tracte.inbox.actions import asking, handling
from tracte.inbox.actions.answering import reply
from tracte.inbox.actions.cases import handling as cases
from tracte.inbox.actions.cases.answering import answer
from tracte.inbox.models import Asking, Closure, Conversation, Promise
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance, Identifier
from tracte.privacy.actions import install_purposes

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(hours=2)


def link(token: str) -> str:
    return f"https://exemple.cat/opinion/{token}/"


def settled(one: Conversation, agent, *, is_sent: bool = True, how: str = "answered", at: dt.datetime | None = None):
    """Answered and closed; its answer is out."""
    at = at or now()
    one.refresh_from_db()
    sent = reply(one, by=agent, at=at, text="Ja està", seen=one.turns_count, key=uuid.uuid4())
    if is_sent:
        Dispatch.objects.filter(id=sent.id).update(state="sent")
    return handling.close(one, by=agent, at=at, how=how)


def ask(after: dt.timedelta = LATER, link=link) -> int:
    return asking.ask_all(at=now() + after, link=link)


def questions() -> list[Dispatch]:
    return list(Dispatch.objects.filter(key__startswith="asking:").order_by("at"))


def test_who_was_answered_is_asked_once_by_the_same_way(conversation, agent):
    closure = settled(conversation, agent)
    assert ask() == 1 and ask() == 0
    [one], [sent] = Asking.objects.all(), questions()
    assert one.closure == closure and one.dispatch == sent and one.record_id == conversation.record_id
    assert sent.by is None and sent.to == "merce.puig@exemple.cat" and "a@exemple.org" in sent.in_reply_to
    assert [line.split(": https")[0] for line in sent.text.splitlines() if "https" in line] == [
        "Molt bé",
        "Bé",
        "Ni bé ni malament",
        "Malament",
        "Molt malament",
    ]
    assert "«Ajut al lloguer»" in sent.text


def test_the_question_is_no_answer_opens_nothing_and_touches_no_promise(conversation, agent):
    settled(conversation, agent)
    before = list(Promise.objects.values("id", "end", "ended_at"))
    ask()
    delivery.deliver(conversation.administration_id, questions()[0].id)
    conversation.refresh_from_db()
    assert conversation.turns_count == 2 and not conversation.is_open and Conversation.objects.count() == 1
    assert list(Promise.objects.values("id", "end", "ended_at")) == before


def test_not_at_once_and_not_about_what_is_long_past(conversation, agent):
    settled(conversation, agent)
    assert ask(dt.timedelta(minutes=59)) == 0 and ask(askable.WAIT + askable.WINDOW + LATER) == 0
    assert ask(dt.timedelta(minutes=61)) == 1


def test_what_goes_on_before_it_leaves_is_not_asked(conversation, agent):
    settled(conversation, agent)
    handling.reopen(conversation, by=agent, at=now())
    assert ask() == 0


def test_what_goes_on_before_a_held_question_leaves_takes_it_back(conversation, agent):
    settled(conversation, agent)
    ask()
    handling.reopen(conversation, by=agent, at=now())
    assert questions()[0].state == "recalled"


def test_who_waits_for_something_is_not_asked_meanwhile(conversation, agent):
    settled(conversation, agent)
    write("telegram", message(cast.on_telegram(), "Una altra cosa", id="417:5", subject=""))
    assert ask() == 1, "another record, which nothing says to be theirs"
    Asking.objects.all().delete()
    Dispatch.objects.filter(key__startswith="asking:").delete()
    write("bustia", message(cast.merce(), "Gràcies, i encara una cosa", hours=0))
    assert ask() == 0


@pytest.mark.parametrize("how", ["unneeded", "spam"])
def test_closed_without_an_answer_is_nothing_to_ask_about(conversation, agent, how):
    handling.close(conversation, by=agent, at=now(), how=how, reason="res")
    assert ask() == 0


def test_what_never_left_is_no_answer(conversation, agent):
    settled(conversation, agent, is_sent=False)
    assert ask() == 0


def test_what_came_back_is_written_to_no_more(conversation, agent):
    settled(conversation, agent)
    said = Message("b@exemple.org", now(), text="", who=None, kind="message", data={"bounce": {"kind": "hard"}})
    said.data["in_reply_to"] = ["a@exemple.org"]
    receive_many(cast.door("bustia"), [said])
    assert conversation.turns.count() == 3 and ask() == 0


def test_automatic_mail_is_no_conversation_and_is_not_asked(administration, agent):
    write("bustia", message(cast.merce(), "Sóc fora", data={"auto": {"kind": "auto_reply"}}))
    assert not Conversation.objects.exists() and ask() == 0


def test_by_telephone_there_is_nothing_to_follow(conversation, agent):
    Conversation.objects.update(account=cast.door("telefon"))
    settled(conversation, agent)
    assert ask() == 0


def test_a_group_is_not_asked(administration, agent):
    group = {"chat": {"id": -1001, "type": "group"}}
    [one] = write("telegram", message(cast.on_telegram(), "Hola", id="-1001:5", subject="", data=group))
    settled(one, agent)
    assert one.address == "-1001" and ask() == 0


def test_a_person_is_asked_once_in_thirty_days_whatever_the_record(administration, agent):
    install_purposes()
    shared = [Identifier("national_id", "12345678Z", 3)]
    for door, who in (
        ("bustia", Appearance(full_name="Mercè Puig", identifiers=[*shared, Identifier("email", "m@exemple.cat")])),
        ("telegram", Appearance(key="417", full_name="Mercè Puig", identifiers=shared)),
    ):
        settled(write(door, message(who, "Hola"))[0], agent)
    first, second = Conversation.objects.all()
    assert first.record_id != second.record_id and ask() == 1
    again = Appearance(full_name="Mercè Puig", identifiers=[*shared, Identifier("email", "m@exemple.cat")])
    [_, again] = write("bustia", message(again, "I ara?", hours=0))
    settled(again, agent)
    assert ask() == 0
    Asking.objects.update(at=now() - askable.REST)
    assert ask() == 1


def test_in_their_language(administration, agent):
    [one] = write("bustia", message(cast.merce(), "¿Me falta algo?", language="es"))
    settled(one, agent)
    assert ask() == 1 and questions()[0].language == Asking.objects.get().language == "es"


def test_where_nobody_is_to_be_asked_nobody_is(conversation, agent, supervisor):
    settled(conversation, agent)
    for _ in range(2):
        asking.silence(by=supervisor, at=now())
    assert ask() == 0
    asking.speak(by=supervisor, at=now())
    assert ask() == 1


def test_without_an_address_of_ours_nothing_is_sent(conversation, agent):
    settled(conversation, agent)
    assert ask(link=lambda token: "") == 0 and not questions()


def test_a_case_is_asked_about_once_answered_and_closed(case, agent, nuria):
    town_sent = answer(case, by=nuria, at=now(), text="Ja fa llum", key="a")
    Dispatch.objects.filter(id=town_sent.id).update(state="sent")
    closure = cases.close(case, by=nuria, at=now(), how="answered")
    assert ask() == 1 and Asking.objects.get().case_closure == closure
    handling.close(Conversation.objects.get(), by=agent, at=now(), how="answered")
    assert ask() == 0, "the same person, about the same"


def test_a_conversation_whose_case_is_still_open_is_not_asked_about(case, agent):
    settled(Conversation.objects.get(), agent)
    assert ask() == 0


def test_a_confidential_matter_is_not_asked_about(case, nuria, agent):
    sent = answer(case, by=nuria, at=now(), text="Ja fa llum", key="a")
    Dispatch.objects.filter(id=sent.id).update(state="sent")
    cases.close(case, by=nuria, at=now(), how="answered")
    handling.close(Conversation.objects.get(), by=agent, at=now(), how="answered")
    type(case.service).objects.update(is_confidential=True)
    assert ask() == 0


def test_a_form_without_an_address_is_asked_on_its_page_and_another_by_mail_too(administration, agent):
    account = cast.door("formularis")
    submitting.submit(account, "a" * 32, {"subject": "Fanal", "text": "Fosc", "answer_by": "page"}, at=now())
    settled(Conversation.objects.get(), agent)
    assert ask() == 1 and not questions()
    open_account(key="bustia", kind="email", name="Bústia", own=[cast.OURS])
    said = {"subject": "Banc", "text": "Trencat", "answer_by": "email", "email": "anna@exemple.cat"}
    submitting.submit(account, "b" * 32, said, at=now())
    settled(Conversation.objects.open().get(), agent)
    assert ask() == 1 and questions()[0].to == "anna@exemple.cat" and questions()[0].account.kind == "email"


def test_the_database_lets_a_closure_be_asked_about_once(conversation, agent):
    settled(conversation, agent)
    ask()
    told = {"language": "ca", "at": now(), "expires_at": now() + LATER}
    with pytest.raises(IntegrityError), transaction.atomic():
        Asking.objects.create(closure=Closure.objects.get(), **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Asking.objects.create(**told)
