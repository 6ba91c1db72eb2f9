"""Out, at most once: what is written before the first byte leaves, and what is written when the other side has spoken.

`start` and `settle` are transactions of their own, and between them lies the network. Who dies in between leaves an
attempt without outcome: `doubt` says so after a while, and only a person may order it again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from tracte.channels import connectors, tokens
from tracte.channels.models import Attachment, Attempt, Dispatch, Interaction, InteractionKey, Outcome
from tracte.channels.outgoing import DEFERRED, DELIVERED, REFUSED, UNKNOWN, Outgoing, Result
from tracte.channels.receive import external_key
from tracte.core.events import announce
from tracte.core.sql import clean, run

State = Dispatch.State
BACK_OFF = [dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 720)]  # after the first, second... attempt; then no more
OWN = "dispatch:"
JOB = "tracte.channels.tasks.deliver"
PATIENCE = dt.timedelta(minutes=10)  # far beyond all the timeouts of an attempt


@dataclass
class Started:
    """An attempt that is committed, and all that its connector needs: nothing is read while the network is used."""

    attempt: Attempt
    kind: str
    out: Outgoing
    way: dict[str, Any]
    problem: str = ""


@transaction.atomic
def start(dispatch_id: uuid.UUID, *, at: dt.datetime) -> Started | None:
    """Claim a held dispatch whose time has come, and write that it may arrive from now on; None when it is not so."""
    run("SELECT channels_ensure_months(%s::date[])", [at.astimezone(dt.UTC).date().replace(day=1)])
    due = Dispatch.objects.filter(id=dispatch_id, state=State.HELD, not_before__lte=at)
    if not due.update(state=State.SENDING, not_before=at):
        return None
    dispatch = Dispatch.objects.select_related("account").get(id=dispatch_id)
    attempt = Attempt.objects.create(dispatch=dispatch, n=dispatch.attempts.count() + 1, started_at=at)
    started = _started(dispatch, attempt, at)
    if attempt.n == 1:
        _log(dispatch, started.out, at)
    return started


def hand_over(started: Started) -> Result:
    """The network. Whatever goes wrong here without being understood may have arrived all the same."""
    if started.problem:
        return Result(REFUSED, started.problem)
    try:
        return connectors.deliverer(started.kind).deliver(started.out, started.way)
    except Exception as error:
        return Result(UNKNOWN, f"{type(error).__name__}: {error}")


@transaction.atomic
def settle(started: Started | None, result: Result, *, at: dt.datetime) -> None:
    """Write what became of an attempt. A late word counts, unless a later attempt is on its way."""
    if started is None:
        return
    attempt = started.attempt
    dispatch = Dispatch.objects.select_for_update().get(id=attempt.dispatch_id)
    line = " ".join(clean(result.detail).split())[:500]
    known = [external_key(one) for one in result.external_ids]
    Outcome.objects.create(attempt=attempt, at=at, kind=result.kind, detail=line, external_id=known[0] if known else "")
    if known:
        InteractionKey.objects.filter(account=dispatch.account_id, external_id=own_key(dispatch.id)).delete()
        _know(dispatch, known)
    waits = [State.SENDING, State.UNKNOWN, *([State.HELD] if result.kind == DELIVERED else [])]
    if dispatch.state not in waits or dispatch.attempts.filter(n__gt=attempt.n).exists():
        return
    pause = _pause(attempt.n, result)
    if pause is not None:
        dispatch.state, dispatch.not_before = State.HELD, at + pause
    else:
        dispatch.state = {DELIVERED: State.SENT, UNKNOWN: State.UNKNOWN}.get(result.kind, State.FAILED)
    dispatch.save(update_fields=["state", "not_before"])
    _tell(dispatch)


def doubt(*, before: dt.datetime, at: dt.datetime) -> int:
    """What has been leaving since before then is unknown from now on; how many. It is never sent again by itself."""
    doubtful = list(Dispatch.objects.in_doubt(before).order_by("id")[:500])
    for dispatch in doubtful:
        attempt = dispatch.attempts.order_by("-n").first()
        if attempt and not attempt.outcomes.exists():
            started = Started(attempt, "", Outgoing(dispatch.id, "", ""), {})
            settle(started, Result(UNKNOWN, "the sender stopped before it could say what became of it"), at=at)
    return len(doubtful)


def _started(dispatch: Dispatch, attempt: Attempt, at: dt.datetime) -> Started:
    account = dispatch.account
    out = Outgoing(dispatch.id, "", dispatch.text, dispatch.subject, dispatch.language)
    out.sender, out.sender_name = next((one for one in account.own if one), ""), account.name
    out.token = tokens.sign(dispatch.copy_of_id or dispatch.id)  # who answers a copy answers what was copied
    out.in_reply_to = list(dispatch.in_reply_to)
    out.is_automatic, out.at = dispatch.by_id is None, at
    try:
        out.to = dispatch.to
        out.files = [one.as_file() for one in Attachment.objects.of(dispatch.id)]
        return Started(attempt, account.kind, out, account.way_out())
    except ValueError as error:  # a key that is gone, an attachment that must not leave
        return Started(attempt, account.kind, out, {}, str(error))


def _log(dispatch: Dispatch, out: Outgoing, at: dt.datetime) -> None:
    """What is on its way has happened: the interaction, under the ids by which a copy of it might come back."""
    way = connectors.deliverer(dispatch.account.kind)
    data: dict[str, Any] = {"dispatch": str(dispatch.id), "in_reply_to": dispatch.in_reply_to}
    if dispatch.copy_of_id:
        data["copy_of"] = str(dispatch.copy_of_id)
    Interaction(
        id=dispatch.id,
        at=at,
        account=dispatch.account,
        record_id=dispatch.record_id,
        direction=Interaction.Direction.OUT,
        kind=way.KIND,
        language=dispatch.language,
        subject=dispatch.subject,
        text=dispatch.text,
        data=data,
        received_at=at,
    ).save(force_insert=True)
    _know(dispatch, [external_key(one) for one in way.known_as(out)] or [own_key(dispatch.id)], at)


def _know(dispatch: Dispatch, external_ids: list[str], at: dt.datetime | None = None) -> None:
    """A copy of it that comes in under one of these ids is a duplicate."""
    when = at or dispatch.attempts.order_by("n").values_list("started_at", flat=True)[0]
    keys = [
        InteractionKey(account_id=dispatch.account_id, external_id=one, interaction=dispatch.id, at=when)
        for one in sorted(external_ids)
    ]
    InteractionKey.objects.bulk_create(keys, ignore_conflicts=True)


def own_key(dispatch_id: uuid.UUID) -> str:
    """The id of what its channel gives no id, or has not yet given one."""
    return f"{OWN}{dispatch_id}"


def _pause(n: int, result: Result) -> dt.timedelta | None:
    """How long to wait before attempt `n` + 1; None when there is none."""
    if result.kind != DEFERRED or n > len(BACK_OFF):
        return None
    return max(BACK_OFF[n - 1], dt.timedelta(seconds=result.retry_after))


def _tell(dispatch: Dispatch) -> None:
    if dispatch.state == State.HELD:
        defer(dispatch)
    else:
        ids = {"dispatch": dispatch.id, "account": dispatch.account_id, "record": dispatch.record_id}
        announce(f"channels.dispatch.{dispatch.state}", **ids)


def defer(dispatch: Dispatch) -> None:
    """The job that takes it out, in the queue of senders: it commits with the row."""
    job = app.configure_task(JOB, queue="send", schedule_at=dispatch.not_before)
    job.defer(administration=str(dispatch.administration_id), dispatch=str(dispatch.id))
