import datetime as dt
from pathlib import Path

import pytest

from tracte.channels.connectors.visits.parse import parse, read
from tracte.channels.message import IN, Message, Reject
from tracte.people.appearance import DECLARED, VERIFIED, Identifier

FIXTURE = Path(__file__).parents[1] / "fixtures" / "visits.csv"


@pytest.fixture(scope="module")
def visits():
    with FIXTURE.open("rb") as stream:
        return list(read(stream))


def test_a_checked_document_verifies_document_name_and_birth_date(visits):
    visit = visits[0]
    assert (visit.external_id, visit.kind, visit.direction, visit.territory) == ("V-1", "visit", IN, "Vic")
    who = visit.who
    assert (who.given_name, who.surname, who.surname2) == ("Mercè", "Puig", "Ferrer")
    assert (who.birth_date, who.name_assurance) == (dt.date(1984, 5, 17), VERIFIED)
    assert (who.address, who.postcode) == ("Plaça Major, 1", "08500")
    assert who.identifiers == [
        Identifier("national_id", "12345678Z", VERIFIED),
        Identifier("phone", "600111222", DECLARED),
        Identifier("email", "merce@exemple.cat", DECLARED),
    ]
    assert visit.data == {"office": "OAC Vic", "document_checked": True}


def test_what_was_not_checked_is_declared(visits):
    assert visits[1].who.name_assurance == DECLARED and visits[1].data["document_checked"] is False


def test_a_visitor_who_gave_nothing_is_nobody(visits):
    assert visits[2].who is None and visits[2].text == "Demana un plànol"


def test_dirt_is_kept_and_flagged(visits):
    assert visits[3].flags == ["assurance_unknown", "document_checked_invalid"]
    assert visits[3].who.identifiers == [Identifier("national_id", "87654321X", DECLARED)]
    assert visits[3].who.birth_date == dt.date(1990, 5, 17)
    assert visits[4].flags == ["birth_date_invalid"] and visits[4].who.birth_date is None


def test_all_are_messages_and_garbage_is_refused(visits):
    assert all(isinstance(visit, Message) for visit in visits) and len(visits) == 5
    assert [type(found) for found in parse(b"\x00\x01\x02" * 50)] == [Reject]
