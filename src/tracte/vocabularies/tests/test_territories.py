import csv
import datetime as dt

import pytest
from django.db.models import Count

from tracte.vocabularies import actions
from tracte.vocabularies.lookup import codes, resolve
from tracte.vocabularies.models import Concept
from tracte.vocabularies.names import key
from tracte.vocabularies.vocabulary import CannotLoad

LIST = """ine5,name_idescat,comarca_code,comarca,vegueria_code,vegueria,prov_code,province
08004,Alpens,24,Osona,02,Catalunya Central,08,Barcelona
08298,Vic,24,Osona,02,Catalunya Central,08,Barcelona
25120,Lleida,33,Segrià,04,Lleida,25,Lleida
25121,Les,39,Aran,,,25,Lleida
43090,"Montmell, el",12,Baix Penedès,08,Penedès,43,Tarragona
"""
MOVED = LIST.replace("08004,Alpens,24,Osona", "08004,Alpens,43,Lluçanès")
BEFORE, AFTER = dt.date(2022, 12, 31), dt.date(2024, 1, 1)


def place(code):
    return Concept.objects.get(scheme__key="territories", code=code)


def comarca(code, day):
    return place(code).within("comarca", day).label()


@pytest.fixture
def territories(administration, write):
    return actions.load(write("list.csv", LIST))


def test_a_place_lies_in_each_larger_one(territories):
    vic = place("08298")
    assert territories["scheme"] == "territories" and territories["new"] == 5 + 4 + 3 + 3
    assert [vic.within(kind).code for kind in ("municipality", "comarca", "vegueria", "province")] == [
        "08298",
        "c24",
        "v02",
        "p08",
    ]
    assert vic.within("country") is None
    assert place("25121").within("vegueria") is None


def test_a_newer_list_moves_a_place_from_its_day(territories, write):
    report = actions.load(write("list.csv", MOVED), on=dt.date(2023, 5, 4))
    assert (report["new"], report["changed"], report["gone"]) == (1, 1, 0)
    assert (comarca("08004", BEFORE), comarca("08004", dt.date(2023, 5, 4))) == ("Osona", "Lluçanès")
    assert comarca("08298", AFTER) == "Osona"
    again = actions.load(write("list.csv", MOVED))
    assert (again["new"], again["changed"]) == (0, 0)
    assert place("08004").memberships.filter(level="comarca").count() == 2


def test_a_move_between_old_comarques_keeps_the_place_of_before(territories, write):
    actions.load(write("list.csv", LIST.replace("08298,Vic,24,Osona", "08298,Vic,33,Segrià")), on=AFTER)
    assert (comarca("08298", BEFORE), comarca("08298", AFTER)) == ("Osona", "Segrià")


def test_dated_changes_tell_what_a_list_of_today_forgot(administration, write):
    actions.load(write("list.csv", MOVED))
    assert comarca("08004", BEFORE) == "Lluçanès"
    changes = "code,level,member_of,valid_from\n08004,comarca,Osona,\n8004,comarca,c43,2023-05-04\n"
    report = actions.load(write("moves.csv", changes))
    assert report["changed"] == 1 and report["gone"] == 0
    assert (comarca("08004", BEFORE), comarca("08004", AFTER)) == ("Osona", "Lluçanès")
    assert actions.load(write("moves.csv", changes))["changed"] == 0
    assert actions.load(write("list.csv", MOVED))["changed"] == 0


def test_through_the_comarca_where_nothing_direct_is_known(administration, write):
    text = """
- {code: v1, kind: vegueria, name: V}
- {code: c1, kind: comarca, name: C, parent: v1, since: 1987-04-04}
- {code: m1, kind: municipality, name: M, parent: c1}
"""
    actions.load(write("territories.yml", text))
    assert place("m1").within("vegueria", AFTER).code == "v1"
    assert place("m1").within("comarca", dt.date(1987, 4, 3)) is None


