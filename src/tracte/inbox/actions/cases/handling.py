"""Who has a case, of which service it is, that it is done, and that it is not."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.core import units
from tracte.core.models import Unit, User
from tracte.inbox import promising
from tracte.inbox.actions import asking
from tracte.inbox.actions.cases import What, changed, lock, routed, step, touch
from tracte.inbox.case_checking import require
from tracte.inbox.checking import ATTENDS, Refused
from tracte.inbox.models import Case, CaseClosure, CaseReopening, Referral
from tracte.knowledge.models import Service


@transaction.atomic
def give(
    case: Case, *, by: User, at: dt.datetime, agent: User | None, unit: Unit | None = None, reason: str = ""
) -> Case:
    """To an agent of a unit, or to nobody of it: then it waits for whoever takes it. The unit stays unless one is
    named; another one needs a reason."""
    current = lock(case)
    require(current, by, "give")
    unit = unit or current.unit
    if unit.pk != current.unit_id and not reason.strip():
        raise Refused("reason")
    if agent and unit.pk not in units.of(agent, *ATTENDS) and unit != units.root():
        raise Refused("nobody")
    before = Case(id=current.id, unit_id=current.unit_id, agent_id=current.agent_id)
    if unit.pk != current.unit_id:
        current.promises.standing().update(rings_at=at)  # another unit, which may want to know earlier
    current.unit, current.agent = unit, agent
    step(current, What.GIVEN, by=by, at=at, unit=unit, agent=agent, reason=reason.strip())
    touch(current, "unit", "agent")
    if (before.unit_id, before.agent_id) != (unit.pk, agent.pk if agent else None):  # whose list it leaves hears of it
        changed(before)
    return current


@transaction.atomic
def change_service(case: Case, service: Service, *, by: User, at: dt.datetime, reason: str) -> Case:
    """It was of another service: the original is kept; who has it and by when follow from the new one, counted from
    when it was opened."""
    current = lock(case)
    require(current, by, "change_service")
    if not reason.strip():
        raise Refused("reason")
    if service.pk == current.service_id:
        raise Refused("same_service")
    if service.is_retired:
        raise Refused("retired")
    before = Case(id=current.id, unit_id=current.unit_id, agent_id=current.agent_id)
    current.service = service
    unit = routed(service, current.territory, at)
    if unit != current.unit_id:
        current.unit_id, current.agent = unit, None
    step(current, What.MOVED, by=by, at=at, unit=unit, service=service, reason=reason.strip())
    _promise_anew(current, by=by, at=at)
    touch(current, "service", "unit", "agent", "due_at")
    changed(before)
    return current


def _promise_anew(case: Case, *, by: User, at: dt.datetime) -> None:
    """The standing promise gives way to that of the service as it is now, since the same moment; its pauses go on."""
    old = case.promises.standing().first()
    if old is None:
        return
    promising.drop(case, at=at)
    if made := promising.promise_case(case, since=old.since, by=by):
        old.pauses.update(promise=made)
        promising.recount(made)


@transaction.atomic
def close(case: Case, *, by: User, at: dt.datetime, how: str, reason: str = "") -> CaseClosure:
    """Nothing is left to do. Without an answer only by who leads, and with the reason."""
    current = lock(case)
    require(current, by, "close" if how == CaseClosure.How.ANSWERED else "close_unanswered")
    if how == CaseClosure.How.UNANSWERED and not reason.strip():
        raise Refused("reason")
    closure = CaseClosure.objects.create(case=current, at=at, by=by, how=how, reason=reason.strip())
    promising.drop(current, at=at)
    current.referrals.standing().update(ended_at=at, end=Referral.End.WITHDRAWN)
    current.closure, current.waits_since = closure, None
    step(current, What.CLOSED, by=by, at=at, reason=reason.strip())
    touch(current, "closure", "waits_since", "due_at")
    return closure


@transaction.atomic
def reopen(case: Case, *, by: User, at: dt.datetime, reason: str) -> Case:
    """Go on with it, with a new promise from now. Its closure stays in the figures of its day."""
    current = lock(case)
    require(current, by, "reopen")
    if not reason.strip():
        raise Refused("reason")
    assert current.closure
    CaseReopening.objects.create(closure=current.closure, by=by, at=at, reason=reason.strip())
    asking.take_back(current.closure, by=by, at=at)
    current.closure, current.answered_at = None, None
    promising.promise_case(current, since=at, by=by)
    step(current, What.REOPENED, by=by, at=at, reason=reason.strip())
    touch(current, "closure", "answered_at", "due_at")
    return current


@transaction.atomic
def note(case: Case, *, by: User, at: dt.datetime, text: str) -> None:
    """A word to whoever works on it."""
    require(case, by, "note")
    if not text.strip():
        raise Refused("nothing")
    step(case, What.NOTED, by=by, at=at, reason=text.strip())
    changed(case)
