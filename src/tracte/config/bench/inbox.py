"""`inbox_list`: a page of the inbox at a million conversations and ten million interactions, and a long one opened.

Through the whole application, as an agent's browser asks: session, units, list, counts, and eight views of one's own. One conversation in LIVELY is
open; the rest is history, which must cost nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tracte.config import installation
from tracte.config.bench import Figure, figure

CONVERSATIONS = int(os.environ.get("TRACTE_BENCH_CONVERSATIONS", "1000000"))
TURNS, LONG, LIVELY, UNITS = 10, 200, 40, 20
PAGES, WARM = 200, 20
LIMIT_MS, MAX_QUERIES = 80.0, 15
VIEWS = ("free", "team", "late", "mine", "waiting", "closed", "team&language=oc", "free&topic=none&due=today")
# One's own, counted on every page: what hardly anything is, what everything is, and both together.
OWN: tuple[dict[str, str], ...] = (
    {"language": "oc"},
    {"language": "ca"},
    {"kind": "telegram"},
    {"kind": "email", "due": "late"},
    {"topic": "none", "waits": "yes"},
    {"topic": "none", "language": "oc", "due": "none"},
    {"due": "week", "waits": "yes", "language": "en"},
    {"language": "es", "kind": "email"},
)

# Conversation n, its record and its turns have numbers for ids: n, n, and n * 1000 + turn.
ID = "lpad(to_hex({}), 32, '0')::uuid"
AT = "%(start)s + interval '1 minute' * (n * {minutes}::float8 / %(all)s)"
FILL = (
    "INSERT INTO people_sourcerecord (id, source, key, given_name, surname, surname2, address, postcode, language, "
    f"assurance, purposes, first_seen_at) SELECT {ID.format('n')}, %(account)s, decode(md5(n::text), 'hex'), "
    "'Nom' || n %% 997, 'Cognom' || n %% 9973, '', '', '', 'ca', 1, '{attend}', now() FROM generate_series(1, %(all)s) n",
    f"INSERT INTO people_person (id, created_at) SELECT {ID.format('n')}, now() FROM generate_series(1, %(all)s) n",
    f"INSERT INTO people_membership (record_id, person_id) SELECT {ID.format('n')}, {ID.format('n')} "
    "FROM generate_series(1, %(all)s) n",
    "INSERT INTO inbox_conversation (id, account_id, record_id, subject, excerpt, language, unit_id, agent_id, opened_at, "
    f"last_at, turns_count, waiting_since, due_at) SELECT {ID.format('n')}, %(account)s, {ID.format('n')}, "
    "'Ajut al lloguer: em falta un document?', 'Bon dia, vaig rebre un avís que no entenc', 'ca', "
    "(%(units)s::uuid[])[1 + n / %(lively)s %% %(many)s], CASE WHEN n %% 3 = 0 THEN %(agent)s END, {at}, {at}, %(turns)s, {at}, "
    "{at} + interval '2 days' FROM generate_series(1, %(all)s) n",
    "INSERT INTO inbox_closure (id, conversation_id, at, how, reason) "
    f"SELECT {ID.format('n')}, {ID.format('n')}, now(), 'answered', '' "
    "FROM generate_series(1, %(all)s) n WHERE n %% %(lively)s <> 0",
    "UPDATE inbox_conversation SET closure_id = id, waiting_since = NULL, due_at = '9999-01-01' "
    "WHERE id IN (SELECT conversation_id FROM inbox_closure)",
)
SAID = (
    "INSERT INTO channels_interaction (id, at, account_id, record_id, direction, kind, language, subject, text, data, "
    f"received_at) SELECT {ID.format('n * 1000 + t')}, {{at}} + interval '1 minute' * t, %(account)s, {ID.format('n')}, "
    "CASE WHEN t %% 2 = 1 THEN 'in' ELSE 'out' END, 'message', 'ca', '', repeat('Bon dia, vaig rebre un avís. ', 6), "
    "'{}', now() FROM generate_series(%(first)s, %(last)s) n, generate_series(1, %(turns)s) t",
    f"INSERT INTO inbox_turn (interaction, conversation_id, at) SELECT {ID.format('n * 1000 + t')}, {ID.format('n')}, "
    "{at} + interval '1 minute' * t FROM generate_series(%(first)s, %(last)s) n, generate_series(1, %(turns)s) t",
)


def measure(_: dict[str, Figure]) -> Figure:
    administration = installation.ready()
    from django.db import connections

    from tracte.config import seeding
    from tracte.core import tenancy

    seeding.furnish(administration)
    seeding.hire_demo_staff(administration)
    started = time.monotonic()
    with tenancy.acting_for(administration):
        long = fill(CONVERSATIONS).long
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    filled = time.monotonic() - started
    lists, queries = _ask(administration, [f"/desk/inbox/?view={view}" for view in VIEWS])
    opened, more = _ask(administration, [f"/desk/inbox/{one}/?view=team" for one in long])
    return figure(
        p95(lists),
        "ms (p95)",
        "limit",
        LIMIT_MS,
        1.0,
        at_least=False,
        p50_ms=round(statistics.median(lists), 1),
        queries=queries,
        conversations=CONVERSATIONS,
        interactions=CONVERSATIONS * TURNS,
        filled_seconds=round(filled),
        of_200_messages={
            "p50_ms": round(statistics.median(opened), 1),
            "p95_ms": round(p95(opened), 1),
            "queries": more,
        },
        also={
            f"at most {MAX_QUERIES} queries": queries <= MAX_QUERIES,
            f"{LONG} messages open within {LIMIT_MS:.0f} ms (p95)": p95(opened) <= LIMIT_MS,
        },
    )


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


class Filled(NamedTuple):
    units: list[uuid.UUID]
    long: list[uuid.UUID]  # open conversations of LONG messages


def fill(conversations: int, lively: int = LIVELY) -> Filled:
    """Rows straight into the tables, as the application's role. One in `lively` is open."""
    from django.db import connection

    from tracte.channels.actions import open_account
    from tracte.config.seeding import STAFF
    from tracte.core.actions import add_unit
    from tracte.core.clock import now
    from tracte.core.models import Unit, User
    from tracte.inbox.actions.viewing import keep_view

    office = Unit.objects.get(code="atencio")
    first_day = dt.date(2020, 1, 1)
    units = [add_unit(code=f"u{n}", name=f"Unitat {n}", since=first_day, parent=office).id for n in range(UNITS)]
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=700)
    given: dict[str, Any] = {"all": conversations, "units": units, "many": UNITS, "turns": TURNS, "lively": lively}
    given |= {"account": open_account(key="p0", kind="email", name="Bústia").id, "start": start}
    agent = User.objects.get(email=STAFF[0][0])
    given["agent"] = agent.id
    at = AT.format(minutes=690 * 1440)
    with connection.cursor() as cursor:
        cursor.execute("SELECT channels_ensure_months(%s::date[])", [_months(start)])
        for statement in FILL:
            cursor.execute(statement.replace("{at}", at), given)
        for n, filters in enumerate(OWN):
            keep_view(f"Vista {n}", by=agent, at=now(), view="team", filters=filters)
        for first in range(1, conversations + 1, 50_000):
            part = given | {"first": first, "last": min(first + 49_999, conversations)}
            for statement in SAID:
                cursor.execute(statement.replace("{at}", at), part)
        return Filled(units, _lengthen(cursor, given, at))


