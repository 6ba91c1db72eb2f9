"""A person who joined too much is frozen: nobody joins them by themselves, nobody is lost, and somebody is told."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tracte.core.clock import now
from tracte.people import actions, batch, matching, reading
from tracte.people.batch import Proposal
from tracte.people.models import Freeze, Thaw
from tracte.people.protections import freezing
from tracte.people.tests.cast import MERCE, appears, arrive, partition, persons
from tracte.people.tests.doubtful import a_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The records of a person are few here, so that a test is quick."""
    monkeypatch.setattr(matching, "MOST_RECORDS", 6)
    monkeypatch.setattr(freezing, "MOST_RECORDS", 6)


def many(count, start=0, **more):
    return [appears("Anna", key=f"k{n}", document=MERCE, **more) for n in range(start, start + count)]


@pytest.mark.parametrize("size", [1, 9])
def test_who_comes_after_the_limit_stays_alone(size):
    crowd, records = many(9), []
    for start in range(0, 9, size):
        records += arrive(*crowd[start : start + size])
    assert partition(records) == [0] * 6 + [6, 7, 8]
    freeze = Freeze.objects.get()
    assert (freeze.why, freeze.records, freeze.times, freeze.record_id) == ("records", 6, 1, records[0])
    assert [one.person for one in freezing.standing()] == [records[0]] and not actions.drift()


@pytest.mark.parametrize(("kind", "why"), [("phone", "phones"), ("email", "emails")])
def test_eleven_telephones_or_mails_are_too_many(kind, why):
    values = [f"6000000{n:02}" if kind == "phone" else f"a{n}@exemple.cat" for n in range(12)]
    arrive(appears("Anna", key="k", document=MERCE))
    records = arrive(*(appears("Anna", key="k", **{kind: value}) for value in values[:10]))
    assert not freezing.sweep(now())
    arrive(appears("Anna", key="k", document=MERCE, **{kind: values[10]}))
    assert [(one.freeze.why, one.person) for one in freezing.standing()] == [(why, records[0])]
    (other,) = arrive(appears("Anna", key="other", document=MERCE))
    assert persons([other]) == [other]


def test_neither_the_model_nor_the_batch_pass_reaches_it():
    records = arrive(*many(6))
    (other,) = arrive(appears("Anna", key="other"))
    kept = a_model()
    assert batch.link([Proposal(records[0].bytes, other.bytes, 20.0, {})], model=kept.id, at=now()) == 0
    assert freezing.everybody().keys() == {records[0].bytes} and freezing.sweep(now()) == 1


def test_by_hand_it_grows_and_after_a_split_it_is_frozen_no_more(agent):
    records = arrive(*many(6))
    (other,) = arrive(appears("Anna", key="other"))
    actions.merge(records[0], other, by=agent, at=now())
    assert freezing.standing(records[0])[0].records == 7
    actions.unmerge(records[0], [other, records[5]], by=agent, at=now())
    assert not freezing.standing() and Freeze.objects.count() == 1
    (later,) = arrive(appears("Anna", key="later"))
    assert batch.link([Proposal(records[0].bytes, later.bytes, 20.0, {})], model=a_model().id, at=now()) == 1
    assert len(freezing.standing()) == 1


def test_who_was_thawed_grows_to_the_next_limit(agent):
    records = arrive(*many(6))
    freeze = freezing.standing()[0].freeze
    actions.thaw(freeze.id, by=agent, at=now(), reason="és el telèfon de recepció")
    assert not freezing.standing() and not freezing.sweep(now())
    with pytest.raises(actions.Refused, match="thawed"):
        actions.thaw(freeze.id, by=agent, at=now(), reason="un altre cop")
    records += arrive(*many(7, start=10))
    assert partition(records) == [0] * 12 + [12]
    assert [one.freeze.times for one in freezing.standing()] == [2]
    actions.thaw(freezing.standing()[0].freeze.id, by=agent, at=now(), reason="i encara")
    assert reading.known([records[0].bytes])[records[0].bytes].times == 4


def test_a_component_too_large_for_the_batch_pass_is_told_until_somebody_looked(agent):
    records = arrive(*(appears("Anna", key=key) for key in "123"))
    freezing.note_components([[record.bytes for record in records]], now())
    freezing.note_components([[record.bytes for record in records]], now())
    (told,) = freezing.standing()
    assert (told.freeze.why, told.records, told.person) == ("component", 3, records[0])
    actions.thaw(told.freeze.id, by=agent, at=now(), reason="són de prova")
    assert not freezing.standing()


def test_a_thaw_says_why_and_stays(agent):
    arrive(*many(6))
    freeze = freezing.standing()[0].freeze
    with pytest.raises(IntegrityError, match="thaw_says_why"), transaction.atomic():
        actions.thaw(freeze.id, by=agent, at=now(), reason="")
    actions.thaw(freeze.id, by=agent, at=now(), reason="perquè sí")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Thaw.objects.all().delete()
