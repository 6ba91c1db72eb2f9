import datetime as dt

import pytest

from tracte.people.linkage import features
from tracte.people.linkage.nicknames import root
from tracte.people.linkage.sounds import sound


@pytest.mark.parametrize(
    "alike",
    [
        "ximenez jimenez gimenez",
        "vila bila",
        "puig puch",
        "quim kim",
        "lluis luis",
        "xavier javier chavier",
        "montserrat monserrat",
        "casanovas casanoves",
        "roca rocca",
    ],
)
def test_what_sounds_alike_is_written_once(alike):
    assert len({sound(word) for word in alike.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("puig", "pujol"), ("marti", "marta"), ("serra", "sala"), ("anna", "enric"), ("pau", "pere")]
)
def test_different_names_sound_different(one, other):
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    ("everyday", "whole"),
    [
        ("pep", "josep"),
        ("pepe", "jose"),
        ("quim", "joaquin"),
        ("montse", "montserrat"),
        ("paquita", "francisca"),
        ("maite", "maria teresa"),
        ("m teresa", "maria teresa"),
        ("ma jose", "maria josep"),
        ("joselu", "josep lluis"),
        ("maria dels angels", "maria angeles"),
        ("josep m", "josep maria"),
        ("fco javier", "francesc xavier"),
    ],
)
def test_everyday_forms_lead_to_one_root(everyday, whole):
    assert root(everyday) == root(whole)


def test_a_root_is_kept_word_by_word():
    assert root("pep maria") == "josep maria"
    assert root("abdellatif") == "abdellatif"
    assert root("m") == "m" != root("maria")


@pytest.mark.parametrize(
    ("one", "other"), [("julia", "julio"), ("angel", "angels"), ("joan", "joana"), ("maria", "marta")]
)
def test_other_names_keep_other_roots(one, other):
    assert root(one) != root(other)


def test_a_name_becomes_columns_without_particles_or_accents():
    row = features.of_name("Núria", "de la Torre", "i Íscar")
    assert (row["given"], row["sur1"], row["sur2"]) == ("nuria", "torre", "iscar")
    assert features.of_name("", "", "")["given"] is None


def test_a_birth_date_keeps_what_a_clerk_may_have_swapped():
    assert features.of_birth(dt.date(1980, 2, 11)) == ("19800211", "19801102", dt.date(1980, 2, 11).toordinal())
    assert features.of_birth(dt.date(1980, 2, 28))[1] is None
    assert features.of_birth(None) == (None, None, None)


def test_a_table_has_only_the_columns_that_say_something():
    rows = features.table(
        {
            "full_name": [["Mercè Puig i Ferrer"], ["Jordi Vila"]],
            "birth_date": [["11/02/1980"], ["19801399"]],
            "phone": [["600 000 417"], []],
            "postcode": [["8001"], ["08-002"]],
            "text": [[], []],
        },
        lists=set(),
    )
    assert rows["given"] == ["merce", "jordi"] and rows["sur1"] == ["puig", "vila"] and rows["sur2"] == ["ferrer", None]
    assert rows["born"] == ["19800211", "19801399"] and rows["born_day"][1] is None
    assert rows["phone"] == ["+34600000417", None] and rows["postcode"] == ["08001", "08002"]
    assert "text" not in rows


def test_several_telephones_of_a_row_are_a_list():
    roles = {"phone": [["600000417", "ext. 12 34"], []]}
    assert features.several(roles) == {"phone"}
    assert features.table(roles, {"phone"})["phones"] == [["+34600000417", "1234"], None]
