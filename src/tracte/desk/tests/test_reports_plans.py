"""A report of a month reads that month: with 50,000 conversations of five years no table is read from end to end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

import pytest
from django.db import connection, connections

from tracte.core import sql, tenancy
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.reports.period import Period
from tracte.desk.reports.views import QUESTIONS
from tracte.inbox import askable
from tracte.inbox.tests import cast

MANY = 50_000
AT = "%(start)s::timestamptz + n * interval '50 minutes'"
ID = [f"lpad(to_hex({n} * 1000000000::bigint + n), 32, '0')::uuid" for n in range(6)]  # one for each n of a table
FILL = (
    f"""INSERT INTO inbox_conversation (id, account_id, unit_id, subject, excerpt, language, seems_language, opened_at,
    last_at, turns_count, due_at) SELECT {ID[0]}, %(account)s, %(unit)s, '', '', 'ca', '', {AT},
    {AT}, 1, 'infinity' FROM generate_series(1, %(many)s) n""",
    f"""INSERT INTO channels_dispatch (id, account_id, to_sealed, subject, text, language, in_reply_to, answers, key,
    by_id, at, not_before, state) SELECT {ID[1]}, %(account)s, '', '', 'a', 'ca', '{{}}', '',
    n::text, %(agent)s, {AT}, {AT}, 'sent' FROM generate_series(1, %(many)s) n""",
    f"""INSERT INTO inbox_turn (interaction, conversation_id, at, dispatch_id) SELECT {ID[1]},
    {ID[0]}, {AT}, {ID[1]} FROM generate_series(1, %(many)s) n""",
    f"""INSERT INTO inbox_turn (interaction, conversation_id, at) SELECT {ID[2]},
    {ID[0]}, {AT} FROM generate_series(1, %(many)s) n""",
    f"""INSERT INTO inbox_closure (id, conversation_id, at, how, reason) SELECT {ID[3]},
    {ID[0]}, {AT}, 'answered', '' FROM generate_series(1, %(many)s) n WHERE n %% 50 > 0""",
    """UPDATE inbox_conversation v SET closure_id = c.id FROM inbox_closure c WHERE c.conversation_id = v.id""",
    f"""INSERT INTO inbox_promise (id, conversation_id, what, since, amount, unit, calendar_id, skipped, at, ended_at,
    "end") SELECT {ID[4]}, {ID[0]}, 'answer', {AT}, 2, 'working_days',
    %(calendar)s, '[]', {AT}, {AT}, 'kept' FROM generate_series(1, %(many)s) n""",
    f"""INSERT INTO inbox_asking (id, closure_id, language, at, expires_at) SELECT {ID[5]},
    {ID[3]}, 'ca', {AT}, {AT} + interval '30 days' FROM generate_series(1, %(many)s) n
    WHERE n %% 50 > 0""",
    f"""INSERT INTO inbox_opinion (asking_id, at, changed_at, satisfaction, why) SELECT {ID[5]},
    {AT}, {AT}, 4, '' FROM generate_series(1, %(many)s) n WHERE n %% 50 > 0""",
)
LARGE = "inbox_conversation inbox_turn inbox_closure inbox_promise inbox_asking inbox_opinion channels_dispatch".split()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_question_reads_a_whole_table(administration, agent, monkeypatch):
    with tenancy.acting_for(administration):
        cast.clock()
        given = {"account": cast.door("bustia").id, "unit": Unit.objects.get(code="govern").id, "many": MANY}
        given |= {"agent": agent.id, "start": now() - dt.timedelta(minutes=50 * MANY), "calendar": _calendar()}
        with connection.cursor() as cursor:
            for statement in FILL:
                cursor.execute(statement, given)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(LARGE)}")
    asked: list[tuple] = []
    plain = sql._execute
    monkeypatch.setattr(
        sql, "_execute", lambda cursor, said, given, *more: asked.append((said, given)) or plain(cursor, said, given)
    )
    today = now().date()
    with tenancy.acting_for(administration):
        period = Period(today - dt.timedelta(days=60), today - dt.timedelta(days=31), [given["unit"], uuid.uuid4()])
        for ask in QUESTIONS.values():
            assert not ask(period).trouble
        askable.conversations(now())
        monkeypatch.setattr(sql, "_execute", plain)
        read = {said: _read(sql.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {said}", *given)[0][0]) for said, given in asked}
    assert len(read) > 12
    assert [(dict(rows), said) for said, rows in read.items() if max(rows.values()) > MANY // 10] == []


def _read(plan) -> dict[str, int]:
    """How many rows of each table a statement looked at."""
    read: Counter[str] = Counter()
    nodes = [one["Plan"] for one in plan]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        looked = sum(node.get(name, 0) for name in ("Actual Rows", "Rows Removed by Filter"))
        read[node.get("Relation Name", "")] += round(looked * node["Actual Loops"]) if "Relation Name" in node else 0
    return read


def _calendar():
    from tracte.core.models import Calendar

    return Calendar.objects.get().id
