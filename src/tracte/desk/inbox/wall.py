"""How it goes now: what waits and since when, which promises are at risk, who is on what. For who leads.

Four questions over what is open and over today; what is closed costs nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from tracte.core.clock import now
from tracte.core.sql import rows
from tracte.inbox import numbers
from tracte.inbox.models.conversation import NO_TERM

RISK = dt.timedelta(hours=3)  # before it is due

OPEN = """
WITH talks AS (
  SELECT unit_id, count(*) AS open, count(*) FILTER (WHERE agent_id IS NULL) AS free, count(waiting_since) AS waiting,
    min(waiting_since) AS oldest, count(*) FILTER (WHERE due_at < %s::timestamptz) AS late,
    count(*) FILTER (WHERE due_at BETWEEN %s::timestamptz AND %s::timestamptz) AS at_risk
  FROM inbox_conversation WHERE unit_id = ANY(%s::uuid[]) AND closure_id IS NULL AND snooze_id IS NULL GROUP BY unit_id
), work AS (
  SELECT unit_id, count(*) AS open, count(*) FILTER (WHERE due_at < %s::timestamptz) AS late,
    count(*) FILTER (WHERE due_at BETWEEN %s::timestamptz AND %s::timestamptz) AS at_risk
  FROM inbox_case WHERE unit_id = ANY(%s::uuid[]) AND closure_id IS NULL GROUP BY unit_id
)
SELECT u.unit_id, (SELECT name FROM core_unitversion v WHERE v.unit_id = u.unit_id AND v.valid_from <= current_date
    ORDER BY valid_from DESC LIMIT 1),
  coalesce(t.open, 0), coalesce(t.free, 0), coalesce(t.waiting, 0), t.oldest, coalesce(t.late, 0),
  coalesce(t.at_risk, 0), coalesce(w.open, 0), coalesce(w.late, 0), coalesce(w.at_risk, 0)
FROM talks t FULL JOIN work w USING (unit_id) CROSS JOIN LATERAL (SELECT coalesce(t.unit_id, w.unit_id)) u(unit_id)
ORDER BY coalesce(t.late, 0) + coalesce(w.late, 0) DESC, coalesce(t.at_risk, 0) + coalesce(w.at_risk, 0) DESC, 5 DESC, 2
"""
AGENTS = """
SELECT u.id, u.full_name, coalesce(h.held, 0), coalesce(h.waiting, 0), coalesce(h.late, 0), p.subject, p.conversation_id
FROM core_user u LEFT JOIN (
  SELECT agent_id, count(*) AS held, count(waiting_since) AS waiting,
    count(*) FILTER (WHERE due_at < %s::timestamptz) AS late
  FROM inbox_conversation WHERE closure_id IS NULL AND snooze_id IS NULL AND agent_id IS NOT NULL GROUP BY agent_id
) h ON h.agent_id = u.id
LEFT JOIN LATERAL (
  SELECT c.subject, c.id AS conversation_id FROM inbox_presence s JOIN inbox_conversation c ON c.id = s.conversation_id
  WHERE s.user_id = u.id AND s.until >= %s::timestamptz ORDER BY s.until DESC LIMIT 1
) p ON true
WHERE u.is_active AND EXISTS (SELECT FROM core_role r WHERE r.user_id = u.id AND r.name IN ('agent', 'supervisor')
  AND r.unit_id = ANY(%s::uuid[])) ORDER BY 5 DESC, 3 DESC, 2 LIMIT 200
"""
RISKY = """
SELECT c.id, c.subject, c.excerpt, c.number, c.due_at, u.full_name
FROM unnest(%s::uuid[]) AS un(id) CROSS JOIN LATERAL (
  (SELECT id, subject, excerpt, NULL::bigint AS number, due_at, agent_id FROM inbox_conversation
    WHERE unit_id = un.id AND closure_id IS NULL AND snooze_id IS NULL AND due_at < %s::timestamptz
    ORDER BY due_at, id LIMIT 12)
  UNION ALL (SELECT id, '', '', number, due_at, agent_id FROM inbox_case
    WHERE unit_id = un.id AND closure_id IS NULL AND due_at < %s::timestamptz ORDER BY due_at, id LIMIT 12)) c
LEFT JOIN core_user u ON u.id = c.agent_id ORDER BY c.due_at, c.id LIMIT 12
"""
TODAY = """
SELECT (SELECT count(*) FROM inbox_closure WHERE at >= %s::timestamptz)
    + (SELECT count(*) FROM inbox_caseclosure WHERE at >= %s::timestamptz),
  count(*) FILTER (WHERE p."end" = 'kept'), count(*) FILTER (WHERE p."end" = 'late'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM p.ended_at - p.since))
FROM inbox_promise p WHERE p.ended_at >= %s::timestamptz AND p."end" <> 'dropped'
"""


@dataclass(frozen=True)
class Unit:
    """What is open in a unit: conversations, of them unassigned, waiting (since when the oldest), late, at risk; and
    its cases."""

    id: uuid.UUID
    name: str
    open: int
    free: int
    waiting: int
    oldest: dt.datetime | None
    late: int
    at_risk: int
    cases: int
    cases_late: int
    cases_at_risk: int


@dataclass(frozen=True)
class Agent:
    """Who has how many in hand, and which one is before them now."""

    id: uuid.UUID
    name: str
    held: int
    waiting: int
    late: int
    subject: str | None
    conversation: uuid.UUID | None


@dataclass(frozen=True)
class Risk:
    """A promise that is late or will be soon, of a conversation or of the case that bears a number."""

    id: uuid.UUID
    subject: str
    excerpt: str
    number: int | None
    due_at: dt.datetime
    agent: str | None

    @property
    def reference(self) -> str:
        return numbers.said(self.number) if self.number else ""


@dataclass(frozen=True)
class Today:
    """Since midnight: closed, promises kept in time and late, and the median time from question to answer."""

    closed: int
    kept: int
    late: int
    median: dt.timedelta | None

    @property
    def answered(self) -> int:
        return self.kept + self.late

    @property
    def share(self) -> int | None:
        """Of what was answered today, how many per cent in time."""
        return round(100 * self.kept / self.answered) if self.answered else None


def of_units(seen: list[uuid.UUID]) -> list[Unit]:
    at = now()
    return [Unit(*row) for row in rows(OPEN, *(at, at, at + RISK, seen) * 2)]


def agents(seen: list[uuid.UUID]) -> list[Agent]:
    at = now()
    return [Agent(*row) for row in rows(AGENTS, at, at, seen)]


def risks(seen: list[uuid.UUID]) -> list[Risk]:
    soon = min(now() + RISK, NO_TERM)
    return [Risk(*row) for row in rows(RISKY, seen, soon, soon)]


def today() -> Today:
    midnight = timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    [(closed, kept, late, median)] = rows(TODAY, midnight, midnight, midnight)
    return Today(closed, kept, late, dt.timedelta(seconds=float(median)) if median is not None else None)