def _lengthen(cursor: Any, given: dict[str, Any], at: str) -> list[uuid.UUID]:
    """Some of the newest open ones get LONG turns."""
    lively = given["lively"]
    newest = given["all"] // lively * lively
    long = [newest - n * lively for n in range(min(10, given["all"] // lively))]
    for n in long:
        part = given | {"first": n, "last": n, "turns": LONG}
        for statement in SAID:
            series = f"generate_series({TURNS + 1}, %(turns)s) t"
            cursor.execute(statement.replace("{at}", at).replace("generate_series(1, %(turns)s) t", series), part)
        cursor.execute("UPDATE inbox_conversation SET turns_count = %s WHERE id = %s", [LONG, uuid.UUID(int=n)])
    return [uuid.UUID(int=n) for n in long]


def _months(start: dt.datetime) -> list[dt.date]:
    days = [start.date() + dt.timedelta(days=n) for n in range(740)]
    return sorted({day.replace(day=1) for day in days})


def _ask(administration: uuid.UUID, paths: list[str]) -> tuple[list[float], int]:
    """Milliseconds of each page through the whole application, and the most queries of one."""
    from django.test import Client

    from tracte.config.seeding import STAFF
    from tracte.core import tenancy
    from tracte.core.models import User

    client = Client(headers={"host": "localhost"})
    with tenancy.acting_for(administration):
        client.force_login(User.objects.get(email=STAFF[0][0]))
    times, most = [], 0
    for n in range(WARM + PAGES):
        with _counted() as counted:
            started = time.perf_counter()
            answer = client.get(paths[n % len(paths)])
            spent = (time.perf_counter() - started) * 1000
        if answer.status_code != 200:
            raise ValueError(f"{paths[n % len(paths)]} answered {answer.status_code}")
        if n >= WARM:
            times.append(spent)
            most = max(most, len(counted))
    return times, most


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Every statement that is asked meanwhile, Django's and ours; savepoints are none."""
    from django.db import connection

    from tracte.core import sql

    asked: list[str] = []
    plain = sql._execute

    def ours(cursor: Any, statement: str, parameters: tuple[object, ...], prepare: bool = False) -> Any:
        asked.append(statement)
        return plain(cursor, statement, parameters, prepare)

    def django(run: Any, statement: str, *rest: Any) -> Any:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            asked.append(statement)
        return run(statement, *rest)

    sql._execute = ours
    try:
        with connection.execute_wrapper(django):
            yield asked
    finally:
        sql._execute = plain
