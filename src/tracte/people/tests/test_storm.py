"""10,000 operations from eight at once, over real connections: the log alone tells who is who, now and at any moment.

Half of the time all eight reach for the same few people at the same instant, where a lock that is too small shows: two
arrivals that make one person, one that bridges two persons while others join them, two documents shown at once.
"""

import itertools
import random
import uuid
from collections import Counter, defaultdict

import pytest
from django.db import connection

from tests.threads import together
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people import actions, batch, training
from tracte.people.linkage.tests.population import GIVEN, SURNAMES
from tracte.people.models import Edge, Membership, Person, RecordIdentifier, SourceRecord
from tracte.people.review import judging
from tracte.people.tests.cast import LETTERS, SOURCE, appears, arrive, persons
from tracte.people.tests.test_batch import silent, town

WORKERS, ROUNDS, HOT, FREE = 8, 50, 5, 20  # operations of each worker in each round
EVERY = 5  # rounds: after a thousand operations all is checked
BRIDGES = 4  # of the eight, in a hot spot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.django_db(transaction=True)]


class Worker:
    """One of eight: its own seed, its own connection, the records that all have seen."""

    def __init__(self, number, seed, administration, agents, records):
        self.number, self.administration, self.agents, self.records = number, administration, agents, records
        self.draw = random.Random(f"{seed} {number}")
        self.done = Counter()

    def act(self, what, *told):
        """One operation, one transaction. What is refused was legal to ask; anything else ends the test."""
        try:
            with tenancy.acting_for(self.administration):
                done = what(*told)
        except actions.Refused as refused:
            self.done[f"{what.__name__}: {refused}"] += 1
        else:
            self.done[what.__name__ if done is not False else f"{what.__name__}: nobody"] += 1

    def something(self):
        shares = {self.arrive: 34, self.crowd: 8, self.merge: 14, self.unmerge: 20}
        shares |= {self.keep_apart: 8, self.take_back: 8, self.judge: 6, self.withdraw: 2}
        self.act(self.draw.choices([*shares], shares.values())[0])

    def arrive(self):
        self.seen(self.somebody())

    def crowd(self):
        self.seen(*(self.somebody() for _ in range(self.draw.choice([2, 3, 8, 40]))))

    def seen(self, *appearances):
        self.records += [record.bytes for record in arrive(*appearances)]

    def somebody(self):
        """Of some hundreds of people with few telephones; a third with a slip, which only the model forgives."""
        pick, who = self.draw.choice, random.Random(self.draw.randrange(600))
        given, one, two = who.choice(GIVEN), who.choice(SURNAMES), who.choice(SURNAMES)
        phone, number, born = f"6000{who.randrange(400):05}", who.randrange(10**6), f"19{who.randrange(40, 99)}-03-17"
        slip = one if self.draw.random() < 0.66 else one[:2] + pick("aeiou") + one[3:]
        return appears(
            pick([f"{given} {slip} {two}", f"{given} {slip}", given, ""]),
            phone=pick(["", phone]),
            email=pick(["", "", f"p{number % 300}@exemple.cat"]),
            document=pick(["", "", "", "", f"{pick(['', '?'])}{number:08}{LETTERS[number % 23]}"]),
            sure=pick([1, 1, 2]),
            birth=pick(["", born]),
            key=pick(["", f"k{self.draw.randrange(3000)}"]),
        )

    def anybody(self):
        """Some record's person, as it stands: a person of many records more often, as they have more to be undone."""
        record = self.draw.choice(self.records)
        return uuid.UUID(bytes=record), persons([uuid.UUID(bytes=record)])[0]

    def merge(self):
        actions.merge(self.anybody()[1], self.anybody()[1], by=self.agents[0], at=now())

    def unmerge(self):
        for _ in range(6):
            person = self.anybody()[1]
            members = sorted(Membership.objects.live().filter(person_id=person).values_list("record_id", flat=True))
            if len(members) > 1:
                leaving = self.draw.sample(members, self.draw.randrange(1, len(members)))
                actions.unmerge(person, leaving, by=self.agents[0], at=now())
                return True
        return False

    def keep_apart(self):
        actions.keep_apart(self.anybody()[0], self.anybody()[0], by=self.agents[0], at=now())

    def take_back(self):
        last = Edge.objects.order_by("-seq").values_list("seq", flat=True)[:300]
        if not (found := list(last)):
            return False
        actions.take_back(self.draw.choice(found), by=self.agents[0], at=now())
        return True

    def judge(self):
        agent = self.agents[self.number % 2]
        waiting = judging.queue(agent)[:20]
        if not waiting:
            return False
        judging.judge(self.draw.choice(waiting).id, self.draw.choice(["same", "different"]), by=agent, at=now())
        return True

    def withdraw(self):
        agent = self.agents[self.number % 2]
        mine = list(judging.Verdict.objects.standing().filter(by=agent).order_by("-id").values_list("doubt", flat=True))
        if not mine:
            return False
        judging.withdraw(self.draw.choice(mine[:20]), by=agent, at=now())
        return True

    def hot(self, spot):
        """Eight at one spot, at once. Two persons wait there, but at every third, where nobody was before."""
        one, other = _waiting(spot)
        left, right = {"phone": one["phone"]}, {"email": other["email"]}
        if spot % 3 == 0 or self.number < BRIDGES:
            reach = left | right  # makes the two one
        else:
            reach = {"email": one["email"]} if self.number % 2 else {"phone": other["phone"]}  # what no bridge names
        shows = spot % 5 == 4 and self.number in (0, 2)  # another document each
        number = 9 * 10**7 + 2 * spot + self.number // 2
        document = f"{number}{LETTERS[number % 23]}" if shows else ""
        self.seen(appears("Mercè Puig", **reach, document=document, key=_key(spot, self.number)))


