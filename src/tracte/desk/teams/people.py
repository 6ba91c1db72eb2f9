"""The units that somebody sees, and who attends in one of them: a page each, in a query each."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from tracte.core.sql import column, rows
from tracte.inbox.checking import ATTENDS
from tracte.inbox.models import Sharing, Skill
from tracte.inbox.models.sharing import MOST

PAGE = 50
COUNTED = 999  # of what waits, and no further

UNITS = """
SELECT u.id, v.name, coalesce(s.way, 'by_hand'), free.n FROM unnest(%s::uuid[]) AS u(id)
CROSS JOIN LATERAL (SELECT name FROM core_unitversion WHERE unit_id = u.id AND valid_from <= current_date
  ORDER BY valid_from DESC LIMIT 1) v
LEFT JOIN inbox_sharing s ON s.unit_id = u.id
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM inbox_conversation c WHERE c.unit_id = u.id
  AND c.closure_id IS NULL AND c.snooze_id IS NULL AND c.agent_id IS NULL AND c.waiting_since IS NOT NULL
  LIMIT %s::bigint) q) free
WHERE (v.name, u.id) > (%s::text, %s::uuid) ORDER BY v.name, u.id LIMIT %s::bigint
"""
PEOPLE = """
WITH RECURSIVE now_in AS (
  SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM core_unitversion WHERE valid_from <= current_date
  ORDER BY unit_id, valid_from DESC
), above AS (
  SELECT %s::uuid AS at UNION SELECT n.parent_id FROM above a JOIN now_in n ON n.unit_id = a.at
    WHERE n.parent_id IS NOT NULL
), root AS (
  SELECT u.id FROM core_unit u JOIN core_administration a ON a.id = u.administration_id AND a.slug = u.code
)
SELECT u.id, u.full_name, coalesce(v.is_there, false), v.at, coalesce(h.most, %s::smallint), held.n
FROM core_user u
LEFT JOIN LATERAL (SELECT is_there, at FROM inbox_availability WHERE user_id = u.id ORDER BY at DESC, id DESC LIMIT 1) v
  ON true
LEFT JOIN inbox_hand h ON h.user_id = u.id
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM inbox_conversation c WHERE c.agent_id = u.id
  AND c.closure_id IS NULL AND c.waiting_since IS NOT NULL LIMIT %s::bigint) q) held
WHERE u.is_active AND (u.full_name, u.id) > (%s::text, %s::uuid) AND EXISTS (SELECT FROM core_role r
  WHERE r.user_id = u.id AND r.name = ANY(%s::text[])
    AND (r.unit_id IN (SELECT at FROM above) OR %s::uuid = (SELECT id FROM root))){mine}
ORDER BY u.full_name, u.id LIMIT %s::bigint
"""
FIRST = ("", uuid.UUID(int=0))


@dataclass(slots=True)
class Team:
    """A unit: how it shares out, and how many wait in its tray for somebody."""

    id: uuid.UUID
    name: str
    way: str
    free: int

    @property
    def way_said(self) -> object:
        return Sharing.Way(self.way).label

    @property
    def waiting(self) -> str:
        return f"{COUNTED}+" if self.free > COUNTED else str(self.free)

    @property
    def place(self) -> str:
        return f"{self.id}~{self.name}"


@dataclass(slots=True)
class Person:
    """Somebody of a team: since when they are there or not, and how many they have of how many."""

    id: uuid.UUID
    name: str
    is_there: bool
    since: dt.datetime | None
    most: int
    has: int
    languages: list[str] = field(default_factory=list)
    topics: list[object] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.id}~{self.name}"


def teams(units: list[uuid.UUID], after: str = "") -> tuple[list[Team], bool]:
    """Up to PAGE of these units by name, and whether there are more."""
    found = [Team(*row) for row in rows(UNITS, column("uuid", units), COUNTED + 1, *_place(after), PAGE + 1)]
    return found[:PAGE], len(found) > PAGE


def people(unit: uuid.UUID, after: str = "", *, only: uuid.UUID | None = None) -> tuple[list[Person], bool]:
    """Up to PAGE who attend in a unit by name, and whether there are more. `only`: this one alone. Two queries."""
    asked = [unit, MOST, COUNTED, *_place(after), column("text", ATTENDS), unit, *([only] if only else []), PAGE + 1]
    found = [Person(*row) for row in rows(PEOPLE.format(mine=" AND u.id = %s::uuid" if only else ""), *asked)]
    shown = {one.id: one for one in found[:PAGE]}
    for skill in Skill.objects.filter(user__in=list(shown)).select_related("topic").order_by("language", "id"):
        if skill.topic:
            shown[skill.user_id].topics.append(skill.topic)
        else:
            shown[skill.user_id].languages.append(skill.language)
    return list(shown.values()), len(found) > PAGE


def _place(after: str) -> tuple[str, uuid.UUID]:
    """After whom the page begins; from the first, when the address was cut."""
    id, _, name = after.partition("~")
    try:
        return name, uuid.UUID(id)
    except ValueError:
        return FIRST
