import io
import json

import pytest

from tracte.channels.connectors.source import InputError
from tracte.channels.connectors.tabular.parse import load_mapping, read_table
from tracte.channels.connectors.tests.real_data import real
from tracte.channels.message import Message, Reject

MAPPING = load_mapping("georeport_v2")
REQUEST = {
    "service_request_id": "638344",
    "status": "open",
    "service_name": "Voreres",
    "service_code": "voreres",
    "description": "Hi ha un panot aixecat",
    "requested_datetime": "2026-03-02T06:37:38+01:00",
    "updated_datetime": "ahir",
    "lat": 41.93,
    "long": 2.2545,
    "non_public": False,
    "email": "merce@exemple.cat",
    "extended_attributes": {"channel": "web"},
}
XML = """<?xml version="1.0"?><service_requests><request><service_request_id>1</service_request_id>
<requested_datetime>2026-03-02T06:37:38Z</requested_datetime><service_name>Voreres &amp; passos</service_name>
<description></description><lat>0</lat><long>0</long><g><k>a</k><k>b</k></g></request>%s</service_requests>"""


def requests(raw, form):
    return list(read_table(io.BytesIO(raw), MAPPING, format=form))


@pytest.mark.parametrize("wrapped", [lambda r: [r], lambda r: {"service_requests": [r]}, lambda r: r])
def test_json(wrapped):
    (message,) = requests(json.dumps(wrapped(REQUEST)).encode(), "json")
    assert (message.external_id, message.subject, message.topic) == ("638344", "Voreres", "Voreres")
    assert message.at.isoformat() == "2026-03-02T06:37:38+01:00" and message.kind == "request"
    assert message.data["coordinates"] == {"lat": 41.93, "lon": 2.2545} and message.data["channel_detail"] == "web"
    assert message.flags == ["updated_at_invalid"] and message.data["updated_at"] == "ahir"
    assert message.who.identifiers[0].value == "merce@exemple.cat" and message.data["non_public"] is False


def test_csv_with_only_some_columns():
    (message,) = requests(b"service_request_id,requested_datetime\n7,2026-03-02T06:37:38Z\n", "csv")
    assert (message.external_id, message.who) == ("7", None)


def test_xml():
    (message,) = requests((XML % "").encode(), "xml")
    assert message.subject == "Voreres & passos" and message.flags == ["coordinates_outside"]
    assert json.loads(message.raw)["g.k"] == "a, b"


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r><request><x>&b;</x></request></r>',
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        "<r>" * 500,
        "hola",
    ],
)
def test_xml_with_a_document_type_or_no_xml_is_refused(attack):
    with pytest.raises(InputError) as error:
        requests(attack.encode(), "xml")
    assert "\n" not in str(error.value)


def test_broken_xml_keeps_what_came_before():
    found = requests((XML % "<request>").encode(), "xml")
    assert [type(item) for item in found] == [Message, Reject] and "after 1 records: not XML" in found[1].reason


def test_the_answers_of_fixmystreet():
    found = {}
    for path in sorted(real("open311/georeport_xml_fixmystreet").glob("getservicerequests_*.xml")):
        for message in read_table(path, MAPPING):
            assert isinstance(message, Message), path
            found[message.external_id] = message
    assert set(found) == {"638344", "638345", "638346", "123456", "22032542", "22032543", "XXX_ID"}
    assert found["XXX_ID"].flags == ["updated_at_invalid", "coordinates_invalid"]
    assert found["22032543"].data["non_public"] is True
