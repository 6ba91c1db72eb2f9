"""One opinion for each question: marks, why of a low one, words that are kept apart; corrected for some days."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from tracte.channels import tokens
from tracte.core.clock import now
from tracte.inbox.actions import opinions
from tracte.inbox.checking import Refused
from tracte.inbox.models import Asking, Opinion, Remark
from tracte.inbox.models.opinions import CORRECTED_FOR
from tracte.inbox.tests.test_asking import ask, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(conversation, agent):
    settled(conversation, agent)
    ask()
    return Asking.objects.get()


def test_said_twice_it_is_corrected(asked):
    opinions.say(asked, satisfaction=2, why="slow", text=" Tres setmanes ", at=now())
    assert Remark.objects.get().text == "Tres setmanes"
    opinions.say(asked, satisfaction=4, effort=5, why="slow", text="Ja està", at=now() + dt.timedelta(days=6))
    one = Opinion.objects.get()
    assert (one.satisfaction, one.effort, one.why) == (4, 5, "") and not Remark.objects.exists()


def test_after_some_days_it_stays_as_it_is(asked):
    opinions.say(asked, satisfaction=2, at=now())
    later = now() + CORRECTED_FOR + dt.timedelta(minutes=1)
    with pytest.raises(Refused):
        opinions.say(asked, satisfaction=5, at=later)
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.update(changed_at=later)


def test_an_old_question_takes_no_answer(asked):
    with pytest.raises(Refused):
        opinions.say(asked, satisfaction=5, at=asked.expires_at)
    assert opinions.say(asked, satisfaction=5, at=asked.expires_at - dt.timedelta(seconds=1))


@pytest.mark.parametrize("wrong", [{"satisfaction": 0}, {"satisfaction": 6}, {"effort": 9}, {"why": "slow"}])
def test_the_database_knows_what_a_mark_is(asked, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(asking=asked, **({"satisfaction": 5} | wrong))


def test_one_answer_to_one_question(asked):
    opinions.say(asked, satisfaction=5, at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.bulk_create([Opinion(asking=asked, satisfaction=1)])


def test_a_link_opens_its_own_question_and_nothing_else(asked):
    assert opinions.find(tokens.sign(asked.id)) == asked
    assert opinions.find(tokens.sign(asked.closure_id)) is None and opinions.find("x" * 36) is None
    right = tokens.sign(asked.id)
    assert opinions.find(right[:-1] + ("0" if right[-1] != "0" else "1")) is None


def test_words_are_forgotten_and_marks_stay(asked):
    opinions.say(asked, satisfaction=1, text="Malament", at=now())
    opinions.forget(before=now() - dt.timedelta(days=1))
    assert Remark.objects.exists()
    Remark.objects.update(at=F("at") - dt.timedelta(days=2))
    opinions.forget(before=now() - dt.timedelta(days=1))
    assert not Remark.objects.exists() and Opinion.objects.get().satisfaction == 1
