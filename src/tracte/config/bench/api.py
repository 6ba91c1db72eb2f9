"""`api`: interactions/s over HTTP, in batches of 500, against `ingest` of the same run."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from tracte.config import installation
from tracte.config.bench import Figure, calls, figure

BATCHES, BATCH, GATE = 60, 500, 0.5


def measure(results: dict[str, Figure]) -> Figure:
    administration = installation.ready()
    from tracte.channels import actions
    from tracte.core import tenancy
    from tracte.core.actions import issue_key

    with tenancy.acting_for(administration):
        actions.open_account(key="bench-api", kind="cloudevents", name="Bench")
        secret = issue_key(name="bench", scopes=["interactions:bench-api"], by=None)
    peer = results.get("ingest") or __import__("tracte.config.bench.ingest", fromlist=["measure"]).measure(results)
    port = _free_port()
    server = _serve(port)
    try:
        _wait(port)
        new, seconds = _post(port, secret)
    finally:
        server.terminate()
        server.wait(20)
    return figure(
        new / seconds,
        "interactions/s",
        "ingest",
        peer["value"],
        GATE,
        at_least=True,
        batches=BATCHES,
        also={"nothing lost": new == BATCHES * BATCH},
    )


def _serve(port: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "TRACTE_POOL": "4"}
    return subprocess.Popen(
        [*command, "--no-ws", "--log-level", "error", "tracte.config.asgi:application"], env=environment
    )


def _post(port: int, secret: str) -> tuple[int, float]:
    bodies = list(_bodies())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
    new, started = 0, time.perf_counter()
    for body in bodies:
        connection.request("POST", "/api/v1/interactions", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise ValueError(f"the API answered {answer.status}: {text[:200]!r}")
        new += json.loads(text)["new"]
    return new, time.perf_counter() - started


def _bodies() -> Iterator[bytes]:
    rows = calls.rows(BATCHES * BATCH, seed=7)
    for _ in range(BATCHES):
        yield b"".join(
            json.dumps(_event(dict(zip(calls.COLUMNS, next(rows), strict=True)))).encode() + b"\n" for _ in range(BATCH)
        )


def _event(call: dict) -> dict:
    identifiers = [{"kind": "phone", "value": call["phone"]}]
    if call["document"]:
        identifiers.append({"kind": "national_id", "value": call["document"]})
    person = {"full_name": call["name"], "identifiers": identifiers}
    data = {
        "kind": "call",
        "text": call["summary"],
        "language": "ca",
        "person": person,
        "data": {"duration_s": call["duration_s"]},
    }
    return {
        "specversion": "1.0",
        "id": call["id"],
        "source": "bench",
        "type": "call",
        "time": call["started_at"],
        "data": data,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int) -> None:
    """Until the server is ready; it gives up after 30 s."""
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise ValueError("the server of the benchmark did not start")
