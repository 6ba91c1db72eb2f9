"""One telephone, or one e-mail, of ten thousand records: it joins nobody, and costs no more than any other."""

import random
from collections import Counter, defaultdict

import pytest
from django.db import connection

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people import actions, batch, training
from tracte.people.linkage.tests.population import GIVEN, SURNAMES
from tracte.people.matching import MAX_PERSONS, MAX_RECORDS
from tracte.people.models import Identifier
from tracte.people.tests.cast import LETTERS, appears, arrive, persons
from tracte.people.tests.test_batch import silent, town

RECORDS, PERSONS = 10_000, 4_000
SWITCHBOARD, FAMILY = {"phone": "938000000"}, {"email": "familia@exemple.cat"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.django_db,
    pytest.mark.usefixtures("administration"),
]


class Caller:
    """Somebody behind the switchboard: every tenth is the twin of the one before; names repeat, as names do."""

    def __init__(self, number, before, names, draw):
        self.number, self.draw = number, draw
        self.given = draw.choice(names)
        self.surnames = [draw.choice(SURNAMES), draw.choice(SURNAMES)]
        self.born = f"{draw.randrange(1940, 2005)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 28):02}"
        if number % 10 == 9 and len(names) > 1:
            self.surnames, self.born = before.surnames, before.born
            self.given = draw.choice([name for name in names if name != before.given])

    def says(self, key, shared, *, surname):
        """One call: more or less of the name, sometimes a document or an address of one's own."""
        form = self.draw.random()
        surnames = self.surnames[: 1 + (form > 0.5)] if surname or form > 0.8 else []
        name = " ".join([self.given, *surnames]) if form > 0.1 else ""
        own = {"document": f"{self.number:08}{LETTERS[self.number % 23]}"} if self.draw.random() < 0.15 else {}
        if "email" not in shared and self.draw.random() < 0.2:
            own["email"] = f"p{self.number}@exemple.cat"
        return appears(name, **shared, **own, birth=self.born if self.draw.random() < 0.15 else "", key=key)


MOST_BLOCKS = 300  # of one arrival, however many bear what it bears (95 to 99 when this was written)


def calls(names, shared, *, surname=True, seed=1):
    """Who calls (the truth), and what is heard, in any order."""
    draw = random.Random(seed)
    people = []
    for number in range(PERSONS):
        people.append(Caller(number, people[-1] if people else None, names, draw))
    who = [*people, *(draw.choice(people) for _ in range(RECORDS - PERSONS))]
    draw.shuffle(who)
    return who, [one.says(f"call {n}", shared, surname=surname) for n, one in enumerate(who)]


def come(heard, seed=2):
    """One by one and in batches of any size."""
    draw, records = random.Random(seed), []
    while len(records) < len(heard):
        records += arrive(*heard[len(records) :][: draw.choice([1, 1, 1, 7, 60, 500])])
    return records


def mixed(who, heard, records):
    """The persons that hold records of two true ones: what each record of theirs said."""
    held = defaultdict(list)
    for one, said, person in zip(who, heard, persons(records), strict=True):
        held[person].append((one.number, said.full_name))
    return [said for said in held.values() if len({number for number, _ in said}) > 1]


def touched():
    """Blocks of tables and indexes that this transaction read or wrote so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_blocks_fetched(oid)) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
        )
        return int(cursor.fetchone()[0])


def cost_of_one(shared, key):
    """Blocks that the dearest of some arrivals touches."""
    spent = []
    for n in range(10):
        before = touched()
        arrive(appears(f"Anna Puig {SURNAMES[n]}", **shared, key=f"{key} {n}"))
        spent.append(touched() - before)
    return max(spent[1:])  # the first one plans


@pytest.mark.parametrize(
    ("names", "shared"),
    [(GIVEN, SWITCHBOARD), (GIVEN, FAMILY), (GIVEN[:1], SWITCHBOARD)],
    ids=["a company", "a family", "all of one given name"],
)
def test_what_ten_thousand_share_makes_no_mixed_person(names, shared):
    town()
    training.train(at=now(), tell=silent)
    who, heard = calls(names, shared)
    records = come(heard)
    bears, bears_none = cost_of_one(shared, "bears"), cost_of_one({}, "bears none")
    print(f"blocks of one arrival: {bears} with what 10,000 bear, {bears_none} without")
    assert bears <= MOST_BLOCKS
    assert mixed(who, heard, records) == []
    print(batch.resolve(tenancy.required(), at=now(), tell=silent))
    assert mixed(who, heard, records) == [] == actions.drift()
    assert Identifier.objects.exclude(state="normal").count() == 1


def test_where_hardly_anybody_says_more_than_one_given_name_the_mixture_is_bounded():
    """Before a telephone is known to be shared nothing tells one Mercè from another; from then on it joins nobody."""
    town()
    training.train(at=now(), tell=silent)
    who, heard = calls(GIVEN[:1], SWITCHBOARD, surname=False)
    records = come(heard[:1000])
    before = mixed(who[: len(records)], heard[: len(records)], records)
    records += come(heard[1000:])
    print([len(held) for held in before], [len(held) for held in mixed(who, heard, records)])
    print(batch.resolve(tenancy.required(), at=now(), tell=silent))
    after = mixed(who, heard, records)
    print([len(held) for held in after])
    assert len(after) <= MAX_PERSONS and sum(map(len, after)) <= MAX_RECORDS
    assert not actions.drift()


def test_callers_who_all_say_the_same_and_nothing_else_are_not_one_crowd():
    """No document and no surname ever parts them: then it is the number of records that tells."""
    town()
    training.train(at=now(), tell=silent)
    heard = [appears("Mercè", **SWITCHBOARD, key=f"call {n}") for n in range(2000)]
    records = come(heard)
    assert len(set(persons(records))) >= len(records) - MAX_RECORDS
    print(batch.resolve(tenancy.required(), at=now(), tell=silent))
    assert len(set(persons(records))) >= len(records) - MAX_RECORDS
    assert max(Counter(persons(records)).values()) <= MAX_RECORDS + 1


def test_a_telephone_that_becomes_shared_in_a_batch_says_nothing_in_that_batch():
    town()
    training.train(at=now(), tell=silent)
    surnames = [f"{one} Font" for one in SURNAMES if one != "Font"]
    found = persons(arrive(*(appears(f"Mercè {one}", **SWITCHBOARD, key=one) for one in surnames)))
    assert len(set(found)) == len(surnames)
