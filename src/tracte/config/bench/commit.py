"""`resolve_commit`: one newcomer recognised, with the model in use, to a durable commit, beside one durable insert.

The peer writes one row into the same table of records, by the same role, with keys under which nobody will ever meet
it: the same indexes at the same depth, under the same policies. By turns, each in a transaction of its own.
"""

from __future__ import annotations

import os
import statistics
import time
import uuid
from random import Random

from tracte.config.bench import Figure, figure
from tracte.config.bench.town import NEWCOMERS, RECORDS, receive, town
from tracte.people.appearance import Appearance

SAMPLES = min(int(os.environ.get("TRACTE_BENCH_SAMPLES", "2500")), NEWCOMERS - 200)
WARM, GATE = 200, 5.0
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
INSERT = """
INSERT INTO people_sourcerecord (id, source, key, given_name, surname, surname2, birth_date, address, postcode,
language, assurance, purposes, first_seen_at, key_birth_surname, key_birth_given, key_place, key_name)
VALUES (%s, %s, %s, %s, %s, %s, %s, '', '', '', 1, '{attend}', now(), %s, %s, %s, %s)
"""


def measure(_: dict[str, Figure]) -> Figure:
    where = town()
    recognised, inserted = [], []
    random = Random(1)  # noqa: S311 - keys that nobody has, no secret
    for who in where.newcomers[: WARM + SAMPLES]:
        started = time.perf_counter()
        receive(where.administration, [who])
        done = time.perf_counter()
        _insert(where.administration, who, random)
        inserted.append((time.perf_counter() - done) * 1000)
        recognised.append((done - started) * 1000)
    del recognised[:WARM], inserted[:WARM]
    durable, statements = _durability(), _statements(where.administration, where.newcomers[-1])
    return figure(
        statistics.median(recognised),
        "ms (p50)",
        "one durable insert into the same table, by turns with it",
        statistics.median(inserted),
        GATE,
        at_least=False,
        records=RECORDS,
        samples=len(recognised),
        p99_ms=round(statistics.quantiles(recognised, n=100)[98], 3),
        insert_p99_ms=round(statistics.quantiles(inserted, n=100)[98], 3),
        statements=statements,
        also={f"{name} is on": value == "on" for name, value in durable.items()},
    )


def _insert(administration: uuid.UUID, who: Appearance, random: Random) -> None:
    from tracte.core import sql, tenancy
    from tracte.core.ids import uuid7

    keys = [random.getrandbits(63) for _ in range(4)]
    with tenancy.acting_for(administration):
        name = who.given_name, who.surname, who.surname2
        sql.run(INSERT, uuid7(), uuid.UUID(int=1), random.randbytes(16), *name, who.birth_date, *keys)


def _durability() -> dict[str, str]:
    """What PostgreSQL says of how it commits: without these an insert would be none."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(DURABLE)])
        return dict(cursor.fetchall())


def _statements(administration: uuid.UUID, who: Appearance) -> int:
    """How many statements one newcomer takes, by the server's own count of calls to the driver."""
    import psycopg

    counted = 0
    execute = psycopg.Cursor.execute

    def counting(self, *args, **kwargs):
        nonlocal counted
        counted += 1
        return execute(self, *args, **kwargs)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    try:
        receive(administration, [who])
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    return counted
