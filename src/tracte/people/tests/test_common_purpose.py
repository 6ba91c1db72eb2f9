"""Records without a common purpose do not join: not by the rules, the model or hand, nor through others."""

import uuid

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.sql import run
from tracte.people import actions, batch, training
from tracte.people.appearance import ATTEND
from tracte.people.batch import Proposal
from tracte.people.models import Doubt, Membership, SourceRecord
from tracte.people.tests.cast import MERCE, PERE, appears, are_one, arrive, partition, persons, who
from tracte.people.tests.doubtful import a_model
from tracte.people.tests.test_batch import silent, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]
PHONE, EMAIL = "600 000 417", "anna@exemple.cat"
SURVEY, BOTH, NOTHING = ("survey",), ("attend", "survey"), ()


@pytest.mark.parametrize(
    ("one", "other", "join"),
    [
        (ATTEND, ATTEND, True),
        (ATTEND, BOTH, True),
        (ATTEND, SURVEY, False),
        (ATTEND, NOTHING, False),
        (NOTHING, NOTHING, False),
    ],
)
@pytest.mark.parametrize("by", [{"document": MERCE}, {"phone": PHONE}])
def test_they_join_only_with_a_purpose_in_common(one, other, join, by):
    assert are_one(appears("Anna", key="1", purposes=one, **by), appears("Anna", key="2", purposes=other, **by)) == join


def test_nobody_joins_two_without_a_common_purpose_by_being_in_between():
    found = who(
        appears("Anna", key="1", phone=PHONE, purposes=ATTEND),
        appears("Anna", key="2", phone=PHONE, purposes=SURVEY),
        appears("Anna", key="3", phone=PHONE, purposes=BOTH),
    )
    assert found[0] != found[1] and not actions.drift()
    first = who(appears("Pere", key="4", email=EMAIL, purposes=ATTEND))
    middle, last = (
        arrive(appears("Pere", key=key, email=EMAIL, purposes=purposes))
        for key, purposes in (("5", BOTH), ("6", SURVEY))
    )
    assert persons(middle) == first and persons(last) == last


def test_the_model_links_only_with_a_purpose_in_common():
    a_model(prior=0.5)
    common = {"birth": "1984-03-12", "postcode": "08001"}
    records = arrive(
        appears("Anna Puig Soler", key="1", **common),
        appears("Ana Puig Soler", key="2", **common),
        appears("Anna Puig Soler", key="3", **common, purposes=SURVEY),
    )
    assert partition(records) == [0, 0, 2]
    assert not Doubt.objects.exists()


def test_the_batch_pass_looks_for_who_may_join_and_goes_round_the_rest():
    """The strongest pairs lead to somebody of another purpose: they are left out, and the two who may join still do."""
    records = arrive(
        appears("Gal·la Puig Ximenis", key="1", birth="1971-02-17", phone=PHONE, email=EMAIL, purposes=SURVEY),
        appears("Gal·la Puig Ximenis", key="2", birth="1971-02-17", phone=PHONE),
        appears("Gal·la Puig Ximenis", key="3", birth="1971-02-17", email=EMAIL),
    )
    town()
    training.train(at=now(), tell=silent)
    batch.resolve(tenancy.required(), at=now(), tell=silent)
    assert partition(records) == [0, 1, 1]


def test_the_batch_pass_looks_again_under_the_lock():
    one, other = arrive(appears("Anna", key="1"), appears("Anna", key="2", purposes=SURVEY))
    kept = a_model()
    assert batch.link([Proposal(one.bytes, other.bytes, 20.0, {})], model=kept.id, at=now()) == 0


def test_by_hand_it_is_refused_with_its_reason(agent):
    one, other = who(appears("Anna", key="1"), appears("Anna", key="2", purposes=SURVEY))
    assert actions.preview_merge(one, other).refusal == "purposes"
    with pytest.raises(actions.Refused, match="purposes"):
        actions.merge(one, other, by=agent, at=now())


def test_the_database_refuses_it_whoever_asks():
    one, other, third = arrive(
        appears("Anna", key="1"), appears("Pere", key="2", purposes=SURVEY), appears("Joan", key="3", purposes=BOTH)
    )
    join = "INSERT INTO people_membership (record_id, person_id, from_seq) VALUES (%s, %s, 1)"
    run("UPDATE people_membership SET to_seq = 1 WHERE record_id = ANY(%s)", [other, third])
    run(join, third, one)
    with pytest.raises(DatabaseError, match="without a common purpose"), transaction.atomic():
        run(join, other, one)
    with pytest.raises(DatabaseError, match="keeps the purposes"), transaction.atomic():
        SourceRecord.objects.filter(id=other).update(purposes=list(BOTH))


@pytest.mark.parametrize("path", ["hand", "batch", "rows"])
def test_nor_do_two_verified_documents_meet_by_any_path(agent, path):
    one, other = arrive(appears("Anna", document=MERCE), appears("Anna", document=PERE))
    if path == "hand":
        with pytest.raises(actions.Refused, match="documents"):
            actions.merge(one, other, by=agent, at=now())
    elif path == "batch":
        assert batch.link([Proposal(one.bytes, other.bytes, 20.0, {})], model=a_model().id, at=now()) == 0
    else:
        with pytest.raises(DatabaseError, match="two different verified"), transaction.atomic():
            actions.writing.move({other.bytes: one.bytes}, {one.bytes: 1})
    assert persons([one, other]) == [one, other]


COMING = st.builds(
    appears,
    st.sampled_from(["", "Anna", "Joan"]),
    phone=st.sampled_from(["", "600000001", "600000002"]),
    email=st.sampled_from(["", "a@exemple.cat"]),
    document=st.sampled_from(["", "", MERCE]),
    sure=st.sampled_from([1, 2]),
    purposes=st.sampled_from([ATTEND, SURVEY, BOTH, NOTHING]),
)


@given(crowd=st.lists(COMING, min_size=2, max_size=10), size=st.integers(1, 10))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_comes_the_records_of_a_person_have_a_purpose_in_common(crowd, size):
    with tenancy.acting_for(tenancy.required()):
        for start in range(0, len(crowd), size):
            arrive(*crowd[start : start + size], source=uuid.uuid4())
        together: dict = {}
        for person, purposes in Membership.objects.live().values_list("person_id", "record__purposes"):
            together.setdefault(person, []).append(set(purposes))
        assert all(len(sets) == 1 or set.intersection(*sets) for sets in together.values())
        assert not actions.drift()
        tenancy.take_back()
