import io

import pytest

from tracte.channels.connectors.source import InputError
from tracte.channels.connectors.tabular.load import SIZE_LIMIT, load_mapping, parse_mapping
from tracte.channels.connectors.tabular.mapping import MappingError
from tracte.channels.connectors.tabular.parse import read_table


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("subjet: a", "unknown key 'subjet'; did you mean 'subject'?"),
        ("id: [a", "bad YAML"),
        ("id: a\n\tat: b", "line 2"),
        ("", "needs `key: value` lines"),
        ("[id, at]", "needs `key: value` lines"),
        ("format: csv", "says nothing about the columns"),
        ("id: a\nformat: excel", "'excel' is not one of csv"),
        ("id: a\nwho: {nom: b}", "who: unknown key 'nom'"),
        ("id: a\nwho: [b]", "who: needs `key: value` lines"),
        ("id: a\ndata: {x: {colum: b}}", "data.x: unknown key 'colum'; did you mean 'column'?"),
        ("id: a\ndata: {x: {column: b, type: money}}", "data.x.type: 'money' is not one of text"),
        ("id: a\ndata: {x: {column: b, min: zero}}", "data.x.min: needs numbers"),
        ("id: a\ndata: {x: {lat: b}}", "a point needs `lat: COLUMN` and `lon: COLUMN`"),
        ("id: a\ndata: {x: {lat: b, lon: c, inside: [1, 2]}}", "needs four numbers"),
        ("id: a\ndata: {x: {column: b, value: c}}", "needs one of column, columns, template, value"),
        ("id: a\ndata: {x: {type: number}}", "needs one of column, columns, template, value"),
        ("id: a\ntext: {template: hola}", "names no column"),
        ("id: a\ntext: {columns: []}", "text.columns: names no column"),
        ("id: a\ndata: {x: {column: b, min: []}}", "data.x.min: needs one text"),
        ("\0", "bad YAML"),
        ("id: a\ntext: {column: b, type: number}", "only the columns under data"),
        ("id: a\nat: {column: b, timezone: Vic}", "'Vic' is no time zone"),
        ("id: a\nencoding: klingon", "'klingon' is unknown"),
        ("id: a\nencoding: utf-16", "not a superset of ASCII"),
        ("id: a\nencoding: []", "encoding: needs at least one"),
        ("id: a\ndelimiter: '::'", "delimiter: needs one character"),
        ("id: a\nheader: third", "'third' is not auto, none or the number of a line"),
        ("id: a\nheader: none", "a file without header needs `columns"),
        ("id: a\nvalues: {idiome: {cat: ca}}", "no field reads the column 'idiome'"),
        ("id: {column: [[a]]}", "id.column: needs a text or a list of texts"),
        ("? [a]\n: b", "bad YAML"),
        ("a: &x {<<: *x}", "bad YAML"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(page, told):
    with pytest.raises(MappingError) as error:
        parse_mapping(page, "meva.yml")
    line = str(error.value)
    assert line.startswith("mapping meva.yml") and told in line and "\n" not in line


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("id: Id", "id: there is no column 'Id' in the table; did you mean 'id'? Columns: id, at, text, text2"),
        ("id: id\nterritory: Barcelona", "For a fixed value write territory: {value: ...}"),
        ("id: id\ndata: {x: {column: text, expected: carrer}}", "there is no column 'carrer'"),
        ("id: id\nheader: 40", "the file has no line 40"),
        ("id: text2", "has two columns 'text2'"),
    ],
)
def test_a_mapping_that_does_not_fit_the_table(page, told):
    with pytest.raises(MappingError) as error:
        read_table(io.BytesIO(b"id,at,text,text2,text2\n1,2,3,4,5\n"), parse_mapping(page))
    assert told in str(error.value) and "\n" not in str(error.value)


def test_fields_missing_of_all_records_are_told():
    with pytest.raises(MappingError, match="id: there is no column 'ident'"):
        read_table(io.BytesIO(b'{"id": 1}\n'), parse_mapping("id: ident"), format="ndjson")


def test_a_ready_mapping_by_name_and_near_misses(tmp_path):
    assert load_mapping("iris_bcn").id.columns == ("ID",)
    with pytest.raises(MappingError, match=r"did you mean 'iris_bcn'\? Ready: georeport_v2, iris_bcn"):
        load_mapping("iris-bcn")
    with pytest.raises(MappingError, match="cannot be opened"):
        load_mapping(tmp_path / "cap.yml")
    with pytest.raises(MappingError, match="cannot be opened"):
        (tmp_path / "carpeta.yml").mkdir()
        load_mapping(tmp_path / "carpeta.yml")
    (tmp_path / "gros.yml").write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(MappingError, match="is it the data file"):
        load_mapping(tmp_path / "gros.yml")


def test_yaml_words_mean_what_they_say():
    mapping = parse_mapping(
        "id: id\nterritory: {value: 08019}\ndata: {x: {column: y, values: {yes: si, no: no}}}\nnull: [null]"
    )
    assert mapping.message["territory"].value == "08019"
    assert mapping.data["x"].values == {"yes": "si", "no": "no"} and mapping.null == {"null", ""}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04" + b"\0" * 99, "ZIP archive"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(256)) * 8, "binary"),
        (b"\xd0\xcf\x11\xe0" * 8, "save the sheet as CSV"),
    ],
)
def test_what_is_no_table_is_refused_at_once(raw, told):
    with pytest.raises(InputError, match=told):
        read_table(io.BytesIO(raw), parse_mapping("id: id"))
