"""Training and the batch pass over a small town that came in through the ordinary door."""

import random
import uuid
from dataclasses import replace

import duckdb
import pytest
from django.db import connection

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import User
from tracte.people import actions, batch, table, training, weighing
from tracte.people.linkage import resolving
from tracte.people.linkage.tests.population import GIVEN, SURNAMES
from tracte.people.models import Edge, Frequency, LinkModel
from tracte.people.tests.cast import MERCE, PERE, appears, arrive, partition, persons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]


def silent(line):
    return None


def town(people=400, seed=3):
    """Everybody with a telephone and an e-mail, half of them once more with a mistake in the surname; the truth."""
    draw = random.Random(seed)
    comes, truth = [], []
    for person in range(people):
        given, one, two = draw.choice(GIVEN), draw.choice(SURNAMES), draw.choice(SURNAMES)
        phone, born = f"6{draw.randrange(10**8):08}", f"{draw.randrange(1940, 2005)}-0{draw.randrange(1, 10)}-17"
        comes.append(appears(f"{given} {one} {two}", phone=phone, email=f"p{person}@exemple.cat", birth=born))
        truth.append(person)
        if person % 2:
            wrong = one[:2] + draw.choice("aeiou") + one[3:]
            comes.append(appears(f"{given} {wrong} {two}", phone=phone, birth=born if draw.random() < 0.5 else ""))
            truth.append(person)
    return arrive(*comes), truth


def right_pairs(records, truth):
    """Pairs together now that are one, those that are not, and all that should be together."""
    together = partition(records)
    pairs = [(a, b) for a in range(len(records)) for b in range(a + 1, len(records)) if together[a] == together[b]]
    right = sum(truth[a] == truth[b] for a, b in pairs)
    return right, len(pairs) - right, len(truth) - len(set(truth))


def test_what_the_rules_cannot_see_the_model_links_and_says_why():
    records, truth = town()
    before = right_pairs(records, truth)[0]
    kept = training.train(at=now(), tell=silent)
    done = batch.resolve(tenancy.required(), at=now(), tell=silent)
    right, wrong, real = right_pairs(records, truth)
    assert wrong == 0 and right >= 0.95 * real > before
    edges = Edge.objects.filter(rule="model")
    assert done == {"proposed": len(edges), "linked": len(edges), "frozen": 0, "doubts": 0}
    assert {edge.model_id for edge in edges} == {kept.id}
    assert all(edge.weights["given"][0] > 0 and len(edge.weights) >= 4 for edge in edges)
    assert not actions.drift()
    assert batch.resolve(tenancy.required(), at=now(), tell=silent)["linked"] == 0


def test_models_are_kept_and_the_newest_is_in_use():
    assert LinkModel.in_use() is None
    with pytest.raises(training.NotTrained, match="tracte resolve train"):
        batch.resolve(tenancy.required(), at=now(), tell=silent)
    town()
    first, second = training.train(at=now(), tell=silent), training.train(at=now(), tell=silent)
    assert LinkModel.in_use() == second and LinkModel.objects.count() == 2
    shares = Frequency.objects.filter(model=first, column="given").values_list("share", flat=True)
    assert sum(shares) == pytest.approx(1)


def test_too_little_teaches_nothing_and_the_model_in_use_stays():
    arrive(appears("Mercè Puig", phone="600000417"), appears("Pere Roca", phone="600000418"))
    with pytest.raises(training.NotTrained, match="no model was learnt, the one in use stays: "):
        training.train(at=now(), tell=silent)
    assert not LinkModel.objects.exists()


def test_who_was_kept_apart_stays_apart():
    town()
    training.train(at=now(), tell=silent)
    batch.resolve(tenancy.required(), at=now(), tell=silent)
    edge = Edge.objects.filter(rule="model").first()
    user = User.objects.create(email="aina@exemple.cat")
    person = persons([edge.a_id])[0]
    actions.unmerge(person, [edge.b_id], by=user, at=now())
    assert batch.resolve(tenancy.required(), at=now(), tell=silent)["linked"] == 0
    assert len(set(persons([edge.a_id, edge.b_id]))) == 2


@pytest.mark.parametrize(("records", "phones", "linked"), [(5, -1, 0), (4, -1, 1), (5, 1, 1)])
def test_a_name_and_a_place_join_nobody_who_is_well_known_already(records, phones, linked):
    def known(**reached):
        return arrive(*(appears("Diego Armando Guaman", key=f"{reached}{n}", **reached) for n in range(records)))

    one, other = known(phone="600000001")[0], known(email="diego@exemple.cat")[0]
    a, b = sorted((one.bytes, other.bytes))
    said = {"given": (6, 7.0), "sur1": (4, 8.0), "sur2": (4, 8.0), "place": (1, 5.0), "phones": (phones, 9.0)}
    kept = LinkModel.objects.create(records=1, settings={})
    assert batch.link([batch.Proposal(a, b, 20.0, said)], model=kept.id, at=now()) == linked


