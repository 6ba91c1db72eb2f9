import datetime as dt
import io
import json
from pathlib import Path

import pytest

from tracte.channels.connectors.source import InputError
from tracte.channels.connectors.webform.parse import parse, read
from tracte.channels.message import Message, Reject
from tracte.people.appearance import DECLARED, VERIFIED, Identifier

FIXTURE = Path(__file__).parents[1] / "fixtures" / "forms.ndjson"


@pytest.fixture(scope="module")
def forms():
    with FIXTURE.open("rb") as stream:
        return list(read(stream))


def one(**form):
    (found,) = parse(json.dumps({"id": "F-1", "text": "Bon dia"} | form).encode())
    return found


def test_a_signed_in_citizen_is_verified_but_for_what_they_typed(forms):
    message = forms[0]
    assert (message.external_id, message.kind, message.subject) == ("F-1", "form", "Beca menjador")
    assert message.at.isoformat() == "2026-03-02T09:15:00+01:00"
    assert (message.topic, message.territory, message.language) == ("educacio", "Vic", "ca")
    who = message.who
    assert (who.full_name, who.birth_date, who.name_assurance) == (
        "Puig i Ferrer, Mercè",
        dt.date(1984, 5, 17),
        VERIFIED,
    )
    assert who.identifiers == [
        Identifier("national_id", "12345678Z", VERIFIED),
        Identifier("phone", "600 111 222", DECLARED),
        Identifier("email", "merce@exemple.cat", DECLARED),
    ]
    assert not message.flags and json.loads(message.raw)["id"] == "F-1"


def test_an_unknown_field_and_a_number_are_kept_and_flagged(forms):
    message = forms[1]
    assert message.flags == ["number_for_text", "unknown_field"]
    assert message.data["extra"] == {"campaign": {"utm": "hivern"}}
    assert (message.who.postcode, message.who.full_name, message.who.name_assurance) == ("8500", "Nil", DECLARED)
    assert message.at.utcoffset() == dt.timedelta(hours=1)


def test_a_form_without_person_or_good_date_is_still_a_message(forms):
    assert (forms[2].who, forms[2].at, forms[2].flags) == (None, None, ["date_invalid"])


def test_bad_submissions_are_refused_with_place_and_reason(forms):
    assert [type(item) for item in forms] == [Message] * 3 + [Reject] * 5
    assert [(item.position, item.external_id) for item in forms[3:]] == [
        (4, "F-4"),
        (5, ""),
        (6, "F-6"),
        (7, ""),
        (8, ""),
    ]
    told = ["neither text nor subject", "needs an id", "name must be text", "line 7: not JSON", "must be an object"]
    assert all(reason in item.reason for item, reason in zip(forms[3:], told, strict=True))


@pytest.mark.parametrize(
    ("form", "flags"),
    [
        ({"birth_date": "17/05/1984", "name": "Mercè"}, ["date_missing", "birth_date_invalid"]),
        ({"submitted_at": "0001-01-01T00:00:00"}, ["date_invalid"]),
        ({"id": 7, "submitted_at": "2026-03-02"}, ["number_for_text"]),
    ],
)
def test_dirt_is_named(form, flags):
    assert one(**form).flags == flags


@pytest.mark.parametrize("form", [{"signed_in": "yes"}, {"id": True}, {"email": {}}, {"text": 7.5}])
def test_wrong_types_are_refused(form):
    assert isinstance(one(**form), Reject)


def test_an_array_or_a_pretty_object_reads_the_same():
    form = {"id": "F-1", "text": "Bon dia"}
    (found,) = read(io.BytesIO(json.dumps([form], indent=2).encode()))
    (alone,) = parse(json.dumps(form, indent=2).encode())
    assert found.external_id == alone.external_id == "F-1"


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04rest", bytes(range(256)) * 20])
def test_a_file_that_is_no_text_is_refused_whole(raw):
    with pytest.raises(InputError):
        list(read(io.BytesIO(raw)))
