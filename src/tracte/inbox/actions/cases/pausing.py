"""The clock of a promise stands while we wait for somebody else, and goes on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.core.models import User
from tracte.inbox import promising
from tracte.inbox.actions import changed as conversations_changed
from tracte.inbox.actions.cases import What, changed, lock, step
from tracte.inbox.checking import Refused
from tracte.inbox.models import Case, Pause, Promise


@transaction.atomic
def pause(promise: Promise, *, by: User, at: dt.datetime, reason: str) -> Pause:
    """Stop its clock; nobody can say by when it will be due. The reason says whom we wait for."""
    current = _lock(promise)
    if not reason.strip():
        raise Refused("reason")
    if current.ended_at:
        raise Refused("no_promise")
    if current.pauses.filter(until=None).exists():
        raise Refused("paused")
    made = Pause.objects.create(promise=current, since=at, by=by, reason=reason.strip())
    _recount(current, What.PAUSED, by=by, at=at, reason=reason.strip())
    return made


@transaction.atomic
def resume(promise: Promise, *, by: User | None, at: dt.datetime) -> Promise:
    """Its clock goes on: it is due so much later."""
    current = _lock(promise)
    standing = current.pauses.filter(until=None).first()
    if standing is None:
        raise Refused("not_paused")
    standing.until = at
    standing.save(update_fields=["until"])
    _recount(current, What.RESUMED, by=by, at=at)
    return current


def waits(case: Case) -> dt.datetime | None:
    """Since when somebody else has it: the oldest pause or referral that stands."""
    pauses = Pause.objects.filter(promise__case=case, promise__ended_at=None, until=None)
    referrals = case.referrals.standing()
    return min([*pauses.values_list("since", flat=True), *referrals.values_list("at", flat=True)], default=None)


def _lock(promise: Promise) -> Promise:
    return Promise.objects.select_for_update(of=("self",)).select_related("calendar").get(id=promise.id)


def _recount(promise: Promise, what: str, *, by: User | None, at: dt.datetime, reason: str = "") -> None:
    if promise.case:
        promise.case = lock(promise.case)
        promising.recount(promise)
        promise.case.waits_since = waits(promise.case)
        promise.case.save(update_fields=["due_at", "waits_since"])
        step(promise.case, what, by=by, at=at, reason=reason)
        changed(promise.case)
    elif promise.conversation:
        promising.recount(promise)
        promise.conversation.save(update_fields=["due_at"])
        conversations_changed([promise.conversation])
