import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tracte.core.models import Event
from tracte.vocabularies import actions
from tracte.vocabularies.lookup import resolve
from tracte.vocabularies.models import Concept, Match, Name, Scheme, SchemeVersion, TerritoryMembership
from tracte.vocabularies.vocabulary import CannotLoad

FIRST = """
scheme: topics
version: "1"
valid_from: 2020-01-01
concepts:
- {code: home, labels: {ca: Habitatge, es: Vivienda, oc: Abitatge, en: Housing}}
- {code: rent, parent: home, labels: {ca: Ajut al lloguer, en: Rent aid}, alt: [lloguer]}
- {code: bus, labels: {ca: Autobús}}
"""
SECOND = """
scheme: topics
version: "2"
valid_from: 2024-01-01
concepts:
- {code: home, labels: {ca: Casa, en: Housing}}
- {code: rent, parent: home, labels: {ca: Ajut al lloguer}}
- {code: coach, labels: {ca: Autocar}, matches: {close: [bus], exact: ["http://example.org/coach"]}}
"""


@pytest.fixture
def topics(administration, write):
    return actions.load(write("topics.yml", FIRST))


def concept(code):
    return Concept.objects.get(scheme__key="topics", code=code)


def test_a_first_load_says_what_came(topics):
    assert topics == {"scheme": "topics", "version": "1", "new": 3, "changed": 0, "gone": 0, "unchanged": 0}
    assert concept("rent").parent == concept("home")
    assert concept("home").label("es-ES") == "Vivienda"
    assert concept("rent").label("oc") == "Ajut al lloguer"
    assert concept("home").since is None


def test_the_same_file_again_changes_nothing(topics, write):
    before = [list(m.objects.order_by("id").values()) for m in (Concept, Name, SchemeVersion, Event)]
    again = actions.load(write("topics.yml", FIRST))
    assert again == {"scheme": "topics", "version": "1", "new": 0, "changed": 0, "gone": 0, "unchanged": 3}
    assert before == [list(m.objects.order_by("id").values()) for m in (Concept, Name, SchemeVersion, Event)]


def test_a_newer_version_retires_renames_and_crosses(topics, write):
    report = actions.load(write("topics.yml", SECOND))
    assert report == {"scheme": "topics", "version": "2", "new": 1, "changed": 1, "gone": 1, "unchanged": 1}
    assert concept("bus").until == concept("coach").since == dt.date(2024, 1, 1)
    assert concept("home").labels == {"ca": "Casa", "es": "Vivienda", "oc": "Abitatge", "en": "Housing"}
    in_2023 = Concept.objects.of("topics").in_use(dt.date(2023, 12, 31))
    assert {c.code for c in in_2023} == {"home", "rent", "bus"}
    assert {c.code for c in Concept.objects.of("topics").in_use(dt.date(2024, 1, 1))} == {"home", "rent", "coach"}
    assert {(m.relation, m.target and m.target.code, m.uri) for m in concept("coach").matches.all()} == {
        ("close", "bus", ""),
        ("exact", None, "http://example.org/coach"),
    }
    assert [str(v) for v in Scheme.objects.get(key="topics").versions.all()] == ["1", "2"]


def test_a_former_label_still_finds_its_concept(topics, write):
    actions.load(write("topics.yml", SECOND))
    assert resolve("topics", ["habitatge", "CASA", "autobus", "Lloguer"]) == {
        "habitatge": concept("home").id,
        "CASA": concept("home").id,
        "autobus": concept("bus").id,
        "Lloguer": concept("rent").id,
    }


def test_a_name_that_passed_to_another_concept_finds_the_one_in_use(topics, write):
    actions.load(write("topics.yml", SECOND.replace("ca: Autocar", "ca: Autobús")))
    assert resolve("topics", ["autobús", "bus"]) == {"autobús": concept("coach").id, "bus": concept("bus").id}


def test_what_comes_back_is_in_use_again(topics, write):
    actions.load(write("topics.yml", SECOND))
    third = FIRST.replace('"1"', '"3"').replace("2020", "2025")
    report = actions.load(write("topics.yml", third))
    assert (report["changed"], report["gone"]) == (2, 1)
    assert concept("bus").until is None


def test_an_older_version_is_refused(topics, write):
    actions.load(write("topics.yml", SECOND))
    with pytest.raises(CannotLoad, match="holds from 2020-01-01, and version 2 from 2024-01-01 is loaded"):
        actions.load(write("topics.yml", FIRST))
    assert concept("bus").until is not None


