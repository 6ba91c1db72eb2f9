"""Which cases a view shows, in the order of what was promised. One query, and one more where some are confidential."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tracte.core.clock import now
from tracte.core.models import User
from tracte.core.sql import column, rows
from tracte.desk.inbox.lists import MINE, PAGE, TEAM, View
from tracte.inbox import numbers
from tracte.inbox.models.conversation import NO_TERM
from tracte.knowledge.models import said

OPEN = "closure_id IS NULL"
VIEWS = (
    View("mine", _("Assignats a mi"), MINE, OPEN),
    View("team", _("De la unitat"), TEAM, OPEN),
    View("free", _("Sense assignar"), TEAM, f"{OPEN} AND agent_id IS NULL"),
    View("late", _("Fora de termini"), TEAM, f"{OPEN} AND due_at < %s::timestamptz"),
    View("waits", _("Esperen algú altre"), TEAM, f"{OPEN} AND waits_since IS NOT NULL"),
    View("closed", _("Tancats"), TEAM, "closure_id IS NOT NULL", newest_first=True),
)
BY_KEY = {view.key: view for view in VIEWS}

ITEMS = """
SELECT c.id, c.number, c.service_id, s.names, s.is_confidential, left(c.asked, 200), c.place, c.opened_at, c.due_at,
  c.waits_since, c.answered_at, u.full_name, c.closure_id IS NULL
FROM {source} c JOIN knowledge_service s ON s.id = c.service_id LEFT JOIN core_user u ON u.id = c.agent_id
ORDER BY {order} LIMIT {limit}
"""
OF_AGENT = "(SELECT * FROM inbox_case WHERE agent_id = %s::uuid AND {which} ORDER BY {order} LIMIT {limit})"
OF_UNITS = """(SELECT c.* FROM unnest(%s::uuid[]) AS un(id) CROSS JOIN LATERAL (
  SELECT * FROM inbox_case WHERE unit_id = un.id AND {which} ORDER BY {order} LIMIT {limit}) c)"""
READABLE = """
WITH RECURSIVE beneath AS (
  SELECT service_id, unit_id AS id FROM knowledge_reader WHERE service_id = ANY(%s::uuid[])
  UNION SELECT b.service_id, v.unit_id FROM beneath b CROSS JOIN LATERAL (
    SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM core_unitversion ORDER BY unit_id, valid_from DESC) v
    WHERE v.parent_id = b.id
) SELECT DISTINCT b.service_id FROM beneath b JOIN core_role r ON r.unit_id = b.id AND r.user_id = %s::uuid
"""


@dataclass(slots=True)
class Item:
    """One line of the list; of a confidential service, for who may not see, without what it says."""

    id: uuid.UUID
    number: int
    service: uuid.UUID
    names: dict[str, str]
    is_confidential: bool
    asked: str
    place_said: str
    opened_at: dt.datetime
    due_at: dt.datetime
    waits_since: dt.datetime | None
    answered_at: dt.datetime | None
    agent: str | None
    is_open: bool
    is_redacted: bool = False

    @property
    def reference(self) -> str:
        return numbers.said(self.number)

    @property
    def name(self) -> str:
        return said(self.names)

    @property
    def is_promised(self) -> bool:
        return self.due_at < NO_TERM

    @property
    def place(self) -> str:
        """Where the next page begins."""
        return f"{self.due_at.isoformat()}~{self.opened_at.isoformat()}~{self.id}"


def page(view: View, user: User, units: list[uuid.UUID], after: str = "") -> tuple[list[Item], bool]:
    """Up to PAGE items and whether there are more."""
    order = "opened_at DESC, id DESC" if view.newest_first else "due_at, id"
    which, asked = view.which, [user.pk if view.whose == MINE else units, *([now()] if "%s" in view.which else [])]
    if place := _place(after):
        due_at, opened_at, last = place
        which += f" AND {'(opened_at, id) <' if view.newest_first else '(due_at, id) >'} (%s::timestamptz, %s::uuid)"
        asked += [opened_at if view.newest_first else due_at, last]
    source = (OF_AGENT if view.whose == MINE else OF_UNITS).format(which=which, order=order, limit=PAGE + 1)
    whole = ", ".join(f"c.{part}" for part in order.split(", "))
    found = [Item(*row) for row in rows(ITEMS.format(source=source, order=whole, limit=PAGE + 1), *asked)]
    _redact(found, user)
    return found[:PAGE], len(found) > PAGE


def _redact(items: list[Item], user: User) -> None:
    secret = {item.service for item in items if item.is_confidential}
    readable = {service for (service,) in rows(READABLE, column("uuid", secret), user.pk)} if secret else set()
    for item in items:
        if item.is_confidential and item.service not in readable:
            item.is_redacted, item.asked, item.place_said, item.agent = True, "", "", None


def _place(after: str) -> tuple[dt.datetime, dt.datetime, uuid.UUID] | None:
    """After which item the page begins; from the first, when the address was cut."""
    try:
        due_at, opened_at, last = after.split("~")
        return dt.datetime.fromisoformat(due_at), dt.datetime.fromisoformat(opened_at), uuid.UUID(last)
    except ValueError:
        return None
