import datetime as dt
import gzip
import io
import json
from pathlib import Path

import pytest

from tracte.channels.connectors.source import InputError
from tracte.channels.connectors.tabular.load import load_mapping, parse_mapping
from tracte.channels.connectors.tabular.parse import parse, read_table
from tracte.channels.message import IN, OUT, Message, Reject
from tracte.people.appearance import DECLARED, VERIFIED, Identifier

FIXTURES = Path(__file__).parents[1] / "fixtures"
SIMPLE = parse_mapping("id: id\nat: at\ntext: text\n", "simple.yml")
HEAD = b"id,at,text\n"


def rows(raw: bytes, mapping=SIMPLE, form=None):
    return list(read_table(io.BytesIO(raw), mapping, format=form))


@pytest.fixture(scope="module")
def people():
    return list(read_table(FIXTURES / "people.csv", load_mapping(FIXTURES / "people.yml")))


def test_every_kind_of_field(people):
    message = people[0]
    assert message.external_id == "2026/1" and message.at.isoformat() == "2026-03-02T00:00:00+01:00"
    assert (message.direction, message.kind, message.language, message.territory) == (IN, "message", "ca", "08298")
    assert message.text == "Beca\nQuan s'obre?"
    assert message.data == {"minuts": 1.5, "urgent": True}
    who = message.who
    assert (who.full_name, who.birth_date, who.postcode) == ("Puig Ferrer, Mercè", dt.date(1984, 5, 17), "08500")
    assert who.identifiers == [
        Identifier("national_id", "12345678Z", VERIFIED),
        Identifier("phone", "600111222", DECLARED),
    ]
    assert who.name_assurance == VERIFIED


def test_dirt_is_kept_and_flagged(people):
    assert people[1].direction == OUT and people[1].who is None
    assert people[1].flags == ["minuts_out_of_range"] and people[1].data["minuts"] == -3
    assert people[2].flags == ["direction_unknown", "birth_date_invalid", "minuts_invalid", "urgent_invalid"]
    assert people[2].data == {"minuts": "molts", "urgent": "potser"}


def test_title_lines_delimiter_and_line_numbers(people):
    """The header is the fifth line after three titles; a row says the line where it stands."""
    broken = (FIXTURES / "people.csv").read_bytes() + b"2026;4;mai;E;;;;;;;;;;\n"
    found = rows(broken, load_mapping(FIXTURES / "people.yml"))
    assert isinstance(found[3], Reject) and found[3].position == 8
    assert found[3].reason.startswith("row 8: not a date between 1970 and 2100") and "data = 'mai'" in found[3].reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_charsets_and_line_ends(encoding, end):
    text = end.join(["id,at,text", "1,2026-03-02,Mercè diu «sí»", '2,2026-03-02,"l\'alcaldessa, també"', ""])
    found = rows(text.encode(encoding))
    assert [message.text for message in found] == ["Mercè diu «sí»", "l'alcaldessa, també"]
    assert not any(message.flags for message in found)


def test_one_bad_byte_is_replaced_in_its_row_alone():
    good = "2,2026-03-02,Mercè\n".encode()
    found = rows(HEAD + b"1,2026-03-02,Merc\xe8\n" + good * 3)
    assert [message.text for message in found] == ["Merc\ufffd", "Mercè", "Mercè", "Mercè"]
    assert [message.flags for message in found] == [["encoding"], [], [], []]


def test_nuls_are_taken_out_and_flagged():
    (message,) = rows(HEAD + b"1,2026-03-02,a\0b\n")
    assert (message.text, message.flags, message.raw) == ("ab", ["nul"], b"1,2026-03-02,a\0b\n")


def test_rows_with_other_counts_are_refused_alone():
    found = rows(HEAD + b"1,2026-03-02\n2,2026-03-02,b,c\n\n3,2026-03-02,d,,\n4,2026-03-02,e\n")
    assert [type(item) for item in found] == [Reject, Reject, Message, Message]
    assert [item.reason for item in found[:2]] == [
        "line 2: 2 cells, but the table has 3 columns",
        "line 3: 4 cells, but the table has 3 columns",
    ]
    assert found[2].flags == ["extra_cells"] and found[3].flags == []


@pytest.mark.parametrize("stray", [b'1,2026-03-02,"mai tancat\n', b'1,"2026-03-02,x\n'])
def test_a_stray_quote_costs_one_row(stray):
    good = b"".join(b"%d,2026-03-02,b\n" % n for n in range(2, 30))
    found = rows(HEAD + stray + good)
    assert isinstance(found[0], Reject) and "stray quote" in found[0].reason and found[0].raw == stray
    assert [message.external_id for message in found[1:]] == [str(n) for n in range(2, 30)]


def test_a_quoted_cell_may_have_lines():
    (message, after) = rows(HEAD + b'1,2026-03-02,"un\ndos"\nx,2026-03-02,y\n')
    assert message.text == "un\ndos" and after.external_id == "x" and message.raw.count(b"\n") == 2


def test_an_overlong_cell_is_refused_alone():
    found = rows(HEAD + b"1,2026-03-02," + b"x" * 200_000 + b"\n2,2026-03-02,b\n")
    assert isinstance(found[0], Reject) and "field limit" in found[0].reason
    assert found[1].external_id == "2"


def test_an_endless_line_is_never_held():
    found = rows(HEAD + b"1,2026-03-02," + b"x" * (9 << 20) + b"\n2,2026-03-02,b\n")
    assert isinstance(found[0], Reject) and "longer than 8 MiB" in found[0].reason
    assert found[1].external_id == "2"


