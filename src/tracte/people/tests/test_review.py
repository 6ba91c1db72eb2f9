"""Doubts, what people say of them, and that it is remembered."""

import datetime as dt
import random

import pytest

from tests.threads import together
from tracte.core import tenancy
from tracte.core.actions import hire
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.people import actions, batch, training
from tracte.people.actions import Refused
from tracte.people.models import Doubt, Edge, LinkModel, Verdict
from tracte.people.review import doubts, judging, reweighing
from tracte.people.review.doubts import Doubtful
from tracte.people.tests.cast import MERCE, PERE, appears, arrive, partition, persons
from tracte.people.tests.doubtful import a_model, raise_doubt
from tracte.people.tests.test_batch import silent, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]


def two(number=0):
    """Two records that resemble each other, of two persons."""
    return arrive(
        appears("Mercè Puig Ferrer", phone=f"6001{number:05}"), appears("Merche Puig", email=f"m{number}@exemple.cat")
    )


@pytest.fixture
def staff(administration):
    """Names -> somebody who works here."""

    def named(name, *roles):
        unit = Unit.objects.get(code="govern")
        return hire(email=f"{name}@exemple.cat", full_name=name.title(), unit=unit, roles=list(roles or ["agent"]))

    return named


@pytest.fixture
def jordi(staff):
    return staff("jordi")


@pytest.fixture
def aina(staff):
    return staff("aina", "agent", "supervisor")


def say(doubt, said, by, **more):
    return judging.judge(doubt.id, said, by=by, at=now(), **more)


def test_the_same_makes_one_person_and_the_edge_keeps_what_was_seen(jordi):
    a, b = two()
    doubt = raise_doubt(a, b, a_model())
    say(doubt, "same", jordi, reason="Ha trucat.")
    assert len(set(persons([a, b]))) == 1 and not actions.drift()
    edge = Edge.objects.get(kind="must")
    assert (edge.a_id, edge.b_id, edge.by, edge.reason) == (doubt.a_id, doubt.b_id, jordi, "Ha trucat.")
    assert edge.model_id == doubt.model_id and edge.weights == doubt.weights
    assert not judging.queue(jordi).exists() and Doubt.objects.get().closed_at


def test_not_the_same_is_remembered_whatever_comes_later(jordi):
    """Not even when a new model is sure of it, live or in batch, or when one of them grew."""
    town()
    a, b = arrive(
        appears("Núria Puig Ximenis", phone="611222333", birth="1971-02-17"),
        appears("Nuria Puig Ximenis", email="nuria@exemple.cat", birth="1971-02-17"),
    )
    assert len(set(persons([a, b]))) == 2
    say(raise_doubt(a, b, a_model()), "different", jordi)
    training.train(at=now(), tell=silent)
    weight = reweighing.weigh([(a, b)], LinkModel.in_use())[a, b].weight
    assert weight > 6.63, "or the test shows nothing"
    assert batch.resolve(tenancy.required(), at=now(), tell=silent)["doubts"] == 0
    arrive(appears("Núria Puig Ximenis", phone="611222333", email="nuria@exemple.cat", birth="1971-02-17"))
    assert len(set(persons([a, b]))) == 2
    assert not judging.queue(jordi).filter(a=a, b=b).exists() and not actions.drift()


def test_unsure_leaves_it_to_others(jordi, aina):
    doubt = raise_doubt(*two(), a_model())
    assert say(doubt, "unsure", jordi).edge is None
    assert judging.next_for(jordi) is None and judging.next_for(aina) == doubt
    assert say(doubt, "different", aina).edge.kind == "cannot"


def test_a_second_opinion_is_blind_and_nothing_happens_before_it(jordi, aina, staff):
    a, b = two()
    doubt = raise_doubt(a, b, a_model(), opinions=2)
    assert say(doubt, "same", jordi).edge is None
    assert len(set(persons([a, b]))) == 2 and judging.next_for(jordi) is None
    nil = staff("nil")
    assert judging.next_for(nil) == doubt and not judging.disputes(aina).exists()
    assert say(doubt, "same", nil).edge.by == nil
    assert len(set(persons([a, b]))) == 1
    numbers = judging.numbers(aina, since=now() - dt.timedelta(hours=1))
    assert (numbers.twice, numbers.agreed, numbers.disputed, numbers.today) == (1, 1, 0, 2)


