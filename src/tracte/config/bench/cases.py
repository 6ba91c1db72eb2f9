"""`inbox_case`: a case opened through the API, and the 501st of a storm at one place beside the first.

A storm is everybody asking for the same lamp: of each, what is similar is looked for and the case is opened, as the desk
does.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
import uuid
from typing import Any

from tracte.config import installation
from tracte.config.bench import Figure, figure
from tracte.config.bench.inbox import _counted

CASES, WARM, LIMIT_MS, MAX_QUERIES = 300, 20, 50.0, 15
STORM, AT_ONCE, MOST = 500, 20, 2.0  # cases; of how many the median is taken; times the first
HERE = (41.1561, 1.1069)


def measure(_: dict[str, Figure]) -> Figure:
    administration = installation.ready()
    from tracte.config import seeding
    from tracte.core import tenancy

    seeding.furnish(administration)
    with tenancy.acting_for(administration):
        secret, lamp = _prepare()
    times, queries = _post(secret)
    storm = [_one_of_the_storm(administration, lamp) for _ in range(WARM + STORM + AT_ONCE)][WARM:]
    first, last = statistics.median(storm[:AT_ONCE]), statistics.median(storm[-AT_ONCE:])
    p50 = statistics.median(times)
    return figure(
        p50,
        "ms (p50)",
        "limit",
        LIMIT_MS,
        1.0,
        at_least=False,
        p95_ms=round(statistics.quantiles(times, n=20)[18], 1),
        queries=queries,
        cases=CASES,
        storm={"first_ms": round(first, 2), "last_ms": round(last, 2), "times": round(last / first, 2), "of": STORM},
        also={
            f"at most {MAX_QUERIES} queries": queries <= MAX_QUERIES,
            f"number {STORM + 1} of a storm costs at most {MOST:.0f} times the first": last <= MOST * first,
        },
    )


def _prepare() -> tuple[str, Any]:
    """A key and a service whose similar ones are looked for."""
    from tracte.channels.actions import open_account
    from tracte.core.actions import issue_key
    from tracte.core.clock import now
    from tracte.knowledge import actions

    open_account(key="bench-cases", kind="webform", name="Bench")
    lamp = actions.add_service(
        key="bench-fanal", names={"ca": "Fanal"}, term_amount=3, term_unit="working_days", similar_metres=50,
        similar_hours=72, by=None, at=now(),
    )  # fmt: skip
    return issue_key(name="bench", scopes=["cases:bench-cases"], by=None), lamp


def _post(secret: str) -> tuple[list[float], int]:
    """Milliseconds of each through the whole application, and the most queries of one."""
    from django.test import Client

    client = Client(headers={"host": "localhost", "Authorization": f"Bearer {secret}"})
    times, most = [], 0
    for n in range(WARM + CASES):
        place = {"address": f"Carrer Nou, {n}", "latitude": HERE[0] + n / 1000, "longitude": HERE[1]}
        body = json.dumps({"key": f"k{n}", "service": "bench-fanal", "asked": "No s’encén", "place": place})
        with _counted() as counted:
            started = time.perf_counter()
            answer = client.post("/api/v1/cases", body, content_type="application/json")
            spent = (time.perf_counter() - started) * 1000
        if answer.status_code != 200 or not answer.json()["is_new"]:
            raise ValueError(f"the API answered {answer.status_code}: {answer.content[:200]!r}")
        if n >= WARM:
            times.append(spent)
            most = max(most, len(counted))
    return times, most


def _one_of_the_storm(administration: uuid.UUID, lamp: Any) -> float:
    from tracte.core import tenancy
    from tracte.inbox import similar
    from tracte.inbox.actions.cases import Place, open_case

    at = dt.datetime.now(dt.UTC)
    started = time.perf_counter()
    with tenancy.acting_for(administration):
        similar.find(lamp, *HERE, at)
        open_case(lamp, by=None, at=at, key=uuid.uuid4().hex, asked="No s’encén", place=Place(None, "", *HERE))
    return (time.perf_counter() - started) * 1000
