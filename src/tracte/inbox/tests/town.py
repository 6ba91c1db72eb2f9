"""Services that cases are opened of, and who gets them: lamps by the lamps' unit, in working days of every hour."""

from __future__ import annotations

import uuid
from typing import Any

from tracte.core.clock import now
from tracte.core.models import User
from tracte.inbox.actions.cases import open_case
from tracte.inbox.models import Case
from tracte.knowledge import actions
from tracte.knowledge.tests import town


def build() -> town.Town:
    """The lamp has 3 working days; `llums` has the lamps, `camp` those of its vegueria."""
    made = town.build()
    lamp = made.services["carrer.llum"]
    actions.revise(lamp, term_amount=3, term_unit="working_days", by=None, at=now())
    actions.assign(lamp, made.units["llums"], since=town.LONG_AGO, by=None, at=now())
    actions.assign(lamp, made.units["camp"], since=town.LONG_AGO, territory=made.places["camp"], by=None, at=now())
    actions.revise(made.services["carrer.llum.fanal"], claim_days=30, by=None, at=now())
    for service in made.services.values():
        service.refresh_from_db()
    return made


def opened(service: Any, by: User | None = None, **more: Any) -> Case:
    given = {"at": now(), "key": uuid.uuid4().hex, "asked": "El fanal no s’encén"} | more
    return open_case(service, by=by, **given)


def hired(name: str, unit: Any, *roles: str) -> User:
    from tracte.core.actions import hire

    email = f"{name.split()[0].lower()}@exemple.cat"
    return hire(email=email, full_name=name, unit=unit, roles=list(roles or ["agent"]), password="contrasenya-de-prova")