def test_no_id_no_date_and_empty_rows():
    found = rows(HEAD + b",2026-03-02,a\n,,\n2,,b\n" + b"x" * 300 + b",2026-03-02,c\n")
    assert [getattr(item, "reason", "") for item in found] == [
        "row 2: no id (id = '')",
        "row 3: the row is empty",
        "",
        "row 5: an id longer than 200 characters",
    ]
    assert (found[2].at, found[2].flags) == (None, ["date_missing"])


def test_without_id_equal_rows_are_one_interaction():
    mapping = parse_mapping("at: at\ntext: text\n")
    one, two, other = rows(b"at,text\n2026-03-02,a\n2026-03-02,a\n2026-03-02,b\n", mapping)
    assert one.external_id == two.external_id != other.external_id


def test_a_table_without_header():
    mapping = parse_mapping("header: none\ncolumns: [id, at, text]\nid: id\nat: at\ntext: text\n")
    assert [message.text for message in rows(b"1;2026-03-02;a\n2;2026-03-02;b\n", mapping)] == ["a", "b"]


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        ("[iso]", "2026-07-02T10:00:00", "2026-07-02T10:00:00+02:00"),
        ("[iso]", "2026-01-02 10:00:00Z", "2026-01-02T10:00:00+00:00"),
        ("[day_first]", "2/1/2026 9:05", "2026-01-02T09:05:00+01:00"),
        ("[day_first]", "31.12.2025", "2025-12-31T00:00:00+01:00"),
        ("[unix]", "1614590000", "2021-03-01T09:13:20+00:00"),
        ("[unix_ms]", "1614590000000", "2021-03-01T09:13:20+00:00"),
        ("['%Y%m%d%H%M']", "202603021005", "2026-03-02T10:05:00+01:00"),
    ],
)
def test_times(formats, text, expected):
    mapping = parse_mapping(f"id: id\nat: {{column: at, formats: {formats}}}\n")
    (message,) = rows(f"id,at\n1,{text}\n".encode(), mapping)
    assert message.at.isoformat() == expected


@pytest.mark.parametrize("text", ["02/13/2026", "1969-12-31", "2100-01-01", "1e5", "99999999999999999", "2026-02-30"])
def test_what_is_no_time_is_refused(text):
    assert isinstance(rows(HEAD + f"1,{text},a\n".encode())[0], Reject)


def test_a_year_beyond_belief_is_no_date():
    mapping = parse_mapping("id: id\ndata: {closed_on: {column: d, type: date}}\n")
    (message,) = rows(b"id,d\n1,9999-12-31\n", mapping)
    assert (message.flags, message.data) == (["closed_on_invalid"], {"closed_on": "9999-12-31"})


def test_two_surnames_in_one_column_are_told_apart_from_the_name():
    mapping = parse_mapping("id: id\nwho: {given_name: nom, surname: cognoms}\n")
    (message,) = rows("id,nom,cognoms\n1,Mercè,Puig Ferrer\n".encode(), mapping)
    assert message.who.full_name == "Puig Ferrer, Mercè"


@pytest.mark.parametrize("form", ["ndjson", "json"])
def test_json_rows(form):
    records = [{"id": 1, "at": "2026-03-02", "text": "a"}, {"id": 2, "at": "2026-03-02", "text": None}, 7]
    lines = "\n".join(json.dumps(record) for record in records) + "\n{bad\n"
    found = rows((lines if form == "ndjson" else json.dumps(records)).encode(), form=form)
    assert [item.external_id for item in found[:2]] == ["1", "2"]
    assert isinstance(found[2], Reject) and "an object is needed" in found[2].reason
    assert json.loads(found[0].raw) == records[0]


def test_fields_may_nest():
    mapping = parse_mapping("format: json\nid: id\nchannel_detail: more.channel\n")
    (message,) = rows(b'{"total": 1, "items": [{"id": "1", "more": {"channel": "web"}}]}', mapping)
    assert message.data == {"channel_detail": "web"}


def test_parquet_rows(tmp_path):
    import pyarrow as arrow
    from pyarrow import parquet

    at = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
    table = {"id": range(5000), "at": [at] * 5000, "text": ["a\0b"] * 5000, "n": [float("nan")] * 5000}
    path = tmp_path / "rows.parquet"
    parquet.write_table(arrow.table({name: list(cells) for name, cells in table.items()}), path)
    mapping = parse_mapping("id: id\nat: at\ntext: text\ndata: {n: {column: n, type: number}}\n")
    found = list(read_table(path, mapping))
    assert len({message.external_id for message in found}) == 5000
    assert (found[-1].at, found[-1].text, found[-1].data, found[-1].flags) == (at, "ab", {}, [])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="not Parquet"):
        list(read_table(path, mapping))


def test_a_gzipped_table_and_a_damaged_one(tmp_path):
    raw = HEAD + b"".join(b"%d,2026-03-02,%d\n" % (n, n * 7919) for n in range(20_000))
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(raw))
    assert sum(1 for _ in read_table(path, SIMPLE)) == 20_000
    path.write_bytes(gzip.compress(raw)[:-2000])
    found = list(read_table(path, SIMPLE))
    assert sum(isinstance(item, Message) for item in found) > 15_000
    assert isinstance(found[-1], Reject) and "break off" in found[-1].reason


def test_one_delivery_never_raises():
    (message,) = parse(b'{"id": 1, "at": "2026-03-02", "text": "a"}', mapping=SIMPLE)
    assert message.external_id == "1"
    (found,) = parse(b"a;b\n1;2\n", mapping=SIMPLE)
    assert isinstance(found, Reject) and "no column 'id'" in found.reason
