import io
import json
from pathlib import Path

import pytest

from tracte.channels.connectors.calls.parse import parse, read
from tracte.channels.message import IN, OUT, Message, Reject
from tracte.people.appearance import Identifier

FIXTURE = Path(__file__).parents[1] / "fixtures" / "calls.csv"


@pytest.fixture(scope="module")
def calls():
    with FIXTURE.open("rb") as stream:
        return list(read(stream))


def test_a_call(calls):
    call = calls[0]
    assert (call.external_id, call.kind, call.direction) == ("C-1", "call", IN)
    assert call.at.isoformat() == "2026-03-02T09:01:00+01:00"
    assert call.text == "Pregunta per la beca, la truquem demà"
    assert call.data == {"duration_s": 184, "agent": "jordi"}
    assert call.who.full_name == "Mercè Puig Ferrer"
    assert call.who.identifiers == [Identifier("national_id", "12345678Z"), Identifier("phone", "600 111 222")]
    assert call.raw.startswith(b"C-1,2026") and not call.flags


def test_who_withholds_the_number_is_nobody(calls):
    assert calls[1].who is None and calls[3].who is None


@pytest.mark.parametrize("word", ["Anònim", "desconegut", "ocult", "anonymous", ""])
def test_a_withheld_number_with_a_name_is_somebody(word):
    raw = f"id,started_at,phone,name\nC-1,2026-03-02T09:00:00,{word},Nil\n"
    (call,) = parse(raw.encode())
    assert call.who.full_name == "Nil" and not call.who.identifiers
    (call,) = parse(raw.replace("Nil", "Desconegut").encode())
    assert call.who is None


def test_an_unknown_name_leaves_the_number_and_day_first_dates_read(calls):
    call = calls[2]
    assert (call.direction, call.who.full_name, call.who.identifiers) == (OUT, "", [Identifier("phone", "600111222")])
    assert call.at.isoformat() == "2026-03-02T09:10:00+01:00"


def test_dirt_is_kept_and_flagged(calls):
    assert calls[3].flags == ["duration_s_out_of_range"] and calls[3].data["duration_s"] == -7
    assert calls[4].flags == ["direction_unknown"] and calls[4].direction == IN


def test_bad_rows_are_refused_with_their_line(calls):
    assert [type(call) for call in calls] == [Message] * 5 + [Reject] * 3
    assert [call.position for call in calls[5:]] == [7, 8, 9]
    told = ["started_at = '31/02/2026 10:00'", "no id", "4 cells, but the table has 12 columns"]
    assert all(reason in call.reason for call, reason in zip(calls[5:], told, strict=True))


def test_one_call_may_come_as_json():
    raw = json.dumps(
        {"id": "C-9", "started_at": "2026-03-02T09:00:00Z", "duration_s": 12, "phone": "600111222"}
    ).encode()
    (call,) = parse(raw)
    assert (call.external_id, call.data["duration_s"], call.raw) == ("C-9", 12, raw)


def test_a_delivery_that_is_no_call_log_is_refused_not_raised():
    (found,) = parse(b"a,b\n1,2\n")
    assert isinstance(found, Reject) and "mapping calls, id: there is no column 'id'" in found.reason


def test_a_file_that_is_no_call_log_is_refused_whole():
    with pytest.raises(ValueError, match="there is no column 'id'"):
        list(read(io.BytesIO(b"a,b\n1,2\n")))
