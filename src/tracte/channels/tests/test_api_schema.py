"""The API keeps to its description whatever is sent: no error of the server, no answer that it does not describe."""

from __future__ import annotations

from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from tracte.channels import actions
from tracte.channels.models import Interaction
from tracte.core.actions import issue_key

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
CASES = 400
abuse = settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def schema(administration):
    signals = (request_started, request_finished)
    for signal in signals:  # a request leaves the connection, and the transaction of the test in it, as it found it
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key(administration):
    actions.open_account(key="centraleta", kind="cloudevents", name="Centraleta")
    return issue_key(name="centraleta", scopes=["interactions:centraleta"], by=None)


def cases(schema, *modes):
    """Requests to the interactions, as the description has them (positive) or not (negative)."""
    operations = [found.ok() for found in schema.get_all_operations() if "interactions" in found.ok().label]
    assert operations
    return st.one_of(*(operation.as_strategy(generation_mode=mode) for operation in operations for mode in modes))


def test_the_description_is_of_every_operation(schema):
    assert [found.ok().label for found in schema.get_all_operations()] == [
        "POST /api/v1/interactions",
        "POST /api/v1/cases",
    ]
    schema.validate()


def test_whatever_is_sent_is_answered_as_described(schema, key):
    """A row that the description forbids is a reject in an answer 200, not an error: its neighbours come in."""
    seen = Counter()

    @seed(1)
    @abuse
    @given(case=cases(schema, GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    def send(case):
        answer = case.call_and_validate(
            headers={"Authorization": f"Bearer {key}"}, excluded_checks=[negative_data_rejection]
        )
        seen[answer.status_code] += 1
        if answer.status_code == 200:
            told = answer.json()
            assert told["received"] == told["new"] + told["duplicate"] + len(told["rejected"])
            seen["new"] += told["new"]

    send()
    assert seen[200] and seen[400] and seen["new"] == Interaction.objects.count() > 10, seen


def test_without_a_key_nothing_is_answered_but_no(schema, key):
    @seed(1)
    @abuse
    @given(case=cases(schema, GenerationMode.POSITIVE))
    def send(case):
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {key}a"})
        assert answer.status_code == 401

    send()
    assert not Interaction.objects.exists()
