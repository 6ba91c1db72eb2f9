"""Consents flow over certain bonds only, withdrawals over all: against an oracle that replays what was said."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people import actions, batch, consents
from tracte.people.appearance import PROVED
from tracte.people.batch import Proposal
from tracte.people.models import Edge, Membership
from tracte.people.tests.cast import MERCE, appears, arrive, persons
from tracte.people.tests.doubtful import a_model
from tracte.privacy.actions import give, install_purposes, withdraw
from tracte.privacy.models import ConsentStatement

pytestmark = pytest.mark.django_db
PHONE = "600 000 417"
DAYS = [dt.datetime(2026, 3, day, tzinfo=dt.UTC) for day in range(1, 9)]


@pytest.fixture(autouse=True)
def purposes(administration):
    install_purposes()


def yes(record, day):
    give(subject=record, purpose="attend", how="web", text_version="1", at=DAYS[day])


def no(record, day):
    withdraw(subject=record, purpose="attend", how="web", at=DAYS[day])


def holds(records):
    """What holds at each of these records."""
    found = {}
    for person in set(persons(records)):
        found |= consents.standing(person, "attend").records
    return [found[record] for record in records]


def two(**more):
    return arrive(appears("Anna", key="1", **more), appears("Anna", key="2", **more))


@pytest.mark.parametrize(
    ("bond", "flows"),
    [({"document": MERCE}, True), ({"phone": PHONE, "sure": PROVED}, True), ({"phone": PHONE}, False)],
)
def test_a_consent_flows_over_certain_bonds_only(bond, flows):
    records = two(**bond)
    yes(records[0], 1)
    assert len(set(persons(records))) == 1 and holds(records) == [True, flows]
    assert consents.standing(records[0], "attend").whole == flows
    assert not consents.standing(records[0], "complaint").whole


def test_it_does_not_flow_over_what_a_model_weighed_and_does_over_what_a_hand_joined(agent):
    records = arrive(*(appears("Anna", key=key) for key in "123"))
    batch.link([Proposal(records[0].bytes, records[1].bytes, 20.0, {})], model=a_model().id, at=now())
    actions.merge(records[0], records[2], by=agent, at=now())
    yes(records[0], 1)
    assert holds(records) == [True, False, True]


def test_a_withdrawal_is_heard_everywhere_until_a_later_yes():
    records = two(phone=PHONE)
    yes(records[0], 1)
    yes(records[1], 1)
    assert consents.standing(records[0], "attend").whole
    no(records[1], 2)
    assert holds(records) == [False, False]
    yes(records[0], 2)
    assert holds(records) == [False, False]  # at the same instant a no outweighs a yes
    yes(records[0], 3)
    assert holds(records) == [True, False]


def test_parting_them_gives_each_its_own_again(agent):
    records = two(document=MERCE)
    yes(records[0], 1)
    no(records[1], 2)
    assert holds(records) == [False, False]
    actions.unmerge(records[0], [records[1]], by=agent, at=now())
    assert holds(records) == [True, False]


def test_those_who_stay_together_because_nobody_parted_them_vouch_for_nobody(agent):
    """Two hang together through a third, who goes: they stay one person, and a yes of one is no yes of the other."""
    middle = appears("Anna", key="1", phone=PHONE, email="a@exemple.cat")
    records = arrive(middle, appears("Anna", key="2", phone=PHONE), appears("Anna", key="3", email="a@exemple.cat"))
    assert len(set(persons(records))) == 1
    actions.unmerge(records[0], [records[0]], by=agent, at=now())
    yes(records[1], 1)
    assert persons(records[1:]) == [records[1]] * 2 and holds(records[1:]) == [True, False]


def oracle(records):
    """Replay what was said, day by day: a yes reaches whom certain bonds reach, a no the whole person."""
    last = {(edge.a_id, edge.b_id): edge for edge in Edge.objects.order_by("seq")}
    bonds = [
        pair for pair, e in last.items() if e.kind in ("link", "must") and e.rule in ("document", "proved", "hand")
    ]
    person = dict(Membership.objects.live().values_list("record_id", "person_id"))
    state = dict.fromkeys(records, False)
    said = ConsentStatement.objects.filter(purpose="attend")
    for one in sorted(said, key=lambda one: (one.at, one.kind == "withdrawn")):
        if one.kind == "given":
            reached = {one.subject}
            while fresh := {x for pair in bonds for x in pair if reached & set(pair)} - reached:
                reached |= fresh
            state |= dict.fromkeys(reached, True)
        else:
            state |= dict.fromkeys([r for r in records if person[r] == person[one.subject]], False)
    return [state[record] for record in records]


COMES = st.tuples(st.just("comes"), st.sampled_from(["", "6000000", "6000001"]), st.sampled_from([1, 2]), st.booleans())
ACTS = st.one_of(
    COMES,
    COMES,
    st.tuples(st.sampled_from(["merge", "unmerge"]), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.sampled_from(["yes", "no"]), st.integers(0, 99), st.integers(0, 7)),
)


@given(acts=st.lists(ACTS, min_size=4, max_size=16))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_what_holds_is_what_a_naive_replay_says(acts, agent):
    with tenancy.acting_for(tenancy.required()):
        records = []
        for number, (act, *told) in enumerate(acts):
            if act == "comes":
                phone, sure, has_document = told
                come = appears("Anna", key=str(number), phone=phone and phone + "17", sure=sure)
                records += arrive(appears("Anna", key=str(number), document=MERCE) if has_document else come)
            elif records:
                one, other = records[told[0] % len(records)], told[1]
                if act in ("yes", "no"):
                    (yes if act == "yes" else no)(one, other)
                else:
                    by_hand(act, one, records[other % len(records)], agent)
        assert holds(records) == oracle(records)
        tenancy.take_back()


def by_hand(act, one, other, agent):
    a, b = persons([one, other])
    if act == "merge" and a != b and not actions.preview_merge(a, b).refusal:
        actions.merge(a, b, by=agent, at=now())
    elif act == "unmerge" and a == b and one != other:
        actions.unmerge(a, [one], by=agent, at=now())
