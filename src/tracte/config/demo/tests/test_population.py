"""The people are believable, and what must be unique is unique."""

import datetime as dt
from collections import Counter, defaultdict

import phonenumbers
import pytest
from stdnum.es import dni, nie

from tracte.config.demo import population
from tracte.config.demo.cast import MERCE_EMAIL, MERCE_MOBILE
from tracte.config.demo.contacts import LIBRARY
from tracte.config.demo.names import staff


def homes_of(everybody):
    return list({person.home.number: person.home for person in everybody}.values())


def test_there_are_as_many_as_asked_numbered_from_one():
    assert [person.number for person in population(321, 5)] == list(range(1, 322))


def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    one, same, other = (
        [(p.given, p.surname, p.document, p.email) for p in population(200, seed)] for seed in (1, 1, 2)
    )
    assert one == same
    assert one[20:] != other[20:]


def test_there_must_be_room_for_the_cast():
    with pytest.raises(ValueError, match="people: at least 8"):
        population(5, 1)


def test_merce_is_person_one_and_shares_the_landline_with_her_sister(everybody):
    merce, marta = everybody[:2]
    assert (merce.given, merce.surname, merce.surname2, merce.born) == ("Mercè", "Puig", "Ferrer", dt.date(1984, 3, 12))
    assert (merce.email, merce.mobile, merce.home.door.town.name) == (MERCE_EMAIL, MERCE_MOBILE, "Riudeclar")
    assert merce.document.endswith("417K")
    assert (marta.given, marta.surname, marta.surname2) == ("Marta", "Puig", "Ferrer")
    assert marta.home is not merce.home and marta.home.landline == merce.home.landline
    assert marta.document != merce.document and marta.email != merce.email and marta.mobile != merce.mobile


def test_every_document_is_valid_and_belongs_to_one_person(everybody):
    documents = [d for person in everybody for d in (person.document, person.former_document) if d]
    assert all(dni.is_valid(d) or nie.is_valid(d) for d in documents)
    assert len(set(documents)) == len(documents)
    assert sum(d[0] in "XYZ" for d in documents) > len(everybody) // 20


def test_every_telephone_is_valid_and_every_mobile_belongs_to_one_person(everybody):
    mobiles = [m for person in everybody for m in (person.mobile, person.former_mobile) if m]
    shared = {home.landline for home in homes_of(everybody)} | {person.work_phone for person in everybody}
    for number in {*mobiles, *shared} - {""}:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "ES")), number
    assert len(set(mobiles)) == len(mobiles)
    assert not set(mobiles) & shared


def test_landlines_follow_the_province_and_no_two_homes_but_the_sisters_share_one(everybody):
    homes = [home for home in homes_of(everybody) if home.landline]
    prefixes = {"08": "93", "17": "972", "25": "973", "43": "977"}
    assert all(home.landline.startswith(prefixes[home.door.town.province]) for home in homes)
    assert [count for count in Counter(home.landline for home in homes).values() if count > 1] == [2]


def test_an_address_is_fictional_and_shared_only_by_a_family_or_at_the_library(everybody):
    sharers = defaultdict(set)
    for person in everybody:
        if person.email:
            assert person.email.endswith(("exemple.cat", "exemple.org")), person.email
            sharers[person.email].add(person.home.number)
    assert {email for email, homes in sharers.items() if len(homes) > 1} == {LIBRARY}
    families = [home for home in homes_of(everybody) if sum(m.email == home.email != "" for m in home.members) > 1]
    assert len(families) > 20


def test_forty_switchboards_are_each_shared_by_unrelated_people(everybody):
    workers = defaultdict(set)
    for person in everybody:
        if person.work_phone:
            workers[person.work_phone].add(person.home.number)
    assert len(workers) == 40
    assert min(map(len, workers.values())) > 1


def test_twins_share_birth_date_surnames_and_home_but_not_the_name(everybody):
    pairs = [[m for m in home.members if m.twin] for home in homes_of(everybody)]
    pairs = [pair for pair in pairs if pair]
    assert len(pairs) > 10
    for one, two in (pair for pair in pairs if len(pair) == 2):
        assert (one.born, one.surname, one.surname2, one.home) == (two.born, two.surname, two.surname2, two.home)
        assert one.given != two.given and one.document != two.document


def test_homes_are_of_the_size_of_catalan_homes_and_some_moved(everybody):
    homes = homes_of(everybody)
    assert 2.2 < len(everybody) / len(homes) < 2.6
    assert 0.05 < sum(home.left is not None for home in homes) / len(homes) < 0.13


def test_children_inherit_two_surnames(everybody):
    families = [
        h for h in homes_of(everybody) if h.kind == "family" and all(m.community == "native" for m in h.members)
    ]
    children = [(h.members[0], h.members[1], child) for h in families for child in h.members[2:]]
    assert len(children) > 200
    assert all({c.surname, c.surname2} <= {father.surname, mother.surname} for father, mother, c in children)


def test_a_name_shared_at_home_is_rare_and_marked(everybody):
    for home in homes_of(everybody):
        given = [m.given for m in home.members]
        assert all(m.namesake == (given.count(m.given) > 1) for m in home.members)
    assert 4 <= sum(person.namesake for person in everybody) < 60


def test_no_citizen_bears_the_name_of_the_staff(everybody):
    grown = [person for person in everybody if person.reach]
    assert not {f"{person.given} {person.surname}" for person in grown} & staff()


def test_children_do_not_write(everybody):
    assert not [person for person in everybody if person.reach and person.born.year > 2010]