def _waiting(spot):
    """How the two persons of a spot are reached."""
    return [{"phone": f"7{2 * spot + n:08}", "email": f"spot{spot}{'ab'[n]}@exemple.cat"} for n in (0, 1)]


def _key(spot, worker):
    """At every second spot two workers bring the same record."""
    return f"spot {spot} {worker // 2 if spot % 2 else worker}"


def _gather(workers, spots):
    """Spot after spot, all at the same instant; then whoever came is there, and one person with all the others."""
    for spot in spots:
        with tenancy.acting_for(workers[0].administration):
            if spot % 3:
                waiting = arrive(*(appears("Mercè Puig", **reach) for reach in _waiting(spot)))
                workers[0].records += [record.bytes for record in waiting]
        together(*(lambda w=worker, s=spot: w.act(w.hot, s) for worker in workers))
        with tenancy.acting_for(workers[0].administration):
            keys = sorted({_key(spot, n) for n in range(WORKERS)})
            found = arrive(*(appears(key=key) for key in keys))
            assert SourceRecord.objects.filter(id__in=found, given_name="Mercè").count() == len(keys), f"spot {spot}"
            assert spot % 5 == 4 or len(set(persons(found))) == 1, f"spot {spot}: {persons(found)}"


def test_10000_operations_of_eight_at_once_keep_to_the_log(administration, agent, supervisor):
    seed, records = random.randrange(10**6), []
    print(f"seed {seed}")
    with tenancy.acting_for(administration):
        records += [record.bytes for record in town(400)[0]]
        training.train(at=now(), tell=silent)
    workers = [Worker(n, seed, administration, (agent, supervisor), records) for n in range(WORKERS)]
    for turn in range(ROUNDS):
        _gather(workers, range(turn * HOT, (turn + 1) * HOT))
        if turn % EVERY < EVERY - 1:
            together(*(lambda w=worker: [w.something() for _ in range(FREE)] for worker in workers))
            continue
        *_, passed = together(
            *(lambda w=worker: [w.something() for _ in range(FREE)] for worker in workers),
            lambda: _batch_pass(administration),
        )
        with tenancy.acting_for(administration):
            _all_is_well(records, f"seed {seed}, round {turn}, batch pass {passed}")
    done = sum((worker.done for worker in workers), Counter())
    print(f"{sum(done.values())} operations, {len(set(records))} records: {dict(sorted(done.items()))}")
    assert sum(done.values()) == WORKERS * ROUNDS * (HOT + FREE)
    for what in ("arrive", "crowd", "hot", "merge", "unmerge", "keep_apart", "take_back", "judge"):
        assert done[what] >= 100, (what, done)