def test_two_verified_documents_never_meet_whatever_the_model_says():
    town()
    twins = arrive(
        appears("Anna Puig Serra", document=MERCE, birth="1984-03-12"),
        appears("Anna Puig Serra", document=PERE, birth="1984-03-12"),
        appears("Anna Puig Sera", phone="600111222", birth="1984-03-12"),
    )
    training.train(at=now(), tell=silent)
    batch.resolve(tenancy.required(), at=now(), tell=silent)
    assert len(set(persons(twins[:2]))) == 2
    assert not actions.drift()


@pytest.mark.parametrize("most", [1, 2])
def test_the_bounded_distance_of_the_database_is_levenshtein(most):
    draw = random.Random(most)
    words = ["".join(draw.choice("abc") for _ in range(draw.randrange(6))) for _ in range(80)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a, b, tracte_near(a, b, %s) FROM unnest(%s::text[]) a CROSS JOIN unnest(%s::text[]) b",
            [most, words, words],
        )
        for a, b, near in cursor.fetchall():
            assert near == (distance(a, b) <= most), (a, b)


def distance(a, b):
    """Levenshtein's, the naive way."""
    if not a or not b:
        return len(a) + len(b)
    return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))


def test_weights_of_the_database_are_those_of_the_batch_engine():
    """To 1e-9 bits: the same pairs, weighed by PostgreSQL for newcomers and by DuckDB for everybody."""
    records, _ = town()
    kept = training.train(at=now(), tell=silent)
    con = duckdb.connect()
    table.load(con)
    weighed = resolving.weigh(con, [table.NAME], kept.learnt, least=-12)
    splink = {
        (a, b): (w, may)
        for a, b, w, may in con.execute(
            f"SELECT x.id, y.id, w, may FROM {weighed} JOIN {table.NAME} x ON x.unique_id = a "
            f"JOIN {table.NAME} y ON y.unique_id = b"
        ).fetchall()
    }
    con.close()
    found = weighing.weigh([r.bytes for r in sorted(records)], kept.learnt, kept.id, least=-12)
    ours = {(str(uuid.UUID(bytes=w.record)), str(uuid.UUID(bytes=w.newcomer))): (w.weight, w.may) for w in found}
    assert len(splink) >= 200 and ours.keys() == splink.keys()
    assert max(abs(ours[pair][0] - splink[pair][0]) for pair in splink) < 1e-9
    assert all(ours[pair][1] == splink[pair][1] for pair in splink)
    assert all(abs(w.weight - kept.learnt.prior - sum(w.bits)) < 1e-9 for w in found)


def test_who_comes_later_is_linked_at_once_and_the_edge_says_why():
    town()
    kept = training.train(at=now(), tell=silent)
    first = appears("Gal·la Puig Ximenis", phone="611222333", birth="1971-02-17")
    later = appears("Galla Puch Ximenis", phone="611222333", birth="1971-02-17")
    sister = appears("Aina Puig Ximenis", phone="611222333", birth="1974-05-17")
    namesake = appears("Gal·la Puig Ximenis", email="galla@exemple.cat")
    together = partition(arrive(first) + arrive(later) + arrive(sister) + arrive(namesake))
    assert together == [0, 0, 2, 3]
    edge = Edge.objects.get(rule="model")
    assert edge.model_id == kept.id and edge.weights.keys() == set(kept.learnt.columns)
    assert edge.weights["given"][0] > 0 and edge.weights["phones"][0] == 1 < edge.weights["phones"][1]
    assert not actions.drift()


def test_one_batch_gives_the_same_persons_as_many_of_one():
    town()
    training.train(at=now(), tell=silent)
    draw = random.Random(11)
    comes = []
    for n in range(40):
        given, one, two = draw.choice(GIVEN), draw.choice(SURNAMES), draw.choice(SURNAMES)
        for _ in range(draw.randrange(1, 4)):
            wrong = one if draw.random() < 0.5 else one[:2] + draw.choice("aeiou") + one[3:]
            comes.append(appears(f"{given} {wrong} {two}", phone=f"7{n:08}", birth="1980-01-17" if n % 2 else ""))
    draw.shuffle(comes)
    apart = partition([arrive(one, source=uuid.UUID(int=1))[0] for one in comes])
    renamed = [replace_phone(one) for one in comes]
    assert partition(arrive(*renamed, source=uuid.UUID(int=2))) == apart


def replace_phone(appearance):
    """The same people in another town: no telephone of the first."""
    (phone,) = appearance.identifiers
    return replace(appearance, identifiers=[phone._replace(value="6" + phone.value[1:])])


def test_a_name_that_more_records_bear_than_are_looked_at_is_left_to_the_batch_pass():
    town()
    kept = training.train(at=now(), tell=silent)
    arrive(*(appears("Quel Ximenis Zurita", email=f"quel{n}@exemple.cat") for n in range(weighing.MOST)))
    proposed = []
    for n in range(2):
        newcomer = arrive(appears("Quel Ximenis Zurita", email=f"one.more{n}@exemple.cat"))[0]
        proposed.append(len(weighing.weigh([newcomer.bytes], kept.learnt, kept.id, least=-99)))
    assert proposed == [weighing.MOST, 0]
