"""Which units lie beneath which today, and whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from tracte.core.models import Administration, Role, Unit, User
from tracte.core.sql import column, rows

BENEATH = """
WITH RECURSIVE now_in AS (
  SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM core_unitversion WHERE valid_from <= current_date
  ORDER BY unit_id, valid_from DESC
), beneath AS (
  SELECT unnest(%s::uuid[]) AS id UNION SELECT n.unit_id FROM now_in n JOIN beneath b ON n.parent_id = b.id
) SELECT id FROM beneath
"""


def beneath(units: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """These units and all that lie beneath them. One query."""
    return [unit for (unit,) in rows(BENEATH, column("uuid", units))]


def of(user: User, *roles: str) -> list[uuid.UUID]:
    """The units in which somebody has one of these roles, and those beneath. Two queries."""
    return beneath(Role.objects.filter(user=user, name__in=roles).values_list("unit_id", flat=True))


def root() -> Unit:
    """The unit that stands for the administration itself."""
    return Unit.objects.get(code=Administration.objects.values("slug")[:1])