def test_a_list_of_towns_does_not_retire_vegueries(territories, write):
    actions.load(write("short.csv", "ine5,name_idescat\n08298,Vic\n"), on=AFTER)
    assert place("v02").until is None and place("c24").until is None
    assert place("25120").until == AFTER and place("08298").until is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("08999,comarca,c24,", "no territory 08999 is known: load the list that has it first"),
        ("08004,comarca,Ripollès,", "comarca 'Ripollès' is not known"),
        ("08004,comarca,p08,", "p08 is a province and no comarca"),
        ("c24,municipality,08004,", "a comarca cannot lie in 08004, a municipality"),
    ],
)
def test_a_change_that_cannot_be_is_one_clear_line(territories, write, row, says):
    with pytest.raises(CannotLoad, match=says):
        actions.load(write("moves.csv", f"code,level,member_of,valid_from\n{row}\n"))


def test_the_town_wins_over_the_province_unless_one_asks(territories):
    assert resolve("territories", ["Lleida", "les", "Montmell, El", "8298", "Enlloc", ""]) == {
        "Lleida": place("25120").id,
        "les": place("25121").id,
        "Montmell, El": place("43090").id,
        "8298": place("08298").id,
    }
    assert resolve("territories", ["Lleida"], kind="province") == {"Lleida": place("p25").id}
    assert codes("territories")["montmell"] == place("43090").id


def test_what_could_be_two_is_left_out(administration, write):
    actions.load(write("t.yml", "- {code: a, labels: {ca: Ajuts}}\n- {code: b, labels: {ca: Beques}, alt: [ajuts]}"))
    actions.load(write("u.yml", "- {code: a, labels: {ca: Ajuts}}\n- {code: b, labels: {ca: ajuts}}"))
    assert resolve("t", ["Ajuts"]) == {"Ajuts": Concept.objects.get(scheme__key="t", code="a").id}
    assert resolve("u", ["Ajuts"]) == {} and "ajuts" not in codes("u")


def test_the_official_list(administration, official, django_assert_num_queries):
    report = actions.load(official / "municipis_cat_joined.csv")
    assert report["new"] == 947 + 43 + 4
    kinds = dict(Concept.objects.values_list("kind").annotate(Count("id")))
    assert kinds == {"municipality": 947, "comarca": 43, "province": 4}
    assert actions.load(official / "municipis_cat_joined.csv")["unchanged"] == 994
    with (official / "municipis_cat_joined.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [row[column] for row in rows for column in ("name_ine", "name_idescat", "ine5", "idescat6")]
    with django_assert_num_queries(1):
        found = resolve("territories", names)
    by_code = dict(Concept.objects.values_list("code", "id"))
    wrong = [n for row in rows for n in (row["name_ine"], row["name_idescat"]) if found.get(n) != by_code[row["ine5"]]]
    assert wrong == []
    assert all(found[row["ine5"]] == found[row["idescat6"]] for row in rows)
    with django_assert_num_queries(1):
        everything = codes("territories")
    assert everything[key("Barcelonès")] == by_code["c13"]


def test_the_official_list_comes_in_set_by_set(administration, official, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):  # of 994 places: never one query a place
        actions.load(official / "municipis_cat_joined.csv")


def test_the_list_of_idescat_says_the_same(administration, official):
    actions.load(official / "municipis_cat_joined.csv")
    report = actions.load(official / "idescat_municipis_comarques.csv")
    assert (report["new"], report["changed"], report["gone"], report["unchanged"]) == (0, 0, 0, 990)


def test_the_comarca_born_in_2023(administration, official, write):
    actions.load(official / "municipis_cat_joined.csv")
    changes = ["code,level,member_of,valid_from"]
    with (official / "comarca_disagreements_between_sources.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["idescat_2021"] != row["idescat_codis"]:
                changes += [f"{row['ine5']},comarca,{row['idescat_2021']},"]
                changes += [f"{row['ine5']},comarca,{row['idescat_codis']},2023-05-04"]
    assert actions.load(write("moves.csv", "\n".join(changes)))["changed"] == 10
    assert (comarca("08171", BEFORE), comarca("08171", AFTER)) == ("Osona", "Lluçanès")
    assert (comarca("25223", BEFORE), comarca("25223", AFTER)) == ("Segarra", "Solsonès")
    lluçanès = Concept.objects.get(code="c43")
    assert lluçanès.members.count() == 8
