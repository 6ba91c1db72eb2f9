import gzip
import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.channels import connectors
from tracte.channels.connectors.source import InputError
from tracte.channels.connectors.tabular.load import parse_mapping
from tracte.channels.connectors.tabular.mapping import KEYS, SPEC_KEYS, MappingError
from tracte.channels.connectors.tabular.parse import read_table
from tracte.channels.message import Message, Reject

UPDATE = {
    "message_id": 1,
    "from": {"id": 5, "first_name": "Mercè"},
    "chat": {"id": 5, "type": "private"},
    "date": 1614590000,
}
LINES = {
    "telegram": json.dumps({"update_id": 1, "message": UPDATE | {"text": "Bon dia"}}),
    "webform": json.dumps({"id": "F-1", "text": "Bon dia"}),
    "calls": "id,started_at\nC-1,2026-03-02",
    "visits": "id,at\nV-1,2026-03-02",
    "tabular": "id\nT-1",
}
MAPPINGS = {"tabular": parse_mapping("id: id")}


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("squeeze", [bytes, gzip.compress])
def test_a_file_of_each_kind_opens_squeezed_or_not(kind, squeeze, tmp_path):
    path = tmp_path / "fitxer.dat"
    path.write_bytes(squeeze(LINES[kind].encode()))
    (message,) = connectors.open_file(path, kind=kind, mapping=MAPPINGS.get(kind))
    assert isinstance(message, Message) and message.raw
    (same,) = connectors.parse(kind, LINES[kind].encode(), mapping=MAPPINGS.get(kind))
    assert same.external_id == message.external_id


@pytest.mark.parametrize("kind", LINES)
def test_what_cannot_be_read_is_one_line(kind, tmp_path):
    (tmp_path / "buit").write_bytes(b"")
    (tmp_path / "zip").write_bytes(b"PK\x03\x04")
    for name, told in {"cap": "no such file", "": "is a folder", "buit": "empty", "zip": "ZIP"}.items():
        with pytest.raises(InputError, match=told) as error:
            list(connectors.open_file(tmp_path / name, kind=kind, mapping=MAPPINGS.get(kind)))
        assert "\n" not in str(error.value) and str(tmp_path / name) in str(error.value)


def test_an_unknown_kind_and_a_mapping_out_of_place(tmp_path):
    with pytest.raises(ValueError, match=r"'telegrm'; did you mean 'telegram'\? Known: email, telegram, webform"):
        connectors.open_file(tmp_path, kind="telegrm")
    with pytest.raises(ValueError, match="needs a mapping"):
        connectors.open_file(tmp_path, kind="tabular")
    with pytest.raises(ValueError, match="takes no mapping"):
        connectors.open_file(tmp_path, kind="calls", mapping="iris_bcn")


names = st.sampled_from(
    ["update_id", "message", "edited_message", "callback_query", "chat", "from", "id", "date", "text"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=6), inner, max_size=5)
)


words = st.sampled_from([*KEYS, *SPEC_KEYS, "{id}", "1", "true", "number"])
EXPORT = (Path(connectors.__file__).parent / "telegram" / "fixtures" / "result.json").read_bytes()
DAMAGE = [b"[", b"{", b'"', b"null", b"1e999", b"\\u0000", b"\\ud800", b'"x":{},']


def nest(inner):
    return st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5)


def kept(items):
    """Everything came out as a message or a refusal that a database can keep."""
    for item in items:
        assert isinstance(item, Message | Reject)
        if isinstance(item, Reject):
            assert item.reason and "\n" not in item.reason
        else:
            stored = json.dumps([item.text, item.subject, item.data], allow_nan=False, ensure_ascii=False)
            assert "\\u0000" not in stored.replace("\\\\", "") and stored.encode() and item.external_id


def mutated(kind):
    """A good object with one part replaced by anything."""
    good = json.loads(LINES[kind])

    def change(pair):
        path, value = pair
        copy = json.loads(json.dumps(good))
        holder = copy.get("message", copy) if path[0] else copy
        holder[path[1]] = value
        return copy

    fields = {
        "telegram": [*UPDATE, "text", "contact", "location", "entities", "photo", "reply_to_message", "edit_date"]
    }
    known = fields.get(kind, ["id", "submitted_at", "name", "surnames", "document", "birth_date", "signed_in", "extra"])
    return st.tuples(st.tuples(st.booleans(), st.sampled_from(known)), values).map(change)


@pytest.mark.parametrize("kind", ["telegram", "webform"])
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_json_is_a_message_or_a_refusal(kind, data):
    value = data.draw(values | mutated(kind))
    kept(connectors.parse(kind, json.dumps(value).encode()))


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_export_is_messages_and_refusals(data):
    raw = bytearray(EXPORT)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=3) | st.sampled_from(DAMAGE))
    try:
        kept(connectors.connector("telegram").read(io.BytesIO(bytes(raw))))
    except InputError as error:
        assert "\n" not in str(error)


@given(
    page=st.binary(max_size=80)
    | st.recursive(words, nest).map(yaml.safe_dump)
    | st.dictionaries(words, words).map(yaml.safe_dump)
)
@settings(max_examples=300, deadline=None)
def test_any_mapping_works_or_says_what_is_wrong(page):
    try:
        kept(read_table(io.BytesIO(b"id,at,text\n1,2026-03-02,x\n"), parse_mapping(page), format="csv"))
    except MappingError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("kind", LINES)
@given(raw=st.binary(max_size=300) | st.text(alphabet='id,at\n"\r;12026-\0é{}[]:', max_size=120).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_messages_refusals_or_one_named_error(kind, raw, tmp_path_factory):
    mapping = MAPPINGS.get(kind)
    kept(connectors.parse(kind, raw, mapping=mapping))
    kept(connectors.parse(kind, LINES[kind].encode() + b"\n" + raw, mapping=mapping))
    path = tmp_path_factory.getbasetemp() / f"{kind}.any"
    path.write_bytes(raw)
    try:
        kept(connectors.open_file(path, kind=kind, mapping=mapping))
    except (InputError, MappingError) as error:
        assert "\n" not in str(error)
