import pytest

from tracte.vocabularies.formats import read
from tracte.vocabularies.vocabulary import FIRST_DAY, CannotLoad, Member

HEADER = "ine5,name_idescat,comarca_code,comarca,prov_code,province\n"
AMETLLA = '08005,"Ametlla del Vallès, l\'",41,Vallès Oriental,08,Barcelona\n'
ROWS = HEADER + AMETLLA + '43090,"Montmell, el",12,Baix Penedès,43,Tarragona\n'


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        b"\xef\xbb\xbf" + ROWS.encode(),
        ROWS.encode("iso-8859-1"),
        ROWS.encode("utf-16"),
        ROWS.replace("\n", "\r").encode(),
        ROWS.replace("\n", "\r\n").encode(),
        ("Municipis de Catalunya\nInstitut; d'Estadística\n\n" + ROWS).encode(),
    ],
)
def test_one_list_in_every_disguise_reads_the_same(write, data):
    vocabulary = read(write("list.csv", data))
    assert {code: term.labels["ca"] for code, term in vocabulary.terms.items()} == {
        "08005": "l'Ametlla del Vallès",
        "c41": "Vallès Oriental",
        "p08": "Barcelona",
        "43090": "el Montmell",
        "c12": "Baix Penedès",
        "p43": "Tarragona",
    }
    assert Member("08005", "c41", "comarca") in vocabulary.members
    assert Member("43090", "p43", "province") in vocabulary.members


@pytest.mark.parametrize(
    ("written", "code"),
    [("08019", "08019"), ("8019", "08019"), ("080193", "08019"), ("80193", "08019"), ("431482", "43148")],
)
def test_codes_lose_zeros_and_gain_check_digits(write, written, code):
    vocabulary = read(write("list.csv", f"Codi;Nom;Codi comarca;Nom comarca\n{written};Barcelona;7;Bages\n"))
    assert list(vocabulary.terms) == [code, "c07"]


def test_the_other_name_of_a_municipality_is_kept(write):
    text = 'ine5,name_ine,name_idescat\n43154,"Bisbal de Falset, La","Bisbal de Montsant, la"\n43001,Alió,Alió\n'
    terms = read(write("list.csv", text)).terms
    assert terms["43154"].labels == {"ca": "la Bisbal de Montsant"}
    assert terms["43154"].alt_labels == ["la Bisbal de Falset"]
    assert terms["43001"].alt_labels == []


def test_dated_changes_and_crosswalks_are_partial(write):
    changes = read(
        write("moves.csv", "code,level,member_of,valid_from\n8004,comarca,24,\n08004,comarca,Lluçanès,2023-05-04\n")
    )
    assert changes.is_partial and changes.scheme == "territories"
    assert changes.members[0] == Member("08004", "c24", "comarca", FIRST_DAY)
    assert changes.members[1].larger == "Lluçanès" and changes.members[1].valid_from.year == 2023
    walk = read(write("walk.csv", "source,relation,target\ntopics:a,exact,b\n"))
    assert walk.is_partial and walk.scheme == "topics" and walk.matches == [("a", "exact", "b")]


def test_yaml_keeps_what_looks_like_something_else(write):
    codes = ["no", "0123", "2020-01-01"]
    text = "\n".join(f"- {{code: {code}, labels: {{ca: nom}}}}" for code in codes)
    assert list(read(write("languages.yml", text)).terms) == codes


