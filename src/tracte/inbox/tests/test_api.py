"""A program opens a case, once, and is told who has it and by when, and why then."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracte.core import sql, tenancy
from tracte.core.actions import issue_key
from tracte.inbox.models import Case
from tracte.inbox.tests import cast, town
from tracte.knowledge import actions as knowledge

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
FIELDS = [
    {"key": "fanal", "kind": "number", "labels": {"ca": "Número del fanal"}, "is_required": True},
    {"key": "intern", "kind": "text", "labels": {"ca": "Nota"}, "for_agents": True},
]


@pytest.fixture
def place(administration):
    made = town.build()
    knowledge.revise(made.services["carrer.llum.fanal"], fields=FIELDS, by=None, at=cast.ago(0))
    cast.door("bustia")
    return made


@pytest.fixture
def post(client, place):
    cast.door("formularis")
    key = issue_key(name="formularis", scopes=["cases:formularis"], by=None)

    def send(body=None, *, bearer=key, content_type="application/json", **changes):
        given = {"key": "a-1", "service": "carrer.llum.fanal", "asked": "No s’encén", "fields": {"fanal": 12}} | changes
        body = json.dumps(given) if body is None else body
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return client.post("/api/v1/cases", body, content_type=content_type, headers=headers)

    return send


def test_it_is_opened_routed_and_promised(post, place):
    answer = post(
        place={"territory": "riudeclar", "address": "Carrer de la Font, 8", "latitude": 41.15, "longitude": 1},
        answer={"email": "merce@exemple.cat", "language": "es"},
    )
    assert answer.status_code == 200, answer.content
    told, case = answer.json(), Case.objects.get()
    assert told["id"] == str(case.id) and told["number"] == case.reference and told["is_new"]
    assert told["unit"] == {"code": "camp", "name": "Camp"}
    assert told["due_at"] == case.due_at.isoformat()
    derivation = told["derivation"]
    assert (derivation["amount"], derivation["unit"], derivation["calendar"]) == (3, "working_days", "atencio")
    assert (case.fields, case.address, case.language) == ({"fanal": 12.0}, "merce@exemple.cat", "es")
    assert case.account.key == "bustia", "a form has no way to an address: our mailbox has"
    assert (case.longitude, case.by, case.steps.get().what) == (1.0, None, "opened")


def test_the_same_key_is_the_same_case(post):
    first, again = post().json(), post(asked="Una altra cosa").json()
    assert again == first | {"is_new": False} and Case.objects.count() == 1
    assert post(service="ja-no-hi-es").json() == again, "also where it could not be opened any more"


def test_it_costs_a_few_queries(post, monkeypatch):
    """All of them, also those of set-based statements; not what only a transaction within another one needs."""
    post()
    asked, execute = [], sql._execute
    monkeypatch.setattr(sql, "_execute", lambda *given: asked.append(given[1]) or execute(*given))
    place = {"territory": "riudeclar", "latitude": 41.15, "longitude": 1.1}
    with CaptureQueriesContext(connection) as seen:
        body = {"key": "a-2", "service": "carrer.llum.fanal", "asked": "No", "fields": {"fanal": 1}, "place": place}
        assert post(json.dumps(body)).status_code == 200
    nesting = ("SAVEPOINT", "RELEASE", f"SELECT {tenancy.CURRENT}")
    asked += [one["sql"] for one in seen if not one["sql"].startswith(nesting)]
    told = [one for one in asked if "set_config" in one]
    assert len(asked) - len(told) + 1 <= MOST_QUERIES, "\n".join(asked)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"service": "res"}, "service must be the key"),
        ({"asked": " "}, "asked must say something"),
        ({"fields": {}}, "Falta «Número del fanal»"),
        ({"fields": {"fanal": 1, "intern": "x"}}, "«intern»"),
        ({"fields": {"fanal": [1]}}, "fields must be an object"),
        ({"place": {"territory": "lluny"}}, "unknown territory"),
        ({"place": {"latitude": 41}}, "both latitude and longitude"),
        ({"place": {"latitude": 91, "longitude": 1}}, "latitude must be a number"),
        ({"answer": {"email": "merce"}}, "email must be an address"),
        ({"answer": {"language": "fr"}}, "language must be one of"),
        ({"urgent": True}, "has no 'urgent'"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_and_opens_nothing(post, changes, told):
    answer = post(**changes)
    assert answer.status_code == 422 and told in answer.json()["detail"], answer.content
    assert answer["Content-Type"] == "application/problem+json" and not Case.objects.exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"body": "{"}, 400),
        ({"body": "[]"}, 422),
        ({"body": " " * 200_001}, 413),
        ({"content_type": "text/plain"}, 415),
        ({"bearer": None}, 401),
        ({"bearer": "x"}, 401),
    ],
)
def test_other_refusals_are_problems_too(post, given, status):
    answer = post(**given)
    assert answer.status_code == status and answer.json()["status"] == status
    assert not Case.objects.exists()


def test_a_key_for_interactions_opens_no_case(post):
    assert post(bearer=issue_key(name="altra", scopes=["interactions:formularis"], by=None)).status_code == 401


def test_an_account_sees_its_own_services(post, place):
    service = place.services["carrer.llum.fanal"]
    seen = [{"application": "formularis", "since": None, "until": "2020-01-01"}]
    knowledge.revise(service, visibilities=seen, by=None, at=cast.ago(0))
    assert post().status_code == 422
