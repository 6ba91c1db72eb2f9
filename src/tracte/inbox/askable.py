"""Which closures somebody may be asked about: answered by a person, by a way that carries a question, not reopened,
not confidential, by nobody who waits, came back, or was asked lately. What was never asked for a day is let be."""

from __future__ import annotations

import datetime as dt
import uuid

from tracte.core.sql import column, rows

WAIT = dt.timedelta(hours=1)  # who closes by mistake, or is thanked with another question, reopens within it
WINDOW = dt.timedelta(days=1)  # how far a worker that was down looks back; later an opinion is of something forgotten
REST = dt.timedelta(days=30)  # between two questions to the same person
KINDS = ("email", "telegram", "webform")
MOST = 200

CLOSED = """
WITH closed AS ({closed})
SELECT closed.id FROM closed JOIN channels_account a ON a.id = closed.account_id AND a.kind = ANY(%s::text[])
WHERE NOT EXISTS (
  SELECT FROM inbox_conversation v WHERE v.record_id = closed.record_id AND v.closure_id IS NULL
    AND v.waiting_since IS NOT NULL)
AND NOT EXISTS (
  SELECT FROM inbox_conversation v JOIN inbox_turn t ON t.conversation_id = v.id
  JOIN channels_interaction i ON i.id = t.interaction AND i.at = t.at AND i.data ? 'bounce'
  WHERE v.record_id = closed.record_id)
AND NOT EXISTS (
  SELECT FROM people_membership mine JOIN people_membership m ON m.person_id = mine.person_id AND m.to_seq IS NULL
  JOIN inbox_asking k ON k.record_id = m.record_id AND k.at > %s::timestamptz
  WHERE mine.record_id = closed.record_id AND mine.to_seq IS NULL)
ORDER BY closed.at LIMIT %s::bigint
"""
CONVERSATIONS = CLOSED.format(
    closed="""
SELECT c.id, c.at, v.account_id, v.record_id FROM inbox_closure c JOIN inbox_conversation v ON v.closure_id = c.id
WHERE c.at BETWEEN %s::timestamptz AND %s::timestamptz AND c.how = 'answered'
AND NOT EXISTS (SELECT FROM inbox_asking k WHERE k.closure_id = c.id)
AND EXISTS (
  SELECT FROM inbox_turn t JOIN channels_dispatch d ON d.id = t.dispatch_id AND d.by_id IS NOT NULL
    AND d.state = 'sent' WHERE t.conversation_id = v.id)
AND NOT EXISTS (
  SELECT FROM inbox_caseorigin o JOIN inbox_case k ON k.id = o.case_id JOIN knowledge_service s ON s.id = k.service_id
  WHERE o.conversation_id = v.id AND (s.is_confidential OR k.closure_id IS NULL))"""
)
CASES = CLOSED.format(
    closed="""
SELECT c.id, c.at, v.account_id, v.record_id FROM inbox_caseclosure c JOIN inbox_case v ON v.closure_id = c.id
JOIN knowledge_service s ON s.id = v.service_id AND NOT s.is_confidential
WHERE c.at BETWEEN %s::timestamptz AND %s::timestamptz AND c.how = 'answered'
AND NOT EXISTS (SELECT FROM inbox_asking k WHERE k.case_closure_id = c.id)
AND EXISTS (
  SELECT FROM inbox_step p JOIN channels_dispatch d ON d.id = p.dispatch_id AND d.by_id IS NOT NULL
    AND d.state = 'sent' WHERE p.case_id = v.id)"""
)


def conversations(at: dt.datetime) -> list[uuid.UUID]:
    """Closures of conversations, the oldest first."""
    return _found(CONVERSATIONS, at)


def cases(at: dt.datetime) -> list[uuid.UUID]:
    """Closures of cases, the oldest first."""
    return _found(CASES, at)


def _found(statement: str, at: dt.datetime) -> list[uuid.UUID]:
    until = at - WAIT
    found = rows(statement, until - WINDOW, until, column("text", KINDS), at - REST, MOST)
    return [closure for (closure,) in found]