def _batch_pass(administration):
    return batch.resolve(administration, at=now(), tell=silent)


def _all_is_well(records, when):
    log = list(Edge.objects.order_by("seq").values_list("seq", "kind", "a_id", "b_id"))
    person = dict(Membership.objects.live().values_list("record_id", "person_id"))
    everybody = set(SourceRecord.objects.values_list("id", flat=True))
    assert actions.drift() == [] and person == _naive(everybody, log), when
    assert Membership.objects.live().count() == len(person) and everybody == person.keys(), when
    assert everybody >= {uuid.UUID(bytes=record) for record in records}, f"a record was lost: {when}"
    assert SourceRecord.objects.filter(source=SOURCE).values("key").distinct().count() == len(everybody), when
    assert set(person.values()) <= set(Person.objects.values_list("id", flat=True)), when
    _nobody_is_two(person, log, when)
    lives = _lives(when)
    for seq in _quiet(log):
        stood = {r: next((p for p, since, until in life if since <= seq < until), r) for r, life in lives.items()}
        assert stood == _naive(everybody, [line for line in log if line[0] <= seq]), f"{when}: as of {seq}"


def _naive(everybody, log):
    """Who is who by the plainest union: the last word on each pair, then all of a person take the older's name."""
    last = {(a, b): kind for _, kind, a, b in log}
    name, named = {}, {}
    for (a, b), kind in last.items():
        if kind in ("link", "must"):
            one, other = name.get(a, a), name.get(b, b)
            if one != other:
                older, younger = min(one, other), max(one, other)
                moved = named.pop(younger, [younger])
                named.setdefault(older, [older]).extend(moved)
                name |= dict.fromkeys(moved, older)
    return {record: name.get(record, record) for record in everybody}


def _nobody_is_two(person, log, when):
    shown = defaultdict(set)
    verified = RecordIdentifier.objects.filter(assurance=3, identifier__kind="national_id")
    for record, document in verified.values_list("record_id", "identifier_id"):
        shown[person[record]].add(document)
    assert all(len(documents) == 1 for documents in shown.values()), when
    for (a, b), kind in {(a, b): kind for _, kind, a, b in log}.items():
        assert kind != "cannot" or person[a] != person[b], f"{when}: {a} and {b} were kept apart"


def _lives(when):
    """record -> its memberships, one after another without a gap; the last one stands."""
    lives = defaultdict(list)
    for record, owner, since, until in Membership.objects.order_by("id").values_list(
        "record_id", "person_id", "from_seq", "to_seq"
    ):
        lives[record].append((owner, since or 0, until or float("inf")))
    for record, life in lives.items():
        ends = [until for _, _, until in life]
        assert [since for _, since, _ in life[1:]] == ends[:-1] and ends[-1] == float("inf"), f"{when}: {record} {life}"
        assert ends == sorted(ends) and all(one[0] != next_[0] for one, next_ in itertools.pairwise(life)), (
            f"{when}: {record} {life}"
        )
    return lives


def _quiet(log, sample=12):
    """Moments of the log at which no transaction was half written, some of them: only there is there one truth."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(seq), max(seq) FROM people_edge GROUP BY xmin::text")
        spans = sorted(cursor.fetchall())
    moments, reached = [], 0
    for since, until in spans:
        if reached and since > reached:
            moments.append(reached)
        reached = max(reached, until)
    return [*sorted(random.sample(moments, min(sample, len(moments)))), log[-1][0]]