def test_two_who_differ_leave_it_to_who_leads(jordi, aina, staff):
    a, b = two()
    doubt = raise_doubt(a, b, a_model(), opinions=2)
    nil, pere = staff("nil"), staff("pere")
    say(doubt, "same", jordi)
    assert say(doubt, "different", nil).edge is None
    assert not judging.queue(pere).exists() and list(judging.disputes(aina)) == [doubt]
    with pytest.raises(Refused, match="disputed"):
        say(doubt, "same", pere)
    assert say(doubt, "different", aina).edge.kind == "cannot"
    assert not judging.disputes(aina).exists()
    numbers = judging.numbers(aina, since=now() - dt.timedelta(hours=1))
    assert (numbers.twice, numbers.agreed, numbers.disputed) == (1, 0, 0)


def test_about_one_in_ten_needs_two_and_its_id_does_not_tell_which(administration):
    ids = [bytes([n % 256, n // 256]) + b"\7" * 14 for n in range(3000)]
    drawn = doubts._opinions(ids)
    assert drawn == doubts._opinions(ids) and set(drawn) == {1, 2}
    assert 230 < drawn.count(2) < 370
    by_ending = [sum(one == 2 for id_, one in zip(ids, drawn, strict=True) if id_[0] % 10 == n) for n in range(10)]
    assert max(by_ending) < 60


def test_two_verified_documents_are_refused(jordi):
    a, b = two()
    doubt = raise_doubt(a, b, a_model())
    arrive(appears("Mercè Puig Ferrer", phone="600100000", document=MERCE))
    arrive(appears("Merche Puig", email="m0@exemple.cat", document=PERE))
    assert judging.standing(doubt).refusal == "documents"
    with pytest.raises(Refused, match="documents"):
        say(doubt, "same", jordi)
    assert not Verdict.objects.exists() and say(doubt, "different", jordi).edge


def test_two_verified_documents_are_never_asked_about():
    kept = a_model()
    twins = arrive(appears("Anna Puig", document=MERCE), appears("Anna Puig", document=PERE))
    found = Doubtful(*sorted(record.bytes for record in twins), 3.0, "band", "{}")
    assert doubts.doubt_many([found], model=kept.id, at=now()) == 0 and not Doubt.objects.exists()


def test_two_persons_give_one_doubt_and_who_is_one_or_kept_apart_none(jordi):
    a, b = two()
    (c,) = arrive(appears("Mercè Puig Ferrer", phone="600100000", key="again"))
    assert persons([a]) == persons([c])
    kept = a_model()
    found = [Doubtful(*sorted((x.bytes, b.bytes)), w, "band", "{}") for x, w in ((a, 2.0), (c, 3.0))]
    assert (
        doubts.doubt_many([*found, Doubtful(*sorted((a.bytes, c.bytes)), 4.0, "band", "{}")], model=kept.id, at=now())
        == 1
    )
    assert Doubt.objects.get().weight == 3.0
    assert doubts.doubt_many(found, model=kept.id, at=now()) == 0
    actions.keep_apart(a, b, by=jordi, at=now())
    assert doubts.sweep(at=now()) == 1 and doubts.doubt_many(found, model=kept.id, at=now()) == 0


def test_one_word_each_and_the_same_twice_is_once(jordi):
    doubt = raise_doubt(*two(), a_model())
    first = say(doubt, "different", jordi)
    assert say(doubt, "different", jordi) == first and Verdict.objects.count() == 1
    with pytest.raises(Refused, match="yours"):
        say(doubt, "same", jordi)


@pytest.mark.parametrize("said", ["same", "different", "unsure"])
def test_a_word_taken_back_was_never_said(jordi, said):
    a, b = two()
    doubt = raise_doubt(a, b, a_model())
    say(doubt, said, jordi)
    judging.withdraw(doubt.id, by=jordi, at=now())
    assert len(set(persons([a, b]))) == 2 and not actions.drift()
    assert judging.next_for(jordi) == doubt
    assert say(doubt, "same", jordi) and len(set(persons([a, b]))) == 1
    assert Verdict.objects.count() == 2


def test_a_word_is_not_taken_back_late_nor_over_what_was_done_since(jordi, aina):
    a, b = two()
    doubt = raise_doubt(a, b, a_model())
    with pytest.raises(Refused, match="nothing"):
        judging.withdraw(doubt.id, by=jordi, at=now())
    say(doubt, "same", jordi)
    with pytest.raises(Refused, match="late"):
        judging.withdraw(doubt.id, by=jordi, at=now() + dt.timedelta(hours=2))
    actions.unmerge(persons([a])[0], [b], by=aina, at=now())
    with pytest.raises(Refused, match="changed"):
        judging.withdraw(doubt.id, by=jordi, at=now())
    assert len(set(persons([a, b]))) == 2


def test_what_something_else_joined_waits_no_more(jordi, aina):
    a, b = two()
    doubt = raise_doubt(a, b, a_model())
    actions.merge(*persons([a, b]), by=aina, at=now())
    assert not judging.queue(jordi).exists()
    with pytest.raises(Refused, match="judged"):
        say(doubt, "different", jordi)
    assert len(set(persons([a, b]))) == 1


def test_the_batch_pass_asks_about_what_it_does_not_link(jordi):
    records, _ = town()
    nun = arrive(
        appears("Gal·la Puig Ximenis", phone="611222333", birth="1971-02-17"),
        appears("Blanca Puig Ximenis", phone="611222333", birth="1971-02-17", key="sister"),
    )
    training.train(at=now(), tell=silent)
    done = batch.resolve(tenancy.required(), at=now(), tell=silent)
    doubt = Doubt.objects.get(a=min(nun), b=max(nun))
    assert done["doubts"] == Doubt.objects.count() >= 1 and doubt.why == "guard"
    kept = LinkModel.in_use()
    weighed = reweighing.weigh([(doubt.a_id, doubt.b_id)], kept)[doubt.a_id, doubt.b_id]
    assert doubt.weight == pytest.approx(weighed.weight) and not weighed.may
    assert doubt.weights["given"][0] == 0 and doubt.weights.keys() == set(kept.learnt.columns)
    assert batch.resolve(tenancy.required(), at=now(), tell=silent)["doubts"] == 0
    assert partition(records)


def test_who_comes_in_doubt_is_asked_about_at_once():
    town()
    training.train(at=now(), tell=silent)
    (first,) = arrive(appears("Gal·la Puig Ximenis", phone="611222333", birth="1971-02-17"))
    (sister,) = arrive(appears("Blanca Puig Ximenis", phone="611222333", birth="1971-02-17"))
    (doubt,) = Doubt.objects.filter(b=sister)
    assert doubt.a_id == first and doubt.why == "guard" and doubt.weight > 0


@pytest.mark.django_db(transaction=True)
def test_two_who_judge_at_once_give_one_outcome(administration):
    for turn in range(6):
        with tenancy.acting_for(administration):
            unit = Unit.objects.get(code="govern")
            both = [hire(email=f"{n}{turn}@exemple.cat", full_name=n, unit=unit, roles=["agent"]) for n in "ab"]
            a, b = two(turn)
            doubt = raise_doubt(a, b, LinkModel.in_use() or a_model())

        def judges(who, said, doubt=doubt):
            with tenancy.acting_for(administration):
                try:
                    return bool(say(doubt, said, who).edge_id)
                except Refused as refused:
                    return str(refused)

        told = together(lambda w=both[0], j=judges: j(w, "same"), lambda w=both[1], j=judges: j(w, "different"))
        with tenancy.acting_for(administration):
            assert sorted(map(str, told)) == ["True", "judged"]
            (verdict,) = Verdict.objects.filter(doubt=doubt)
            assert (len(set(persons([a, b]))) == 1) == (verdict.said == "same") and not actions.drift()


def test_a_hundred_random_words_leave_the_log_telling_the_memberships(jordi, aina, staff):
    pick, kept, people = random.Random(5), a_model(), [jordi, aina, staff("nil")]
    found = [raise_doubt(*two(n), kept, opinions=pick.choice([1, 2])) for n in range(12)]
    for _ in range(100):
        doubt, who = pick.choice(found), pick.choice(people)
        try:
            if pick.random() < 0.3:
                judging.withdraw(doubt.id, by=who, at=now())
            else:
                say(doubt, pick.choice(["same", "different", "unsure"]), who)
        except Refused:
            continue
    assert not actions.drift() and Verdict.objects.settling().count() >= 3
    for verdict in Verdict.objects.settling().select_related("doubt"):
        one = len(set(persons([verdict.doubt.a_id, verdict.doubt.b_id]))) == 1
        assert one == (verdict.said == "same") and verdict.doubt.closed_at
