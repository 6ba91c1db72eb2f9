"""The rules alone, without a database: what is a conflict, and who is chosen."""

import datetime as dt
import uuid
from collections import defaultdict

import pytest

from tracte.people.appearance import ATTEND, DECLARED, PROVED, VERIFIED
from tracte.people.matching import Carrier, Known, Scene

IDS = [uuid.UUID(int=n) for n in range(1, 20)]
PHONE, EMAIL, DNI, OTHER_DNI = IDS[10:14]


def known(*, surname="", surname2="", birth=None, document=None, assurance=VERIFIED):
    found = Known()
    found.learn(birth, surname, surname2, ATTEND)
    if document:
        found.carries("national_id", document, assurance)
    return found


BORN = dt.date(1984, 3, 12)


@pytest.mark.parametrize(
    ("a", "b", "conflict"),
    [
        (known(), known(surname="Puig", birth=BORN, document=DNI), False),  # nothing known differs from nothing
        (known(birth=BORN), known(birth=BORN), False),
        (known(birth=BORN), known(birth=dt.date(1984, 12, 3)), True),
        (known(document=DNI), known(document=DNI), False),
        (known(document=DNI), known(document=OTHER_DNI), True),
        (known(document=DNI, assurance=DECLARED), known(document=OTHER_DNI), True),
        (known(surname="Puig"), known(surname="PUIG"), False),
        (known(surname="Puig"), known(surname="Roca"), True),
        (known(surname="Puig", surname2="Soler"), known(surname="Puig"), False),
        (known(surname="Puig", surname2="Soler"), known(surname="Puig", surname2="i Soler"), False),
        (known(surname="Puig", surname2="Soler"), known(surname="Puig", surname2="Vidal"), True),
        (known(surname="Puig", surname2="Soler"), known(surname="Soler", surname2="Puig"), False),  # swapped
        (known(surname="Puig", surname2="Soler"), known(surname="Soler"), False),  # the second one alone
        (known(surname="Puig", surname2="Soler"), known(surname="Roca"), True),
        (known(surname="de la Torre"), known(surname="Torre"), False),
        (known(surname="Santa"), known(surname="Roca"), True),
    ],
)
def test_what_is_a_conflict(a, b, conflict):
    assert a.conflicts(b) == b.conflicts(a) == conflict


def test_only_two_different_verified_documents_never_join():
    assert known(document=DNI).never(known(document=OTHER_DNI))
    assert not known(document=DNI).never(known(document=OTHER_DNI, assurance=DECLARED))
    assert not known(document=DNI).never(known(document=DNI, birth=BORN))


def scene(carried, *, knowing=None, barred=()):
    """`carried`: identifier -> carriers."""
    kinds = {PHONE: "phone", EMAIL: "email", DNI: "national_id", OTHER_DNI: "national_id"}
    carriers = {identifier: {c.record: c for c in found} for identifier, found in carried.items()}
    return Scene(defaultdict(Known, knowing or {}), carriers, kinds, set(), list(barred))


def comes(to, *brings, given="anna", record=IDS[9]):
    to.arrive(Carrier(record, record, 0, given), dict(brings))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_strongest_rule_of_a_person_counts(order):
    """Of two records of one person with the telephone, that of the weaker one must not hide the proved one."""
    records = [Carrier(IDS[0], IDS[0], DECLARED, "anna"), Carrier(IDS[1], IDS[0], PROVED, "anna")]
    of = scene({PHONE: [records[n] for n in order]})
    comes(of, (PHONE, PROVED))
    assert [link.rule for link in of.links] == ["proved"]


@pytest.mark.parametrize("sure", [DECLARED, PROVED])
@pytest.mark.parametrize("order", [(PHONE, EMAIL), (EMAIL, PHONE)])
def test_between_two_that_conflict_nobody_is_chosen(sure, order):
    """The telephone says one person, the e-mail another, and they were born on different days."""
    one, other = Carrier(IDS[0], IDS[0], sure, "anna"), Carrier(IDS[1], IDS[1], sure, "anna")
    knowing = {IDS[0]: known(birth=BORN), IDS[1]: known(birth=dt.date(1990, 1, 1))}
    of = scene({PHONE: [one], EMAIL: [other]}, knowing=knowing)
    comes(of, *((identifier, sure) for identifier in order))
    assert of.links == []


