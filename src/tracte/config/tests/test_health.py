"""Operators learn whether it lives, whether it is ready and how it goes; nothing about anybody."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError, connection

from tracte.config import health
from tracte.core import tenancy
from tracte.desk.tests import cast


class Silent:
    """A database that does not answer."""

    def __getitem__(self, alias):
        raise OperationalError('connection to server at "db.intern" failed')


@pytest.fixture
def no_database(monkeypatch):
    monkeypatch.setattr(health, "connections", Silent())


def test_it_lives_even_without_its_database(client, no_database):
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


def test_it_is_ready_when_the_database_answers(client, db):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


def test_without_its_database_it_is_not_ready_and_does_not_say_where_that_is(client, no_database):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert "db.intern" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/metrics"])
def test_nobody_is_remembered_for_asking(client, db, address):
    assert not client.get(address).cookies


def test_the_figures_are_openmetrics(client, db):
    answer = client.get("/metrics")
    assert answer["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    lines = answer.content.decode().split("\n")
    assert lines[-2:] == ["# EOF", ""]
    declared = dict(re.fullmatch(r"# TYPE (\w+) (\w+)", line).groups() for line in lines[:-2] if line[0] == "#")
    samples = dict(line.split(" ") for line in lines[:-2] if line[0] != "#")
    assert declared.keys() == samples.keys() and set(declared.values()) == {"gauge"}
    assert float(samples["tracte_start_time_seconds"]) == pytest.approx(health.STARTED, abs=1)
    assert int(samples["tracte_database_bytes"]) > 1 << 20


def test_the_figures_tell_nothing_of_anybody(client, administration, agent):
    cast.say("oficina", cast.merce()["oficina"], 1, "Bon dia")
    told = client.get("/metrics").content.decode()
    for secret in (str(administration), "Govern", "Mercè", "Jordi", cast.MERCE_PHONE, cast.MERCE_MAIL, "oficina"):
        assert secret not in told


def test_the_figures_count_the_jobs_of_all_administrations(client, administration):
    with connection.cursor() as cursor:
        for status in ("todo", "todo", "failed", "succeeded"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, status, queue_name) VALUES ('t', %s, 'q')", [status]
            )
        cursor.execute("SELECT set_config(%s, '', true)", [tenancy.SETTING])
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
    told = client.get("/metrics").content.decode().splitlines()
    assert {"tracte_queue_waiting_jobs 2", "tracte_queue_failed_jobs 1"} <= set(told)


def test_without_its_database_there_are_no_figures(client, no_database):
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")
