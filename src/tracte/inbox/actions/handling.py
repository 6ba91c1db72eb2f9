"""Who has it, until when it can wait, that it is done, and that it is not."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from tracte.core import units
from tracte.core.models import Unit, User
from tracte.inbox import promising
from tracte.inbox.actions import changed, lock, touch
from tracte.inbox.checking import ATTENDS, Refused, check
from tracte.inbox.models import Assignment, Closure, Conversation, Reopening, Sharing, Snooze


@transaction.atomic
def assign(
    conversation: Conversation,
    *,
    by: User,
    at: dt.datetime,
    agent: User | None,
    unit: Unit | None = None,
    reason: str = "",
) -> Assignment:
    """Give it to an agent of a unit, or to nobody of it: then it waits for whoever takes it. The unit stays unless one
    is named; another one needs a reason, and so does giving back what the unit shares out by itself."""
    current = lock(conversation)
    unit = unit or current.unit
    if refused := check(current, by)["assign"].reason:
        raise Refused(refused)
    if unit.pk != current.unit_id and not reason.strip():
        raise Refused("reason")
    if agent and unit.pk not in units.of(agent, *ATTENDS) and unit != units.root():
        raise Refused("nobody")
    if agent is None and current.agent_id == by.pk and not reason.strip() and is_shared_out(unit.pk):
        raise Refused("given_back")
    before = current.agent
    if unit.pk != current.unit_id:
        current.promises.standing().update(rings_at=at)  # another unit, which may want to know earlier
    made = Assignment.objects.create(conversation=current, at=at, by=by, unit=unit, agent=agent, reason=reason.strip())
    current.unit, current.agent = unit, agent
    touch(current, current.last_at, "unit", "agent")
    if before and before != agent:  # whose list it leaves must hear of it too
        changed([Conversation(id=current.id, unit=unit, agent=before)])
    return made


def is_shared_out(unit: uuid.UUID) -> bool:
    """Whether what comes to a unit is given by itself."""
    return Sharing.objects.filter(unit=unit).exclude(way=Sharing.Way.BY_HAND).exists()


@transaction.atomic
def close(conversation: Conversation, *, by: User, at: dt.datetime, how: str, reason: str = "") -> Closure:
    """Nothing is left to do. One that waits is closed with the reason why it needs no answer; without any answer at
    all, only by who leads."""
    current = lock(conversation)
    allowed = check(current, by)
    if refused := allowed["close"].reason:
        raise Refused(refused)
    if current.waiting_since and how == Closure.How.ANSWERED:
        raise Refused("unanswered")
    missing = allowed["close_unanswered"].reason or ("" if reason.strip() else "reason")
    if how == Closure.How.UNANSWERED and missing:
        raise Refused(missing)
    closure = Closure.objects.create(conversation=current, at=at, by=by, how=how, reason=reason.strip())
    promising.drop(current, at=at)
    _end_snooze(current, at)
    current.closure = closure
    touch(current, current.last_at, "closure", "snooze", "waiting_since", "due_at")
    return closure


@transaction.atomic
def reopen(conversation: Conversation, *, by: User, at: dt.datetime) -> Conversation:
    """Go on with it. Its closure stays in the figures of its day; who already has another open one goes on there."""
    current = lock(conversation)
    if current.closure_id is None:
        raise Refused("open")
    Reopening.objects.create(closure_id=current.closure_id, by=by, at=at)
    current.closure = None
    try:
        with transaction.atomic():
            touch(current, current.last_at, "closure")
    except IntegrityError as error:
        raise Refused("taken") from error
    return current


@transaction.atomic
def snooze(conversation: Conversation, *, by: User, at: dt.datetime, until: dt.datetime) -> Snooze:
    """Out of the lists until then, or until they write. What was promised stands: its clock does not stop."""
    current = lock(conversation)
    if refused := check(current, by)["snooze"].reason or ("" if until > at else "past"):
        raise Refused(refused)
    _end_snooze(current, at)
    current.snooze = Snooze.objects.create(conversation=current, by=by, at=at, until=until)
    touch(current, current.last_at, "snooze")
    return current.snooze


@transaction.atomic
def wake(*, at: dt.datetime) -> int:
    """End what was put off until now; how many. Run by the clock."""
    ended = list(Snooze.objects.select_for_update(skip_locked=True).filter(ended_at=None, until__lte=at)[:500])
    waking = list(Conversation.objects.select_for_update().filter(snooze__in=ended))
    Snooze.objects.filter(id__in=[one.id for one in ended]).update(ended_at=at)
    for one in waking:
        one.snooze = None
    Conversation.objects.bulk_update(waking, ["snooze"])
    if waking:
        changed(waking)
    return len(waking)


def _end_snooze(conversation: Conversation, at: dt.datetime) -> None:
    if conversation.snooze_id:
        Snooze.objects.filter(id=conversation.snooze_id).update(ended_at=at)
        conversation.snooze = None
