"""The log of edges is the truth: replaying it gives the memberships, whatever was done and at every moment."""

import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracte.core.clock import now
from tracte.people import actions, components
from tracte.people.models import Edge, Membership, RecordIdentifier, SourceRecord
from tracte.people.tests.cast import LETTERS, appears, arrive

OPERATIONS = 2000
NAMES = ["", "Anna", "Anna Puig", "Anna Puig Soler", "Joan Puig", "Joan Roca", "Mercè Soler", "Pere"]


class Crowd:
    """Somebody does something, again and again; `moments` are (last seq, records so far) after each operation."""

    def __init__(self, agent, seed):
        self.agent, self.random = agent, random.Random(seed)
        self.done = {"arrive": 0, "merge": 0, "unmerge": 0, "no": 0}
        self.records: list[uuid.UUID] = []
        self.moments: list[tuple[int, int]] = []

    def act(self):
        done = self.random.choices([self.arrive, self.merge, self.unmerge], [5, 3, 3])[0]()
        self.done[done] += 1
        last = Edge.objects.order_by("seq").last()
        self.moments.append((last.seq if last else 0, len(self.records)))

    def arrive(self):
        for record in arrive(*(self.somebody() for _ in range(self.random.choice([1, 1, 1, 2, 5])))):
            if record not in self.records:
                self.records.append(record)
        return "arrive"

    def somebody(self):
        pick, number = self.random.choice, self.random.randrange
        document = number(12)
        return appears(
            pick(NAMES),
            phone=pick(["", f"6000000{number(60):02}"]),
            email=pick(["", "", f"p{number(60)}@exemple.cat"]),
            document=pick(["", "", "", f"{pick(['', '?'])}{document:08}{LETTERS[document % 23]}"]),
            sure=pick([1, 1, 2]),
            key=pick(["", f"k{number(400)}"]),
            birth=pick(["", "", "1984-03-12", "1990-01-01"]),
        )

    def merge(self):
        persons = sorted(set(Membership.objects.live().values_list("person_id", flat=True)))
        if len(persons) < 2:
            return "no"
        try:
            actions.merge(*self.random.sample(persons, 2), by=self.agent, at=now())
        except actions.Refused:
            return "no"
        return "merge"

    def unmerge(self):
        persons = list(Membership.objects.live().order_by("id").values_list("person_id", "record_id"))
        many = sorted({person for person, record in persons if person != record})
        if not many:
            return "no"
        person = self.random.choice(many)
        records = sorted(record for owner, record in persons if owner == person)
        actions.unmerge(
            person, self.random.sample(records, self.random.randrange(1, len(records))), by=self.agent, at=now()
        )
        return "unmerge"


@pytest.mark.django_db
def test_replaying_the_log_of_2000_operations_gives_the_memberships(agent):
    crowd = Crowd(agent, seed := random.randrange(10**6))
    while (number := sum(crowd.done.values()) - crowd.done["no"]) < OPERATIONS:
        crowd.act()
        if number % 200 == 0:
            assert actions.drift() == [], f"seed {seed}, operation {number}"
    assert actions.drift() == [], f"seed {seed}"
    assert min(crowd.done[one] for one in ("arrive", "merge", "unmerge")) > 300, crowd.done
    log = list(Edge.objects.order_by("seq").values_list("seq", "kind", "a_id", "b_id"))
    lives = list(Membership.objects.values_list("record_id", "person_id", "from_seq", "to_seq"))
    for seq, count in crowd.moments[::25]:
        _compare(seq, set(crowd.records[:count]), log, lives, seed)
    _what_was_kept_apart_is_apart([line[1:] for line in log], seed)
    _nobody_has_two_documents(seed)


def _compare(seq, records, log, lives, seed):
    """Who was who after the edge `seq`: by the memberships, and by the log up to there."""
    stood = {
        record: person
        for record, person, since, until in lives
        if record in records and (since or 0) <= seq and (until is None or until > seq)
    }
    assert stood == components.replay(records, [line[1:] for line in log if line[0] <= seq]), f"seed {seed}, seq {seq}"


def _what_was_kept_apart_is_apart(log, seed):
    person = dict(Membership.objects.live().values_list("record_id", "person_id"))
    assert SourceRecord.objects.count() == len(person)
    for (a, b), kind in components.standing(log).items():
        assert (person[a] == person[b]) == (kind in components.JOINS) or kind == "unlink", f"seed {seed}"


def _nobody_has_two_documents(seed):
    person = dict(Membership.objects.live().values_list("record_id", "person_id"))
    verified = RecordIdentifier.objects.filter(assurance=3, identifier__kind="national_id")
    shown: dict = {}
    for record, document in verified.values_list("record_id", "identifier_id"):
        shown.setdefault(person[record], set()).add(document)
    assert max(map(len, shown.values())) == 1, f"seed {seed}"


LOG = st.lists(
    st.tuples(
        st.sampled_from(["link", "unlink", "must", "cannot"]), st.integers(0, 8), st.integers(0, 8)
    ).filter(lambda line: line[1] < line[2]),
    max_size=40,
)  # fmt: skip


@given(LOG)
def test_a_person_is_who_can_be_reached_over_what_stands(log):
    """Against the plainest way to say it: walk from each record over the pairs whose last word joins."""
    last = {(a, b): kind for kind, a, b in log}
    found = components.replay(range(9), log)
    for record in range(9):
        reached, todo = {record}, [record]
        while todo:
            here = todo.pop()
            for (a, b), kind in last.items():
                if kind in ("link", "must") and here in (a, b) and not {a, b} <= reached:
                    reached |= {a, b}
                    todo += [a, b]
        assert found[record] == min(reached)


@given(LOG, st.randoms())
def test_the_order_between_different_pairs_does_not_matter(log, rng):
    pairs = sorted({line[1:] for line in log})
    rng.shuffle(pairs)
    mixed = [line for pair in pairs for line in log if line[1:] == pair]
    assert components.replay(range(9), mixed) == components.replay(range(9), log)


@given(LOG)
def test_parts_are_the_components_of_some_records(log):
    joins = [pair for pair, kind in components.standing(log).items() if kind in components.JOINS]
    parts = components.parts(range(9), joins)
    person = components.replay(range(9), log)
    assert sorted(record for part in parts for record in part) == list(range(9))
    assert all(part == sorted(part) and {person[record] for record in part} == {part[0]} for part in parts)