def test_a_territory_that_comes_twice_in_yaml_has_moved(write):
    text = """
- {code: c24, kind: comarca, name: Osona}
- {code: c43, kind: comarca, name: Lluçanès}
- {code: "08004", kind: municipality, name: Alpens, parent: c24}
- {code: "08004", kind: municipality, name: Alpens, parent: c43, since: 2023-05-04}
"""
    places = [(m.larger, m.valid_from) for m in read(write("territories.yml", text)).members]
    assert places[0] == ("c24", FIRST_DAY) and str(places[1][1]) == "2023-05-04"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", "a,b\n1,2\n", "x.csv: no header with a code and a name"),
        ("x.csv", HEADER, "x.csv: nothing below the header"),
        ("x.csv", HEADER + "8O19,Barcelona,13,Barcelonès,08,Barcelona\n", "x.csv:2: '8O19' is no municipality code"),
        ("x.csv", HEADER + "08019,,13,Barcelonès,08,Barcelona\n", "x.csv:2: 08019 has no name"),
        ("x.csv", ROWS + "08005,A,41,V,08,B\n", "x.csv:4: code 08005 comes twice"),
        ("x.csv", "code,level,member_of,valid_from\n08004,barri,x,\n", "x.csv:2: 'barri' is no level"),
        ("x.csv", "code,level,member_of,valid_from\n08004,comarca,x,4/5/2023\n", "x.csv:2: '4/5/2023' is not a date"),
        ("x.csv", "source,relation,target\na,exact,b\n", "x.csv:2: of which scheme is 'a'?"),
        ("x.csv", "source,relation,target\ntopics:a,same,b\n", "x.csv:2: 'same' is no relation"),
        ("x.csv", b"PK\x03\x04\0\0", "x.csv: this is not a text file"),
        ("x.pdf", b"%PDF", "x.pdf: unknown format '.pdf'"),
        ("x.yml", "- {code: a\n- b", "x.yml:2: not valid YAML"),
        ("x.yml", "hello", "x.yml: no list of concepts"),
        ("x.yml", "- {code: a, labels: {es: A}}", "x.yml: entry 1: a has no Catalan label"),
        ("x.yml", "- {labels: {ca: A}}", "x.yml: entry 1: not an entry"),
        ("x.yml", "- {code: a, labels: A}", "x.yml: entry 1: labels must be texts by language"),
        ("x.yml", "- {code: a, parent: z, labels: {ca: A}}", "x.yml: the parent 'z' of a is not in the file"),
        (
            "x.yml",
            "- {code: a, parent: b, labels: {ca: A}}\n- {code: b, parent: a, labels: {ca: B}}",
            "lies below itself",
        ),
        ("x.yml", "- {code: '', labels: {ca: A}}", "x.yml: entry 1: the code '' is empty or too long"),
        ("x.yml", f"- {{code: {'a' * 121}, labels: {{ca: A}}}}", "is empty or too long"),
        ("x.yml", "- {code: a, kind: planet, name: A}", "x.yml: entry 1: a is a 'planet'"),
        ("x.ttl", "not turtle", "x.ttl: not valid turtle"),
        ("x.rdf", "<rdf", "x.rdf: not valid xml"),
        ("x.jsonld", "{", "x.jsonld: not valid json-ld"),
        ("x.ttl", "@prefix a: <urn:a> .", "x.ttl: no skos:Concept in it"),
        ("x.jsonld", '{"a": [{"@context": "http://127.0.0.1:9/c"}]}', "x.jsonld: its @context lies in the network"),
    ],
)
def test_bad_input_gets_one_clear_line(write, name, content, says):
    with pytest.raises(CannotLoad) as problem:
        read(write(name, content))
    assert says in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(CannotLoad, match=r"no.csv: cannot be read \(No such file"):
        read(tmp_path / "no.csv")


def test_no_file_of_this_machine_comes_in_through_an_xml_entity(write):
    secret = write("secret.txt", "SECRET")
    text = f"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://www.w3.org/2004/02/skos/core#">
<s:Concept rdf:about="urn:a:1"><s:prefLabel xml:lang="ca">casa &x;</s:prefLabel></s:Concept></rdf:RDF>"""
    try:
        labels = [term.labels["ca"] for term in read(write("x.rdf", text)).terms.values()]
    except CannotLoad:
        labels = []
    assert "SECRET" not in " ".join(labels)
