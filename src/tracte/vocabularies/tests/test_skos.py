import datetime as dt

import pytest

from tracte.core import tenancy
from tracte.vocabularies import actions
from tracte.vocabularies.formats import read
from tracte.vocabularies.formats.skos import FORMATS
from tracte.vocabularies.lookup import resolve
from tracte.vocabularies.models import Concept, Match, Scheme, TerritoryMembership
from tracte.vocabularies.vocabulary import CannotLoad

from .test_load import FIRST, SECOND

PLACES = """
- {code: p08, kind: province, name: Barcelona}
- {code: c24, kind: comarca, name: Osona}
- {code: c43, kind: comarca, name: Lluçanès, since: 2023-05-04}
- {code: "08004", kind: municipality, name: Alpens, parent: c24, province: p08}
- {code: "08004", kind: municipality, name: Alpens, parent: c43, since: 2023-05-04}
"""
FOREIGN = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <http://example.org/v#> .
@prefix ex: <http://example.org/> .
ex:v a skos:ConceptScheme ; skos:prefLabel "Animals"@ca .
:cat a skos:Concept ; skos:inScheme ex:v ;
  skos:prefLabel "gat"@ca-ES , "gato"@es , "gat"@oc-aranes , "chat"@oc, "cat"@en-GB ;
  skos:hiddenLabel "mixo" ; skos:exactMatch <http://eurovoc.europa.eu/1> .
:animal a skos:Concept ; skos:inScheme ex:v ; skos:prefLabel "animal" ; skos:notation "0" ; skos:narrower :cat .
"""


def everything(key):
    """All that a scheme says, without ids."""
    scheme = Scheme.objects.get(key=key)
    fields = ["code", "alt_codes", "uri", "parent__code", "kind", "labels", "alt_labels", "since", "until"]
    return {
        "scheme": (scheme.labels, scheme.uri),
        "versions": list(scheme.versions.values_list("label", "valid_from", "source")),
        "concepts": list(scheme.concepts.order_by("code").values(*fields)),
        "matches": sorted(
            Match.objects.filter(source__scheme=scheme).values_list("source__code", "relation", "target__code", "uri"),
            key=str,
        ),
        "places": sorted(
            TerritoryMembership.objects.filter(territory__scheme=scheme).values_list(
                "territory__code", "level", "member_of__code", "valid_from"
            )
        ),
    }


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_round_trip_keeps_everything(administration, write, suffix):
    actions.load(write("topics.yml", FIRST))
    actions.load(write("topics.yml", SECOND))
    actions.load(write("territories.yml", PLACES))
    for key in ("topics", "territories"):
        before = everything(key)
        file = write(f"{key}{suffix}", actions.export_skos(Scheme.objects.get(key=key), suffix))
        again = actions.load(file)
        assert (again["new"], again["changed"], again["gone"]) == (0, 0, 0)
        Scheme.objects.filter(key=key).update(key=f"{key}-before")
        actions.load(file)
        assert everything(key) == before


def test_aranese_is_tagged_as_aranese_outside(administration, write):
    actions.load(write("topics.yml", FIRST))
    turtle = actions.export_skos(Scheme.objects.get(key="topics")).decode()
    assert '"Abitatge"@oc-aranes' in turtle
    assert turtle == actions.export_skos(Scheme.objects.get(key="topics")).decode()


def test_a_vocabulary_that_others_wrote(administration, write):
    report = actions.load(write("v.ttl", FOREIGN))
    assert (report["scheme"], report["new"]) == ("v", 2)
    cat = Concept.objects.get(scheme__key="v", code="cat")
    assert cat.labels == {"ca": "gat", "es": "gato", "oc": "gat", "en": "cat"}
    assert cat.parent.code == "0" and cat.parent.label() == "animal"
    assert cat.alt_labels == ["mixo"] and cat.uri == "http://example.org/v#cat"
    assert cat.matches.get().uri == "http://eurovoc.europa.eu/1"
    assert b"<http://example.org/v#cat> a skos:Concept" in actions.export_skos(cat.scheme)


def test_of_several_schemes_in_a_file_one_is_asked_for(administration, write):
    two = FOREIGN + "ex:w a skos:ConceptScheme . :x a skos:Concept ; skos:inScheme ex:w ; skos:prefLabel 'x'@ca ."
    with pytest.raises(CannotLoad, match=r"several schemes \(v, w\): say which"):
        read(write("two.ttl", two))
    assert set(read(write("two.ttl", two), "w").terms) == {"x"}


def test_a_match_to_a_scheme_of_this_installation_becomes_a_row(administration, write):
    actions.load(write("topics.yml", FIRST))
    text = FOREIGN.replace("http://eurovoc.europa.eu/1", "urn:tracte:vocabularies:topics:home")
    actions.load(write("v.ttl", text))
    assert Match.objects.get(source__code="cat").target.code == "home"


def test_dates_of_a_concept_come_and_go(administration, write):
    text = FOREIGN.replace(
        'skos:notation "0"',
        '<http://publications.europa.eu/ontology/euvoc#endDate> "2021-06-01"^^<http://www.w3.org/2001/XMLSchema#date>',
    )
    actions.load(write("v.ttl", text))
    assert Concept.objects.get(scheme__key="v", code="animal").until == dt.date(2021, 6, 1)


def test_another_administration_has_its_own(administration, other_administration, write):
    actions.load(write("topics.yml", FIRST))
    ours = everything("topics")
    with tenancy.acting_for(other_administration):
        assert not Scheme.objects.exists() and not Concept.objects.exists()
        assert resolve("topics", ["Habitatge"]) == {}
        assert actions.load(write("topics.yml", SECOND.replace("close: [bus], ", "")))["new"] == 3
    assert everything("topics") == ours
