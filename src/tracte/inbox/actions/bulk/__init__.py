"""One act on many conversations: first how it would go; then somebody starts it, stops it, has it undone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracte.core import tenancy, units
from tracte.core.events import announce
from tracte.core.models import User
from tracte.inbox.actions.bulk import carrying, kinds
from tracte.inbox.checking import ATTENDS, LEADS, Refused
from tracte.inbox.models import BulkAct, BulkOrder, BulkTarget, Conversation

MOST = 10_000  # conversations of one act
HOLDS = dt.timedelta(hours=1)  # a dry run; then it is made again
KEPT = dt.timedelta(days=1)  # a dry run that nobody started
What = BulkOrder.What


@transaction.atomic
def plan(
    *,
    by: User,
    at: dt.datetime,
    what: str,
    said: Mapping[str, str],
    conversations: Sequence[uuid.UUID],
    chosen: Mapping[str, Any],
) -> BulkAct:
    """The dry run: which of them it would be done on as they stand, and why not on the others. Nothing is done.

    Who is in is fixed here and not when it starts: what somebody agrees to is what they saw. What comes into the view
    later is not touched, and what changes later is left alone and told.
    """
    act = BulkAct(what=what, said=dict(said), chosen=dict(chosen), by=by, at=at)
    resolved, seen = kinds.said(act, by=by, at=at), set(units.seen_by(by, *ATTENDS))
    places = {id: n for n, id in enumerate(dict.fromkeys(conversations[:MOST]))}
    found = Conversation.objects.filter(id__in=places).select_related("account").defer("account__secret_sealed")
    acts = carrying.acts_of(places)
    targets = [
        BulkTarget(
            act=act,
            conversation=one,
            turns=one.turns_count,
            acts=acts[one.id],
            foreseen=kinds.why_not(one, resolved) if one.unit_id in seen else "unseen",
        )
        for one in sorted(found, key=lambda one: places[one.id])
    ]
    if not targets:
        raise Refused("none_chosen")
    act.total, act.doable = len(targets), sum(not one.foreseen for one in targets)
    act.save(force_insert=True)
    BulkTarget.objects.bulk_create(targets)
    return act


def start(act: BulkAct, *, by: User, at: dt.datetime) -> None:
    """Do it, as it was foreseen; whoever planned it starts it."""
    if act.by_id != by.pk:
        raise Refused("role")
    if at - act.at > HOLDS:
        raise Refused("stale")
    if not _order(act, What.START, by=by, at=at):
        raise Refused("started")


def stop(act: BulkAct, *, by: User, at: dt.datetime) -> None:
    """No further batch begins; what was done stays, and can be undone."""
    _may(act, by)
    if not _is_running(act):
        raise Refused("over")
    _order(act, What.STOP, by=by, at=at)


def undo(act: BulkAct, *, by: User, at: dt.datetime) -> None:
    """Put back what it did, wherever nobody did anything since."""
    _may(act, by)
    if not act.orders.filter(what=What.START).exists():
        raise Refused("not_started")
    if _is_running(act):
        raise Refused("running")
    if not _order(act, What.UNDO, by=by, at=at):
        raise Refused("undone")


def visible(user: User) -> QuerySet[BulkAct]:
    """One's own; who leads sees everybody's that was started."""
    mine = BulkAct.objects.filter(by=user)
    return BulkAct.objects.filter(_ordered()) | mine if user.has_role(*LEADS) else mine


def go_on(*, at: dt.datetime) -> int:
    """Take up again what a worker that died left half done (how many), and forget dry runs that nobody started. Run by
    the clock."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from tracte.inbox.tasks import carry

    old = BulkAct.objects.filter(~_ordered(), at__lt=at - KEPT)
    BulkTarget.objects.filter(act__in=old).delete()
    old.delete()
    taken = 0
    for order in BulkOrder.objects.filter(what__in=[What.START, What.UNDO], at__gt=at - dt.timedelta(days=7)):
        waiting = ProcrastinateJob.objects.filter(task_name=carry.name, status="todo", args__act=str(order.act_id))
        if _is_left(order) and not waiting.exists() and not _is_carried(order.act_id):
            _defer(order)
            taken += 1
    return taken


def _ordered() -> Exists:
    return Exists(BulkOrder.objects.filter(act=OuterRef("id")))


def _order(act: BulkAct, what: str, *, by: User, at: dt.datetime) -> bool:
    """Once each: whether it is new. A second click is the same order."""
    with transaction.atomic():
        order, is_new = BulkOrder.objects.get_or_create(act=act, what=what, defaults={"by": by, "at": at})
        if is_new and what != What.STOP:
            _defer(order)
        announce("inbox.bulk.moved", act=act.id, agents=sorted({act.by_id, by.pk}))
    return is_new


def _defer(order: BulkOrder) -> None:
    from tracte.inbox.tasks import carry

    carry.defer(administration=str(tenancy.required()), act=str(order.act_id), step=order.what)


def _may(act: BulkAct, by: User) -> None:
    if act.by_id != by.pk and not by.has_role(*LEADS):
        raise Refused("role")


def _is_running(act: BulkAct) -> bool:
    start = act.orders.filter(what=What.START).first()
    return start is not None and _is_left(start)


def _is_left(order: BulkOrder) -> bool:
    if order.what == What.START and BulkOrder.objects.filter(act=order.act_id, what=What.STOP).exists():
        return False
    return carrying.pending(order.act, order.what).exists()


def _is_carried(act: uuid.UUID) -> bool:
    """Whether a batch of it is under way in another process."""
    with transaction.atomic():
        return not BulkAct.objects.select_for_update(skip_locked=True, no_key=True).filter(id=act).exists()
