"""The batch pass on a real cluster of Spark makes the links that it makes on DuckDB."""

import pytest
from django.db import transaction

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people import batch, training
from tracte.people.models import Edge
from tracte.people.tests.test_batch import silent, town

pytestmark = [
    pytest.mark.django_db, pytest.mark.usefixtures("administration"), pytest.mark.slow, pytest.mark.timeout(1800),
]  # fmt: skip


def test_both_engines_make_the_same_links_for_the_same_reasons(spark):
    town()
    training.train(at=now(), tell=silent)
    done, edges = {}, {}
    for engine in ("duckdb", "spark"):
        before = transaction.savepoint()
        done[engine] = batch.resolve(tenancy.required(), at=now(), engine=engine, tell=silent)
        edges[engine] = list(Edge.objects.filter(rule="model").order_by("seq").values_list("a_id", "b_id", "weights"))
        transaction.savepoint_rollback(before)
    assert done["spark"] == done["duckdb"] and done["spark"]["linked"] > 20
    assert edges["spark"] == edges["duckdb"]