def test_two_that_agree_are_both_joined():
    one, other = Carrier(IDS[0], IDS[0], DECLARED, "anna"), Carrier(IDS[1], IDS[1], DECLARED, "anna")
    of = scene({PHONE: [one], EMAIL: [other]})
    comes(of, (PHONE, DECLARED), (EMAIL, DECLARED))
    assert of.forest.root(IDS[0]) == of.forest.root(IDS[1]) == of.forest.root(IDS[9]) == IDS[0]


def test_where_the_proved_quarrel_the_declared_are_not_asked():
    """A third, weaker candidate is no way out of a doubt."""
    people = [Carrier(one, one, PROVED, "anna") for one in IDS[:2]]
    third = Carrier(IDS[2], IDS[2], DECLARED, "anna")
    knowing = {IDS[0]: known(birth=BORN), IDS[1]: known(birth=dt.date(1990, 1, 1))}
    of = scene({PHONE: [people[0]], EMAIL: [people[1], third]}, knowing=knowing)
    comes(of, (PHONE, PROVED), (EMAIL, PROVED))
    assert of.links == []


def test_a_document_goes_before_a_conflict_and_before_weaker_rules():
    """Her verified document leads to her, whatever birth date was mistyped; the namesake at her telephone stays out."""
    her, namesake = Carrier(IDS[0], IDS[0], VERIFIED, "anna"), Carrier(IDS[1], IDS[1], DECLARED, "anna")
    knowing = {
        IDS[0]: known(birth=BORN, document=DNI),
        IDS[1]: known(document=OTHER_DNI),
        IDS[9]: known(birth=dt.date(1984, 3, 21), document=DNI),
    }
    of = scene({DNI: [her], PHONE: [namesake]}, knowing=knowing)
    comes(of, (PHONE, DECLARED), (DNI, VERIFIED))
    assert [(link.a, link.b, link.rule) for link in of.links] == [(IDS[0], IDS[9], "document")]


def test_what_was_kept_apart_is_not_joined_through_a_third():
    """Both bear the same verified document, and an agent said that they are two: a newcomer does not choose."""
    both = [Carrier(one, one, VERIFIED, "anna") for one in IDS[:2]]
    of = scene({DNI: both}, barred=[(IDS[0], IDS[1])])
    comes(of, (DNI, VERIFIED))
    assert of.links == []


@pytest.mark.parametrize(("given", "joins"), [("anna", True), ("", True), ("joan", False)])
def test_proved_on_both_sides_needs_no_name_but_suffers_no_other(given, joins):
    of = scene({PHONE: [Carrier(IDS[0], IDS[0], PROVED, "anna")]})
    comes(of, (PHONE, PROVED), given=given)
    assert bool(of.links) == joins


@pytest.mark.parametrize(("given", "joins"), [("anna", True), ("", False), ("joan", False)])
def test_declared_needs_the_same_given_name(given, joins):
    of = scene({PHONE: [Carrier(IDS[0], IDS[0], PROVED, "anna")]})
    comes(of, (PHONE, DECLARED), given=given)
    assert bool(of.links) == joins


def test_the_fourth_person_makes_it_shared():
    of = scene({PHONE: [Carrier(one, one, DECLARED, f"n{n}") for n, one in enumerate(IDS[:2])]})
    comes(of, (PHONE, DECLARED), given="n2", record=IDS[2])
    assert not of.newly_shared
    comes(of, (PHONE, DECLARED), given="n3", record=IDS[3])
    assert of.newly_shared == {PHONE}
    comes(of, (PHONE, DECLARED), given="n0", record=IDS[4])
    assert of.links == []


def test_many_records_of_three_persons_do_not_make_it_shared():
    of = scene({PHONE: [Carrier(IDS[n], IDS[n % 3], DECLARED, f"n{n % 3}") for n in range(9)]})
    comes(of, (PHONE, DECLARED), given="n1")
    assert not of.newly_shared and len(of.links) == 1
