"""`resolve_live_p50`, `resolve_live_p99`: one newcomer weighed against everybody known, beside one indexed point read.

Both on one connection, through the same client, under row-level security, by turns: what disturbs the machine disturbs
both. The newcomers are the records that came last, so everybody else came before them.
"""

from __future__ import annotations

import functools
import os
import statistics
import time
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tracte.config.bench import Figure, figure
from tracte.config.bench.town import RECORDS, Town, town

SAMPLES = int(os.environ.get("TRACTE_BENCH_SAMPLES", "6000"))
WARM, AT_ONCE = 500, 250  # of each before anything counts; resolved in one transaction
P50, P99 = 8.0, 10.0
POINT = "SELECT id, given_name, surname, surname2, birth_date FROM people_sourcerecord WHERE id = %s"


@dataclass
class Samples:
    """Milliseconds of each resolve and of each point read, and what was found."""

    resolves: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    weighed: int = 0
    sequential: list[str] = field(default_factory=list)


def p50(_: dict[str, Figure]) -> Figure:
    return _figure("p50", 50, P50)


def p99(_: dict[str, Figure]) -> Figure:
    return _figure("p99", 99, P99)


def _figure(name: str, percentile: int, gate: float) -> Figure:
    found = samples()
    return figure(
        quantile(found.resolves, percentile),
        f"ms ({name})",
        "one indexed point read by turns with it",
        quantile(found.reads, percentile),
        gate,
        at_least=False,
        records=RECORDS,
        samples=len(found.resolves),
        candidates=round(found.weighed / len(found.resolves), 2),
        also={f"no table is read whole {found.sequential or ''}".strip(): not found.sequential},
        **town().seconds,
    )


def quantile(times: list[float], percentile: int) -> float:
    return statistics.quantiles(times, n=100)[percentile - 1]


@functools.cache
def samples() -> Samples:
    """By turns a resolve and a read, in transactions as `recognise` opens them."""
    where, found = town(), Samples()
    newest, others = _ids(where)
    chosen = [newest[n % len(newest)] for n in range(WARM + SAMPLES)]
    for first in range(0, len(chosen), AT_ONCE):
        _by_turns(where, chosen[first : first + AT_ONCE], others[first : first + AT_ONCE], found)
    for times in (found.resolves, found.reads):
        del times[:WARM]
    found.sequential = sequential(where, newest[0])
    return found


def _by_turns(where: Town, newcomers: list[bytes], others: list[bytes], found: Samples) -> None:
    from tracte.core import sql, tenancy
    from tracte.people import by_model, recognise, weighing

    model = where.model
    with tenancy.acting_for(where.administration):
        recognise.lock()
        for newcomer, other in zip(newcomers, others, strict=True):
            started = time.perf_counter()
            known = weighing.weigh([newcomer], model.learnt, model.id, least=by_model.WORST)
            weighed = time.perf_counter()
            sql.rows(POINT, uuid.UUID(bytes=other), ids_as_bytes=True, prepare=True)
            read = time.perf_counter()
            found.resolves.append((weighed - started) * 1000)
            found.reads.append((read - weighed) * 1000)
            found.weighed += len(known)


def _ids(where: Town) -> tuple[list[bytes], list[bytes]]:
    """The records that came last, and others at random, as many as are measured."""
    from tracte.core import sql, tenancy

    with tenancy.acting_for(where.administration):
        newest = sql.rows(f"SELECT id FROM people_sourcerecord ORDER BY id DESC LIMIT {SAMPLES + WARM}")
        everybody = sql.rows("SELECT id FROM people_sourcerecord TABLESAMPLE SYSTEM (5)", ids_as_bytes=True)
    random = Random(1)  # noqa: S311 - which records, no secret
    random.shuffle(newest)
    some = [id_ for (id_,) in everybody] or [newest[0][0].bytes]
    return [id_.bytes for (id_,) in newest], random.choices(some, k=SAMPLES + WARM)


def sequential(where: Town, newcomer: bytes) -> list[str]:
    """The tables that the statement reads whole, by PostgreSQL's own account."""
    from tracte.core import sql, tenancy
    from tracte.people import by_model, recognise, weighing

    model = where.model
    with tenancy.acting_for(where.administration):
        recognise.lock()
        statement = weighing.statement(model.learnt)
        asked = sql.column("uuid", [newcomer]), model.id, by_model.WORST
        [(plan,)] = sql.rows(f"EXPLAIN (FORMAT JSON) {statement}", *asked)
    return sorted(_scans(plan[0]["Plan"]))


def _scans(node: dict[str, Any]) -> set[str]:
    mine = {node["Relation Name"]} if node["Node Type"] in ("Seq Scan", "Parallel Seq Scan") else set()
    return mine.union(*(_scans(child) for child in node.get("Plans", ())))
