"""Several at once, over real connections: nobody twice, nobody lost, and the log still tells the memberships."""

import random
import uuid

import pytest

from tests.threads import together
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people import actions
from tracte.people.models import Membership, Person, RecordIdentifier, SourceRecord
from tracte.people.tests.cast import MERCE, PERE, appears, arrive, persons

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_arrivals_at_once_of_somebody_new_make_one_person(administration):
    def comes(number: int) -> uuid.UUID:
        with tenancy.acting_for(administration):
            return arrive(appears("Mercè Puig", phone="600 000 417", key=f"account {number % 2}"))[0]

    records = together(*(lambda n=n: comes(n) for n in range(8)))
    with tenancy.acting_for(administration):
        assert len(set(records)) == 2 and len(set(persons(records))) == 1
        assert Person.objects.count() == 1 and not actions.drift()


def test_two_that_pull_one_person_two_ways_keep_to_the_log(administration):
    """The telephone leads one of them, the e-mail the other, to Anna: what they lock by themselves does not meet."""
    for turn in range(10):
        phone, email = f"6000000{turn:02}", f"anna{turn}@exemple.cat"
        with tenancy.acting_for(administration):
            older = arrive(appears("Anna", phone=f"6000001{turn:02}"), appears("Anna", phone=f"6000002{turn:02}"))
            (anna,) = arrive(appears("Anna", phone=phone, email=email))

        def comes(one, other):
            with tenancy.acting_for(administration):
                return arrive(appears("Anna", **one, **other, key=str(one)))

        together(
            lambda t=turn, p=phone: comes({"phone": p}, {"email": f"un{t}@exemple.cat"}),
            lambda e=email: comes({"email": e}, {}),
            lambda t=turn, e=email: comes({"phone": f"6000001{t:02}"}, {"email": e}),
        )
        with tenancy.acting_for(administration):
            assert not actions.drift()
            assert persons([older[0], anna]) == [older[0]] * 2


def test_two_documents_that_come_at_once_to_one_person_do_not_both_stay(administration):
    """Two records of one person, each shown another document in the same instant."""
    for turn in range(6):
        phone = f"6000000{turn:02}"
        with tenancy.acting_for(administration):
            arrive(*(appears("Anna", phone=phone, key=f"{turn} {one}") for one in "ab"))

        def shows(key, document):
            with tenancy.acting_for(administration):
                return arrive(appears("Anna", key=key, document=document))

        together(lambda t=turn: shows(f"{t} a", MERCE), lambda t=turn: shows(f"{t} b", PERE))
        with tenancy.acting_for(administration):
            verified = RecordIdentifier.objects.filter(assurance=3).values_list("record_id", "identifier_id")
            shown: dict = {}
            for record, document in verified:
                shown.setdefault(persons([record])[0], set()).add(document)
            assert all(len(documents) == 1 for documents in shown.values()) and not actions.drift()


def test_a_crowd_of_batches_singles_merges_and_splits(administration, agent):
    """No deadlock (the database would end one with an error), nobody twice, and the log tells the memberships."""

    def crowd(seed: int) -> int:
        pick = random.Random(seed)
        for _ in range(25):
            with tenancy.acting_for(administration):
                _somebody_does_something(pick, agent)
        return seed

    assert together(*(lambda s=seed: crowd(s) for seed in range(8))) == list(range(8))
    with tenancy.acting_for(administration):
        assert not actions.drift()
        assert Membership.objects.live().count() == SourceRecord.objects.count()
        assert SourceRecord.objects.values("source", "key").distinct().count() == SourceRecord.objects.count()


def _somebody_does_something(pick, agent):
    what = pick.random()
    if what < 0.6:
        arrive(*(_somebody(pick) for _ in range(1 if what < 0.4 else 90)))
        return
    live = list(Membership.objects.live().values_list("person_id", "record_id"))
    owners = sorted({person for person, _ in live})
    try:
        if what < 0.8 and len(owners) > 1:
            actions.merge(*pick.sample(owners, 2), by=agent, at=now())
        elif owners:
            person = pick.choice(owners)
            actions.unmerge(person, [record for owner, record in live if owner == person][:1], by=agent, at=now())
    except actions.Refused:
        pass  # somebody else was first


def _somebody(pick):
    number = pick.randrange(40)
    return appears(
        pick.choice(["Anna", "Joan", "Pere Roca", "Pere Puig"]),
        phone=pick.choice(["", f"6000000{number:02}"]),
        email=pick.choice(["", f"p{pick.randrange(40)}@exemple.cat"]),
        document=pick.choice(["", "", MERCE, PERE]),
        key=pick.choice(["", f"k{pick.randrange(60)}"]),
    )
