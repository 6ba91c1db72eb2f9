"""Which units lie beneath which today, and whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from tracte.core.models import Administration, Unit, User
from tracte.core.sql import column, rows

BENEATH = """
WITH RECURSIVE now_in AS (
  SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM core_unitversion WHERE valid_from <= current_date
  ORDER BY unit_id, valid_from DESC
), beneath AS (
  {start} UNION SELECT n.unit_id FROM now_in n JOIN beneath b ON n.parent_id = b.id
) SELECT id FROM beneath
"""
NAMED = BENEATH.format(start="SELECT unnest(%s::uuid[]) AS id")
OF_ROLES = BENEATH.format(
    start="SELECT unit_id AS id FROM core_role WHERE user_id = %s::uuid AND name = ANY(%s::text[])"
)
ROOT = "SELECT u.id FROM core_unit u JOIN core_administration a ON a.id = u.administration_id AND a.slug = u.code"


def beneath(units: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """These units and all that lie beneath them. One query."""
    return [unit for (unit,) in rows(NAMED, column("uuid", units))]


def of(user: User, *roles: str) -> list[uuid.UUID]:
    """The units in which somebody has one of these roles, and those beneath. One query."""
    return [unit for (unit,) in rows(OF_ROLES, user.pk, column("text", roles))]


def seen_by(user: User, *roles: str) -> list[uuid.UUID]:
    """What is theirs (`of`), and the root, whose tray is everybody's. One query."""
    return [unit for (unit,) in rows(f"({OF_ROLES}) UNION ({ROOT})", user.pk, column("text", roles))]


def root() -> Unit:
    """The unit that stands for the administration itself."""
    return Unit.objects.get(code=Administration.objects.values("slug")[:1])