def test_a_load_that_fails_leaves_nothing(administration, write):
    bad = FIRST.replace("alt: [lloguer]", "matches: {exact: [nowhere]}")
    with pytest.raises(CannotLoad, match="rent matches 'nowhere', which is not known"):
        actions.load(write("topics.yml", bad))
    assert not Scheme.objects.filter(key="topics").exists()


def test_loads_without_a_date_get_labels_of_their_own(administration, write):
    labels = [
        actions.load(write("moods.yml", f"- {{code: a, labels: {{ca: {text}}}}}"))["version"]
        for text in ("A", "B", "B", "C")
    ]
    assert labels[1] == labels[2] == f"{labels[0]}.2"
    assert labels[3] == f"{labels[0]}.3"


def test_a_crosswalk_joins_two_schemes(topics, write):
    actions.load(write("life_events.yml", "- {code: move, labels: {ca: Canvio de casa}}"))
    walk = write("walk.csv", "source,relation,target\nhome,related,life_events:move\nrent,broad,home\n")
    assert actions.load(walk, "topics")["changed"] == 2
    assert actions.load(walk, "topics") == {
        "scheme": "topics",
        "version": "1",
        "new": 0,
        "changed": 0,
        "gone": 0,
        "unchanged": 2,
    }
    assert Match.objects.get(source__code="home").target.code == "move"
    with pytest.raises(CannotLoad, match="zzz is no code of topics"):
        actions.load(write("walk.csv", "source,relation,target\nzzz,exact,home\n"), "topics")
    with pytest.raises(CannotLoad, match="home matches itself"):
        actions.load(write("walk.csv", "source,relation,target\nhome,exact,home\n"), "topics")


def test_a_crosswalk_before_its_scheme_is_refused(administration, write):
    with pytest.raises(CannotLoad, match="there is no scheme topics yet: load its list first"):
        actions.load(write("walk.csv", "source,relation,target\ntopics:a,exact,b\n"))


def test_a_load_is_announced_once_and_without_text(topics, write):
    event = Event.objects.get(name="vocabularies.scheme.loaded")
    assert event.ids == {"scheme": str(Scheme.objects.get(key="topics").id)}


def test_the_tree_below_a_topic(topics):
    beneath = Concept.objects.beneath(concept("home"))
    assert {c.code for c in beneath} == {"home", "rent"}


def test_the_built_in_languages(administration):
    report = actions.load(actions.LANGUAGES)
    assert report["scheme"] == "languages" and report["new"] >= 20
    assert all(set(c.labels) == {"ca", "es", "oc", "en"} for c in Concept.objects.of("languages"))
    found = resolve("languages", ["aranès", "oc-aranes", "Castilian", "العربية", "ukr"])
    assert [Concept.objects.get(id=found[name]).code for name in found] == ["oc", "oc", "es", "ar", "uk"]


@pytest.mark.parametrize("labels", [{}, {"es": "Vivienda"}, {"ca": ""}])
def test_the_database_refuses_a_concept_without_catalan(topics, labels):
    with pytest.raises(IntegrityError, match="concept_in_catalan"), transaction.atomic():
        Concept.objects.create(scheme=concept("home").scheme, code="x", labels=labels)


def test_the_database_refuses_two_of_one_code_and_a_parent_elsewhere(topics, write):
    with pytest.raises(IntegrityError, match="concept_code_once"), transaction.atomic():
        Concept.objects.create(scheme=concept("home").scheme, code="home", labels={"ca": "x"})
    actions.load(write("moods.yml", "- {code: a, labels: {ca: A}}"))
    with pytest.raises(IntegrityError, match="concept_parent_in_scheme"), transaction.atomic():
        Concept.objects.filter(code="rent").update(parent=Concept.objects.get(code="a"))
        _check_now()


def test_the_database_refuses_a_level_that_the_larger_one_is_not(administration, write):
    actions.load(
        write("territories.yml", "- {code: p1, kind: province, name: P}\n- {code: m1, kind: municipality, name: M}")
    )
    town, province = Concept.objects.get(code="m1"), Concept.objects.get(code="p1")
    with pytest.raises(IntegrityError, match="membership_level_is_kind"), transaction.atomic():
        TerritoryMembership.objects.create(
            territory=town, member_of=province, level="comarca", valid_from=dt.date(2020, 1, 1)
        )
        _check_now()


def _check_now():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
