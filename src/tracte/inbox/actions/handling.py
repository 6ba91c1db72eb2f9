"""Who has it, until when it can wait, that it is done, and that it is not."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from tracte.core import units
from tracte.core.models import Unit, User
from tracte.inbox import promising
from tracte.inbox.actions import asking, changed, lock, touch
from tracte.inbox.checking import ATTENDS, Refused, why_not_assign, why_not_close, why_not_snooze
from tracte.inbox.models import Assignment, Closure, Conversation, Reopening, Snooze


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
    theirs = units.seen_by(agent, *ATTENDS) if agent else ()
    if refused := why_not_assign(current, by, unit=unit.pk, agent=agent, theirs=theirs, reason=reason):
        raise Refused(refused)
    before = current.agent
    if unit.pk != current.unit_id:
        current.promises.standing().update(rings_at=at)  # another unit, which may want to know earlier
    made = Assignment.objects.create(conversation=current, at=at, by=by, unit=unit, agent=agent, reason=reason.strip())
    current.unit, current.agent = unit, agent
    touch(current, current.last_at, "unit", "agent")
    if before and before != agent:  # whose list it leaves must hear of it too
        changed([Conversation(id=current.id, unit=unit, agent=before)])
    return made


@transaction.atomic
def close(conversation: Conversation, *, by: User, at: dt.datetime, how: str, reason: str = "") -> Closure:
    """Nothing is left to do. One that waits is closed with the reason why it needs no answer; without any answer at
    all, only by who leads."""
    current = lock(conversation)
    if refused := why_not_close(current, by, how=how, reason=reason):
        raise Refused(refused)
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
    if current.closure is None:
        raise Refused("open")
    Reopening.objects.create(closure=current.closure, by=by, at=at)
    asking.take_back(current.closure, by=by, at=at)
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
    if refused := why_not_snooze(current, by, until=until, at=at):
        raise Refused(refused)
    _end_snooze(current, at)
    current.snooze = Snooze.objects.create(conversation=current, by=by, at=at, until=until)
    touch(current, current.last_at, "snooze")
    return current.snooze


@transaction.atomic
def rouse(conversation: Conversation, *, at: dt.datetime) -> Conversation:
    """Back in the lists before its time."""
    current = lock(conversation)
    if current.snooze_id is None:
        raise Refused("awake")
    _end_snooze(current, at)
    touch(current, current.last_at, "snooze")
    return current


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
