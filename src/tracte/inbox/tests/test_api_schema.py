"""The Cases API keeps to its description whatever is sent: no error of the server, no answer that it does not tell."""

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
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tracte.core.actions import issue_key
from tracte.inbox.models import Case
from tracte.inbox.tests import cast, town

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
abuse = settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def operation(administration):
    signals = (request_started, request_finished)
    for signal in signals:  # a request leaves the connection, and the transaction of the test in it, as it found it
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())["/api/v1/cases"]["POST"]
    for signal in signals:
        signal.connect(close_old_connections)


def test_whatever_is_sent_is_answered_as_described(operation):
    """That a service or a territory exists no description can say: such a refusal is as good as any."""
    town.build()
    cast.door("formularis")
    key = issue_key(name="formularis", scopes=["cases:formularis"], by=None)
    seen, modes = Counter(), (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

    @seed(1)
    @abuse
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)), known=st.booleans())
    def send(case, known):
        if known and isinstance(case.body, dict):
            case.body = case.body | {"service": "carrer"}
        answer = case.call_and_validate(
            headers={"Authorization": f"Bearer {key}"},
            excluded_checks=[negative_data_rejection, positive_data_acceptance],
        )
        seen[answer.status_code] += 1

    send()
    assert seen[422] and seen[200] and Case.objects.exists(), seen
