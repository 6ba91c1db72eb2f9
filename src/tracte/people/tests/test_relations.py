"""Households and organisations are relations: they tell who shares what, and join nobody."""

import duckdb
import pytest

from tracte.core.clock import now
from tracte.people import actions, table
from tracte.people.models import Edge, Identifier, Relation, RelationMember
from tracte.people.protections import degrees, relations
from tracte.people.tests.cast import appears, arrive, persons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]
LANDLINE, MOBILE, EMAIL = "977 000 417", "600 000 417", "casa@exemple.cat"
HOME = {"address": "Carrer Major, 8, 2n", "postcode": "43850"}
GIVEN = (
    "Anna Biel Carla David Eva Ferran Gina Hug Ivet Jan Karla Laia Martí Nil Ona Pau Quim Rosa Sara Toni Uma Ventura"
)
SURNAMES = (
    "Puig Roca Font Soler Vidal Serra Mas Pons Costa Riera Bosch Sala Vila Coll Camps Oliver Prat Riba Torres Valls"
)


def family(**shared):
    return arrive(
        appears("Joan Puig Soler", **shared), appears("Marta Roca Vidal", **shared), appears("Ona Puig Roca", **shared)
    )


def company(count, **shared):
    names = zip(GIVEN.split()[:count], (SURNAMES + " Grau Miró").split(), strict=False)
    return arrive(*(appears(f"{given} {surname}", key=given, **shared) for given, surname in names))


def told(record):
    return [(one.relation.kind, one.on, len(one.others)) for one in relations.of_records([record])]


@pytest.mark.parametrize(
    ("shared", "on"), [({"phone": LANDLINE}, "phone"), ({"email": EMAIL}, "email"), (HOME, "address")]
)
def test_a_family_is_a_household_and_three_persons(shared, on):
    records = family(**shared)
    assert relations.renew(now()) == {"made": 1, "ended": 0, "relations": 1}
    assert told(records[0]) == told(records[2]) == [("household", on, 2)]
    assert len(set(persons(records))) == 3 and not Edge.objects.exists()
    assert relations.renew(now()) == {"made": 0, "ended": 0, "relations": 1}


def test_an_address_written_in_two_ways_is_one_and_is_kept_as_a_fingerprint():
    arrive(appears("Joan Puig", **HOME), appears("Pere Puig", address="carrer major 8 2n", postcode="43850"))
    relations.renew(now())
    assert Relation.objects.get().address and b"ajor" not in bytes(Relation.objects.get().address)


@pytest.mark.parametrize("shared", [{"phone": MOBILE}, {"address": "Carrer Major", "postcode": "43850"}])
def test_a_mobile_or_a_street_is_no_home(shared):
    family(**shared)
    assert relations.renew(now())["relations"] == 0


def test_two_families_at_one_address_are_two_households_and_a_stranger_is_in_none():
    puigs = arrive(appears("Joan Puig", **HOME), appears("Pere Puig", **HOME))
    rocas = arrive(appears("Joan Roca", **HOME), appears("Pere Roca", **HOME))
    (stranger,) = arrive(appears("Anna Font", **HOME))
    relations.renew(now())
    assert told(puigs[0]) == told(rocas[1]) == [("household", "address", 1)] and not told(stranger)


def test_more_than_eight_of_as_many_surnames_are_an_organisation():
    records = company(8, phone=MOBILE)
    assert relations.renew(now())["relations"] == 0
    records = company(9, phone=MOBILE)
    relations.renew(now())
    assert told(records[0]) == [("organisation", "phone", 8)]


def test_a_household_follows_who_comes_who_joins_and_who_parts(agent):
    records = family(**HOME)
    relations.renew(now())
    kept = Relation.objects.get().id
    records += arrive(appears("Biel Puig Roca", **HOME))
    relations.renew(now())
    assert told(records[0]) == [("household", "address", 3)]
    actions.merge(persons(records)[2], persons(records)[3], by=agent, at=now())
    assert told(records[0]) == [("household", "address", 2)]  # nothing was moved, it counts persons
    actions.unmerge(records[2], [records[3]], by=agent, at=now())
    relations.renew(now())
    assert told(records[0]) == [("household", "address", 3)]
    for record in records[1:]:
        actions.merge(records[0], record, by=agent, at=now())
    assert relations.renew(now()) == {"made": 0, "ended": 1, "relations": 0}
    assert Relation.objects.get(id=kept).ended_at and RelationMember.objects.exists() and not told(records[0])


def test_an_identifier_of_more_than_twenty_persons_is_blocked_until_they_are_fewer(agent):
    records = company(21, email=EMAIL)
    assert Identifier.objects.get().state == "shared"
    assert degrees.recount() == {"blocked": 1} and degrees.recount() == {}
    con = duckdb.connect()
    table.load(con)
    assert con.execute("SELECT count(emails) FROM records").fetchone() == (0,)
    (later,) = arrive(appears("Anna Puig", key="later", email=EMAIL))
    assert persons([later]) == [later]
    actions.merge(records[0], later, by=agent, at=now())
    for record in records[1:19]:
        actions.merge(records[0], record, by=agent, at=now())
    assert degrees.recount() == {"normal": 1}


def test_one_number_of_twenty_fragments_with_few_names_is_left_out_of_the_batch_pass_as_well():
    arrive(*(appears(f"Anna {surname}", key=surname, email=EMAIL) for surname in f"{SURNAMES} Grau".split()))
    con = duckdb.connect()
    table.load(con)
    assert con.execute("SELECT count(emails) FROM records").fetchone() == (21,)
    degrees.recount()
    con = duckdb.connect()
    table.load(con)
    assert con.execute("SELECT count(emails) FROM records").fetchone() == (0,)
