"""To send, to take back while it is held, and to order again what nobody knows to have arrived.

A dispatch is a row; what takes it out is a job (`delivering`). Who takes it back and who starts it exclude each other
in the database: both change the state from `held`, and only one of them finds it so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tracte.channels import connectors
from tracte.channels.actions import attaching, delivering
from tracte.channels.models import Account, Attachment, Dispatch, Intervention
from tracte.channels.outgoing import DELIVERED, Outgoing, Result
from tracte.core import keys, tenancy
from tracte.core.events import announce
from tracte.core.models import User
from tracte.people.models import SourceRecord

State = Dispatch.State
HOLD = dt.timedelta(seconds=10)  # in which a person may think again


class CannotSend(ValueError):
    """Why this cannot be sent, in one line that says how to mend it."""


@transaction.atomic
def send(
    account: Account,
    *,
    record: SourceRecord | None,
    to: str,
    subject: str = "",
    text: str,
    in_reply_to: str | Iterable[str] = (),
    key: str,
    by: User | None,
    at: dt.datetime,
    hold: dt.timedelta = HOLD,
    attachments: Iterable[Attachment] = (),
    language: str = "",
    copy_of: Dispatch | None = None,
) -> Dispatch:
    """Send something, at most once for each `key` of the administration: the same key again gives the same dispatch.

    `in_reply_to`: the channel's own ids of the thread, oldest first, or the one that is answered. It leaves after
    `hold`; until then `recall` takes it back. What a person says by voice is noted as said. Raises CannotSend.
    """
    files = list(attachments)
    by_hand = _check(account, Outgoing(tenancy.required(), to, text, subject), has_files=bool(files))
    thread = [in_reply_to] * bool(in_reply_to) if isinstance(in_reply_to, str) else list(in_reply_to)
    sealed = keys.keyring(tenancy.required()).seal(to.encode())
    whose = {"account": account, "record": record, "to_sealed": sealed, "by": by, "copy_of": copy_of}
    theirs = ["", *(one for one in thread if not one.startswith(delivering.OWN))]
    said: dict[str, Any] = {"subject": subject, "text": text, "language": language}
    said |= {"in_reply_to": thread, "answers": theirs[-1]}
    when = {"at": at, "not_before": at if by_hand else at + hold}
    dispatch, is_new = Dispatch.objects.get_or_create(key=key, defaults=whose | said | when)
    if is_new:
        attaching.claim(files, dispatch.id, at=at)
        _set_out(dispatch, to, hold, by_hand=by_hand)
    return dispatch


@transaction.atomic
def recall(dispatch: Dispatch, *, by: User | None, at: dt.datetime) -> bool:
    """Take it back, copies and all. False when it is too late: it is leaving, it left, or somebody was faster."""
    whole = [dispatch.id, *dispatch.copies.values_list("id", flat=True)]
    held = Dispatch.objects.filter(id__in=whole, state=State.HELD).order_by("id").select_for_update()
    if len(held) != len(whole):
        return False
    Dispatch.objects.filter(id__in=whole).update(state=State.RECALLED)
    dispatch.state = State.RECALLED
    Intervention.objects.create(dispatch=dispatch, kind=Intervention.Kind.RECALL, by=by, at=at)
    announce("channels.dispatch.recalled", dispatch=dispatch.id, account=dispatch.account_id)
    return True


@transaction.atomic
def resend(dispatch: Dispatch, *, by: User, at: dt.datetime) -> bool:
    """Order it again, knowing that it may arrive twice when its state is unknown. False when there is nothing to order:
    it is on its way, it arrived, or it was taken back."""
    again = Dispatch.objects.filter(id=dispatch.id, state__in=[State.UNKNOWN, State.FAILED])
    if not again.update(state=State.HELD, not_before=at):
        return False
    dispatch.state, dispatch.not_before = State.HELD, at
    Intervention.objects.create(dispatch=dispatch, kind=Intervention.Kind.RESEND, by=by, at=at)
    delivering.defer(dispatch)
    return True


def _check(account: Account, out: Outgoing, *, has_files: bool) -> bool:
    """Whether a person says it by hand. Raises CannotSend."""
    way = connectors.deliverer(account.kind)
    if way is None:
        raise CannotSend(f"nothing can be sent by {account.key}: {account.kind} has no way out")
    if not out.text.strip() and not has_files:
        raise CannotSend("there is nothing to send: write a text or attach a file")
    if reason := way.problem(out):
        raise CannotSend(reason)
    if account.kind == "email" and Account.objects.filter(kind="email", own__contains=[out.to.lower()]).exists():
        raise CannotSend(f"{out.to} is an address of ours: we do not write to ourselves")
    return way.BY_HAND


def _set_out(dispatch: Dispatch, to: str, hold: dt.timedelta, *, by_hand: bool) -> None:
    if by_hand:
        delivering.settle(delivering.start(dispatch.id, at=dispatch.at), Result(DELIVERED), at=dispatch.at)
        dispatch.refresh_from_db()
    else:
        delivering.defer(dispatch)
    if dispatch.account.kind == "webform" and "@" in to:
        _copy_by_mail(dispatch, to, hold)


def _copy_by_mail(dispatch: Dispatch, to: str, hold: dt.timedelta) -> None:
    """The answer waits at the follow-up page; who left an address gets it there too, if we have a mailbox."""
    mail = Account.objects.filter(kind="email").exclude(own=[]).order_by("key").first()
    if mail is None:
        return
    send(
        mail,
        record=dispatch.record,
        to=to,
        subject=dispatch.subject,
        text=dispatch.text,
        key=f"{dispatch.key}/mail",
        by=dispatch.by,
        at=dispatch.at,
        hold=hold,
        language=dispatch.language,
        copy_of=dispatch,
    )
