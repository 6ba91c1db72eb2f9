"""How a bulk act stands: what was foreseen, done and undone, and why not, with some of each. Two queries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tracte.core.sql import column, rows
from tracte.inbox.checking import REASONS
from tracte.inbox.models import BulkAct, BulkOrder

EXAMPLES = 3
TOLD = """
WITH told AS (
  SELECT 'foreseen' AS step, foreseen AS reason, conversation_id, id FROM inbox_bulktarget WHERE act_id = %s::uuid
  UNION ALL SELECT step, reason, conversation_id, id FROM inbox_bulkoutcome WHERE act_id = %s::uuid
), placed AS (
  SELECT step, reason, conversation_id, count(*) OVER w AS many, row_number() OVER (w ORDER BY id) AS place
  FROM told WINDOW w AS (PARTITION BY step, reason)
)
SELECT p.step, p.reason, p.many, c.id, coalesce(nullif(c.subject, ''), c.excerpt)
FROM placed p LEFT JOIN inbox_conversation c ON c.id = p.conversation_id AND c.unit_id = ANY(%s::uuid[])
WHERE p.place <= %s ORDER BY p.step, p.many DESC, p.reason, p.place
"""
COUNTS = """
SELECT act_id, count(*) FILTER (WHERE step = 'start'), count(*) FILTER (WHERE step = 'undo'),
  count(*) FILTER (WHERE step = 'start' AND reason = '')
FROM inbox_bulkoutcome WHERE act_id = ANY(%s::uuid[]) GROUP BY act_id
"""
PLANNED, RUNNING, DONE, STOPPED, UNDOING, UNDONE = "planned", "running", "done", "stopped", "undoing", "undone"


@dataclass(frozen=True)
class Told:
    """So many ended alike: done, or not for one reason; some of them, of units that the reader sees."""

    reason: str
    many: int
    examples: list[tuple[uuid.UUID, str]]

    @property
    def others(self) -> int:
        return self.many - len(self.examples)

    @property
    def words(self) -> object:
        return REASONS.get(self.reason, self.reason)


@dataclass(frozen=True)
class Progress:
    """Where it is, and how it ended with each so far: done or not, undone or not, by reason."""

    act: BulkAct
    orders: dict[str, BulkOrder]
    told: dict[str, list[Told]] = field(default_factory=dict)

    def _of(self, step: str, *, good: bool) -> list[Told]:
        return [one for one in self.told.get(step, ()) if good != bool(one.reason)]

    def _ended(self, step: str) -> int:
        return sum(one.many for one in self.told.get(step, ()))

    @property
    def _undoable(self) -> int:
        return sum(one.many for one in self.done)

    @property
    def will(self) -> list[Told]:
        return self._of("foreseen", good=True)

    @property
    def done(self) -> list[Told]:
        return self._of("start", good=True)

    @property
    def not_done(self) -> list[Told]:
        """What was foreseen not to be done, and what could not be when its turn came."""
        return [*self._of("foreseen", good=False), *self._of("start", good=False)]

    @property
    def undone(self) -> list[Told]:
        return self._of("undo", good=True)

    @property
    def not_undone(self) -> list[Told]:
        return self._of("undo", good=False)

    @property
    def state(self) -> str:
        return state(self.act, set(self.orders), self._ended("start"), self._ended("undo"), self._undoable)

    @property
    def is_moving(self) -> bool:
        return self.state in (RUNNING, UNDOING)

    @property
    def of(self) -> tuple[int, int]:
        """So many of so many, of what moves now."""
        if self.state in (UNDOING, UNDONE):
            return self._ended("undo"), self._undoable
        return self._ended("start"), self.act.doable


def state(act: BulkAct, orders: set[str], ended: int, looked: int, undoable: int) -> str:
    """By what was ordered, how many ended, and of undoing how many were looked at of those that could be."""
    if "undo" in orders:
        return UNDOING if looked < undoable else UNDONE
    if "start" not in orders:
        return PLANNED
    if ended >= act.doable:
        return DONE
    return STOPPED if "stop" in orders else RUNNING


def states(acts: Sequence[BulkAct]) -> list[str]:
    """Of each, with its orders at hand. One query."""
    counted = {id: counts for id, *counts in rows(COUNTS, column("uuid", [one.id for one in acts]))}
    return [state(one, {order.what for order in one.orders.all()}, *counted.get(one.id, (0, 0, 0))) for one in acts]


def progress(act: BulkAct, seen: list[uuid.UUID]) -> Progress:
    orders = {one.what: one for one in act.orders.select_related("by")}
    told: dict[str, list[Told]] = {}
    for (step, reason, many), some in groupby(rows(TOLD, act.id, act.id, seen, EXAMPLES), key=lambda row: row[:3]):
        told.setdefault(step, []).append(Told(reason, many, [(id, what) for *_, id, what in some if id]))
    return Progress(act, orders, told)
