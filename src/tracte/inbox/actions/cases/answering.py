"""The answer to a case: by the way, to the address and in the language that were fixed when it was opened."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.channels.actions import sending
from tracte.channels.models import Dispatch
from tracte.core.models import User
from tracte.inbox import promising
from tracte.inbox.actions import lock as lock_conversation
from tracte.inbox.actions import touch as touch_conversation
from tracte.inbox.actions.answering import subject_of, thread_of
from tracte.inbox.actions.cases import What, lock, step, touch
from tracte.inbox.arrivals import EXCERPT
from tracte.inbox.case_checking import require
from tracte.inbox.checking import Refused
from tracte.inbox.models import Case, Conversation, Turn


@transaction.atomic
def answer(case: Case, *, by: User, at: dt.datetime, text: str, key: str) -> Dispatch:
    """Say it to whoever asked. It stands in their conversation too, and what they say to it comes back there. `key`: of
    this act; the same one again sends nothing twice."""
    current = lock(case)
    if done := Dispatch.objects.filter(key=f"case:{key}").first():
        return done
    require(current, by, "answer")
    if not text.strip():
        raise Refused("nothing")
    assert current.account
    heard = _conversation(current)
    try:
        dispatch = sending.send(
            current.account,
            record=current.record,
            to=current.address,
            subject=subject_of(heard) if heard and heard.subject else current.service.name(current.language or "ca"),
            text=text.strip(),
            in_reply_to=thread_of(heard) if heard else (),
            key=f"case:{key}",
            by=by,
            at=at,
            language=current.language,
        )
    except sending.CannotSend as error:
        raise Refused("cannot_send") from error
    if heard:
        _say(heard, dispatch, at)
    promising.keep(current, at=at)
    current.answered_at = at
    step(current, What.ANSWERED, by=by, at=at, dispatch=dispatch)
    touch(current, "answered_at", "due_at")
    return dispatch


def _conversation(case: Case) -> Conversation | None:
    """The last one of its way and its correspondent."""
    found = Conversation.objects.filter(cases__case=case, account=case.account_id, record=case.record_id)
    return found.order_by("-opened_at", "-id").first()


def _say(conversation: Conversation, dispatch: Dispatch, at: dt.datetime) -> None:
    current = lock_conversation(conversation)
    Turn.objects.create(interaction=dispatch.id, conversation=current, at=at, dispatch=dispatch)
    current.turns_count += 1
    current.excerpt = " ".join(dispatch.text.split())[:EXCERPT]
    promising.keep(current, at=at)
    touch_conversation(current, at, "turns_count", "excerpt", "waiting_since", "due_at")
