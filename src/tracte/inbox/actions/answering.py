"""To answer, to take an answer back while it is held, and to write a note to the team."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from django.db import transaction

from tracte.channels.actions import sending
from tracte.channels.models import Dispatch, InteractionKey
from tracte.core.models import User
from tracte.inbox import promising
from tracte.inbox.actions import lock, touch
from tracte.inbox.arrivals import EXCERPT
from tracte.inbox.checking import Refused, check
from tracte.inbox.models import Conversation, Draft, Mention, Note, Promise, Step, Turn
from tracte.inbox.suggesting import filling

THREAD = 20  # ids of the thread that an answer names


@transaction.atomic
def reply(conversation: Conversation, *, by: User, at: dt.datetime, text: str, seen: int, key: uuid.UUID) -> Dispatch:
    """Answer where it came from. `seen`: how many turns the writer had before them; when there are more, Refused, and
    the draft stays. `key`: of this act; the same one again sends nothing twice."""
    current = lock(conversation)
    done = Dispatch.objects.filter(key=f"reply:{key}").first()
    if done:
        return done
    if reason := check(current, by)["reply"].reason or ("" if text.strip() else "nothing"):
        raise Refused(reason)
    if filling.unfilled(text):
        raise Refused("unfilled")
    if current.turns_count != seen:
        raise Refused("answered" if _was_answered(current, seen) else "arrived")
    dispatch = sending.send(
        current.account,
        record=current.record,
        to=current.address,
        subject=subject_of(current),
        text=text.strip(),
        in_reply_to=thread_of(current),
        key=f"reply:{key}",
        by=by,
        at=at,
        language=current.language,
    )
    Turn.objects.create(interaction=dispatch.id, conversation=current, at=at, dispatch=dispatch)
    promising.keep(current, at=at)
    current.turns_count += 1
    current.excerpt = " ".join(text.split())[:EXCERPT]
    Draft.objects.filter(conversation=current, by=by).delete()
    touch(current, at, "turns_count", "excerpt", "waiting_since", "due_at")
    return dispatch


@transaction.atomic
def take_back(turn: Turn, *, by: User, at: dt.datetime) -> str:
    """Stop an answer that has not left: the conversation waits as before, and the text is a draft again. Its text."""
    current = lock(turn.conversation)
    dispatch = turn.dispatch
    if dispatch and Step.objects.filter(dispatch=dispatch).exists():
        raise Refused("of_case")
    if dispatch is None or not sending.recall(dispatch, by=by, at=at):
        raise Refused("late")
    turn.delete()
    current.turns_count -= 1
    last = current.promises.filter(ended_at__gte=dispatch.at, what=Promise.What.ANSWER).order_by("-ended_at").first()
    if last and not current.promises.standing().exists():
        last.ended_at, last.end = None, ""
        last.save(update_fields=["ended_at", "end"])
        current.waiting_since, current.due_at = last.since, last.due_at or current.due_at
    Draft.objects.update_or_create(
        conversation=current, by=by, defaults={"text": dispatch.text, "seen": current.turns_count, "at": at}
    )
    touch(current, at, "turns_count", "waiting_since", "due_at")
    return dispatch.text


@transaction.atomic
def note(conversation: Conversation, *, by: User, at: dt.datetime, text: str) -> Note:
    """A word to the team; `@` and the first part of a colleague's address calls them."""
    if not text.strip():
        raise Refused("nothing")
    written = Note.objects.create(conversation=conversation, by=by, at=at, text=text.strip())
    named = {name.lower() for name in re.findall(r"(?<![\w.])@([\w.+-]{2,60})", text)}
    called = [user for user in User.objects.filter(is_active=True) if user.email.split("@")[0].lower() in named]
    Mention.objects.bulk_create(Mention(note=written, user=user) for user in called)
    touch(lock(conversation), at)
    return written


def _was_answered(conversation: Conversation, seen: int) -> bool:
    newest = conversation.turns.order_by("-at", "-interaction")[: max(conversation.turns_count - seen, 1)]
    return any(turn.dispatch_id for turn in newest)


def subject_of(conversation: Conversation) -> str:
    subject = conversation.subject
    return subject if not subject or re.match(r"(?i)(re|rv|aw)\s*:", subject) else f"Re: {subject}"


def thread_of(conversation: Conversation) -> list[str]:
    """The channel's ids of the last turns, oldest first."""
    newest = conversation.turns.order_by("-at", "-interaction").values_list("interaction", flat=True)[:THREAD]
    ids = dict(
        InteractionKey.objects.filter(account=conversation.account_id, interaction__in=list(newest)).values_list(
            "interaction", "external_id"
        )
    )
    return [ids[one] for one in reversed(newest) if one in ids]
