"""A case has a number, an owner and a promise from its first moment, and ends with its answer."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tracte.channels.models import Dispatch
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Event
from tracte.inbox import numbers
from tracte.inbox.actions.answering import take_back
from tracte.inbox.actions.cases import Answering, Place, add_conversation
from tracte.inbox.actions.cases.answering import answer
from tracte.inbox.actions.cases.handling import change_service, close, give, note, reopen
from tracte.inbox.case_checking import check
from tracte.inbox.models import Case, CaseClosure, CaseOrigin, Conversation, Promise, Step, Turn
from tracte.inbox.tests import cast, town
from tracte.inbox.tests.cast import message, write
from tracte.inbox.tests.test_answering import refusal
from tracte.inbox.tests.town import hired, opened
from tracte.knowledge import actions as knowledge

pytestmark = pytest.mark.django_db


def whats(case):
    return [step.what for step in case.steps.order_by("at", "id")]


def answered(case, by, **more):
    return answer(case, by=by, at=now(), **({"text": "Ja s’encén.", "key": uuid.uuid4().hex} | more))


def shut(case, by, how="answered", **more):
    return close(case, by=by, at=now(), how=how, **more)


def test_it_is_routed_and_promised_by_its_service_at_once(case, place, agent, conversation):
    assert case.unit_id == place.units["llums"].id and case.agent is None
    promise = case.promises.get()
    assert (promise.amount, promise.unit, promise.due_at) == (3, "working_days", case.due_at), "inherited"
    assert (case.account, case.record, case.language) == (conversation.account, conversation.record, "")
    assert case.address == conversation.address and b"merce" not in bytes(case.address_sealed)
    assert whats(case) == ["opened"] and case.origins.get().conversation == conversation
    told = Event.objects.get(name="inbox.cases.changed").ids
    assert told == {"cases": [str(case.id)], "units": [str(case.unit_id)], "agents": []}
    conversation.refresh_from_db()
    assert conversation.waiting_since, "whoever wrote still waits for a word"


def test_where_it_is_decides_who_gets_it(lamp, place):
    case = opened(lamp, place=Place(place.places["riudeclar"], " Carrer de la Font, 8 ", 41.15, 1.1))
    assert case.unit_id == place.units["camp"].id and case.place == "Carrer de la Font, 8"


def test_a_service_without_a_term_promises_the_default(place):
    promise = opened(place.services["carrer"]).promises.get()
    assert (promise.amount, promise.unit) == (2, "working_days")


def test_the_same_act_twice_opens_one(lamp):
    first = opened(lamp, key="a")
    assert opened(lamp, key="a", asked="Una altra cosa").id == first.id
    assert Case.objects.count() == Step.objects.count() == Promise.objects.count() == 1
    with pytest.raises(IntegrityError, match="case_key_once"), transaction.atomic():
        Case.objects.create(key="a", service=lamp, original_service=lamp, unit=first.unit, asked="x")


def test_nothing_is_asked_of_nothing(lamp, place):
    assert refusal(opened, lamp, asked="  ") == "nothing_asked"
    knowledge.retire(lamp, reason="Ja no", by=None, at=now())
    assert refusal(opened, type(lamp).objects.get(id=lamp.id)) == "retired"


def test_numbers_follow_each_other_and_are_those_of_an_administration(lamp, other_administration):
    assert [opened(lamp).number for _ in range(3)] == [1, 2, 3]
    with tenancy.acting_for(other_administration), connection.cursor() as cursor:
        cursor.execute("SELECT inbox_next_number()")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_opened_at_the_same_moment_no_two_have_the_same_number(administration):
    with tenancy.acting_for(administration):
        lamp = town.build().services["carrer.llum.fanal"]

    def some():
        for _ in range(5):
            with tenancy.acting_for(administration):
                opened(lamp)
        connection.close()

    threads = [threading.Thread(target=some) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with tenancy.acting_for(administration):
        assert sorted(Case.objects.values_list("number", flat=True)) == list(range(1, 21))


@given(st.integers(1, 2**50))
def test_a_number_is_read_as_it_is_said(value):
    said = numbers.said(value)
    assert numbers.read(said) == numbers.read(f" {said.lower().replace('-', '')} ".replace("0", "o")) == value


@given(st.integers(1, 32**5 - 1), st.integers(0, 4), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_letter_is_noticed(value, place, letter):
    said = numbers.said(value)
    wrong = said[:place] + letter + said[place + 1 :]
    pairs = {said[place], letter}
    assert wrong == said or numbers.read(wrong) is None or pairs == {"0", "Z"}  # 31 stands for 0 too


@pytest.mark.parametrize("text", ["", "hola", "12", "0000!-0", "ÀBCDE-F", "0" * 40])
def test_what_is_no_number_is_none(text):
    assert numbers.read(text) is None


def test_several_from_one_message_and_one_in_several(case, lamp, conversation, agent):
    second = opened(lamp, agent, conversation=conversation, asked="I la vorera és trencada")
    [other] = write("telegram", message(cast.on_telegram(), "I el meu fanal?"))
    for _ in range(2):
        add_conversation(case, other, by=agent, at=now())
    assert conversation.cases.count() == 2 and case.origins.count() == 2 and second.number == case.number + 1
    assert CaseOrigin.objects.count() == 3


def test_its_answer_goes_the_way_that_was_fixed_and_stands_in_the_conversation(case, nuria, conversation):
    assert check(case, nuria)["close"].reason == "unanswered_case"
    dispatch = answered(case, nuria)
    assert (dispatch.to, dispatch.subject) == ("merce.puig@exemple.cat", "Re: Ajut al lloguer")
    assert dispatch.in_reply_to == ["a@exemple.org"]
    conversation.refresh_from_db()
    assert conversation.turns.get(dispatch=dispatch) and conversation.turns_count == 2
    assert conversation.waiting_since is None and conversation.excerpt == "Ja s’encén."
    case.refresh_from_db()
    assert case.answered_at and not case.is_promised and case.promises.get().end == "kept"
    [same] = write("bustia", message(cast.merce(), "Gràcies", in_reply_to=[f"<{_token(dispatch)}@exemple.cat>"]))
    assert same.id == conversation.id and same.turns_count == 3


def _token(dispatch):
    from tracte.channels import tokens

    return tokens.sign(dispatch.id)


def test_the_same_answer_twice_is_sent_once(case, nuria):
    assert answered(case, nuria, key="a").id == answered(case, nuria, key="a", text="Un altre").id
    assert Dispatch.objects.count() == 1 and whats(case) == ["opened", "answered"]
    assert refusal(take_back, Turn.objects.get(dispatch__isnull=False), by=nuria, at=now()) == "of_case"


def test_without_a_conversation_it_goes_where_it_was_said(lamp, nuria, place):
    door = cast.door("bustia")
    case = opened(lamp, answering=Answering(door, None, "anna@exemple.cat", "es"))
    dispatch = answered(case, nuria)
    assert (dispatch.account, dispatch.to, dispatch.language) == (door, "anna@exemple.cat", "es")
    assert refusal(answered, case, nuria, text=" ") == "nothing"
    assert check(opened(lamp, answering=Answering(door)), nuria)["answer"].reason == "no_address"
    assert check(opened(lamp), nuria)["answer"].reason == "no_way"


def test_answered_it_is_closed_and_its_closure_stays(case, nuria):
    assert refusal(shut, case, nuria) == "unanswered_case"
    answered(case, nuria)
    shut(case, nuria)
    case.refresh_from_db()
    assert not case.is_open and whats(case)[-1] == "closed"
    assert {act for act, found in check(case, nuria).items() if found.is_allowed} == {"note", "reopen", "claim"}
    assert refusal(answered, case, nuria) == "case_closed"
    assert refusal(reopen, case, by=nuria, at=now(), reason=" ") == "reason"
    case = reopen(case, by=nuria, at=now(), reason="S’ha tornat a apagar")
    assert case.is_open and case.is_promised and case.promises.count() == 2 and not case.answered_at
    assert CaseClosure.objects.get().reopening.by == nuria
    assert refusal(reopen, case, by=nuria, at=now(), reason="x") == "case_open"


def test_without_an_answer_only_who_leads_closes_it_and_says_why(case, nuria, place):
    supervisor = hired("Aina Soler", place.units["llums"], "agent", "supervisor")
    assert refusal(shut, case, nuria, "unanswered", reason="Duplicat") == "role"
    assert refusal(shut, case, supervisor, "unanswered") == "reason"
    shut(case, supervisor, "unanswered", reason="Duplicat")
    assert case.promises.get().end == "dropped"
    with pytest.raises(IntegrityError, match="without_answer_has_a_reason"), transaction.atomic():
        CaseClosure.objects.create(case=case, how="unanswered")


def test_it_is_given_to_who_works_in_the_unit(case, nuria, agent, place):
    give(case, by=nuria, at=now(), agent=nuria)
    assert refusal(give, case, by=nuria, at=now(), agent=None, unit=place.units["camp"]) == "reason"
    assert refusal(give, case, by=nuria, at=now(), agent=nuria, unit=place.units["camp"], reason="x") == "nobody"
    given_ = give(case, by=nuria, at=now(), agent=None, unit=place.units["camp"], reason="És al Camp")
    assert given_.unit == place.units["camp"] and given_.agent is None
    assert refusal(give, case, by=nuria, at=now(), agent=nuria) == "elsewhere", "it is theirs no more"


def test_of_another_service_it_is_routed_and_promised_anew_and_the_original_stays(case, nuria, place, lamp):
    other = knowledge.add_service(
        key="arbre", names={"ca": "Arbre"}, term_amount=1, term_unit="months", by=None, at=now()
    )
    knowledge.assign(other, place.units["aran"], since=dt.date(2020, 1, 1), by=None, at=now())
    give(case, by=nuria, at=now(), agent=nuria)
    assert refusal(change_service, case, other, by=nuria, at=now(), reason="") == "reason"
    assert refusal(change_service, case, lamp, by=nuria, at=now(), reason="x") == "same_service"
    moved = change_service(case, other, by=nuria, at=now(), reason="És un arbre")
    assert (moved.service, moved.original_service, moved.unit_id) == (other, lamp, place.units["aran"].id)
    assert moved.agent is None and whats(moved) == ["opened", "given", "moved"]
    old, new = moved.promises.order_by("at", "id")
    assert (old.end, new.since, new.unit, new.due_at) == ("dropped", old.since, "months", moved.due_at)


def test_what_happened_stays_as_written(case):
    for change in (
        "UPDATE inbox_step SET reason = 'x'",
        "DELETE FROM inbox_step",
        "UPDATE inbox_caseclosure SET at = now()",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_promise_is_of_a_conversation_or_of_a_case(case, conversation):
    promise = case.promises.get()
    for both in (conversation, None):
        with pytest.raises(IntegrityError, match="promise_of_one"), transaction.atomic():
            Promise.objects.filter(id=promise.id).update(conversation=both, case=case if both else None)


def test_of_a_confidential_service_others_do_nothing(conversation, lamp, agent, place, nuria):
    knowledge.revise(lamp, is_confidential=True, readers=["llums"], by=None, at=now())
    lamp.refresh_from_db()
    case = opened(lamp, agent, conversation=conversation)
    assert {found.reason for found in check(case, agent).values()} == {"confidential"}
    assert check(case, nuria)["answer"].is_allowed
    assert refusal(note, case, by=agent, at=now(), text="Hola") == "confidential"
    note(case, by=nuria, at=now(), text="Hola")
    assert refusal(note, case, by=nuria, at=now(), text=" ") == "nothing"
    assert Conversation.objects.count() == 1
