"""What is promised to whoever writes, and what that makes of the clock. Written by actions only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tracte.core.calendars import hours
from tracte.core.calendars.business_time import Hours, Term, due
from tracte.core.models import Calendar, User
from tracte.inbox.models import Conversation, Promise
from tracte.inbox.models.conversation import NO_TERM

ANSWER = Term(2, "working_days")  # where no service says otherwise
CALENDAR = "atencio"


def promise(
    conversations: Iterable[Conversation],
    *,
    term: Term = ANSWER,
    what: str = Promise.What.ANSWER,
    by: User | None = None,
) -> list[Promise]:
    """An answer to each, counted from when they have waited; set on the conversations, which the caller saves.

    Without the calendar of attention nothing is promised: nobody can say by when.
    """
    calendar = Calendar.objects.prefetch_related("days").filter(key=CALENDAR).first()
    if calendar is None:
        return []
    clock = hours.of(calendar)
    made = [
        _made(one, one.waiting_since, term, what, calendar, clock, by) for one in conversations if one.waiting_since
    ]
    return Promise.objects.bulk_create(made)


def _made(
    conversation: Conversation,
    since: dt.datetime,
    term: Term,
    what: str,
    calendar: Calendar,
    clock: Hours,
    by: User | None,
) -> Promise:
    found = due(since, term, clock)
    conversation.due_at = found.at or NO_TERM
    return Promise(
        conversation=conversation,
        what=what,
        since=since,
        amount=term.amount,
        unit=term.unit,
        calendar=calendar,
        skipped=[[day.isoformat(), why] for day, why in found.skipped],
        due_at=found.at,
        by=by,
    )


def keep(conversation: Conversation, *, at: dt.datetime) -> None:
    """What stood is done, in time or late; the conversation waits for nothing. The caller saves it."""
    for standing in conversation.promises.standing() if conversation.is_promised else ():
        late = standing.due_at is not None and at > standing.due_at
        standing.ended_at, standing.end = at, Promise.End.LATE if late else Promise.End.KEPT
        standing.save(update_fields=["ended_at", "end"])
    conversation.waiting_since, conversation.due_at = None, NO_TERM


def drop(conversation: Conversation, *, at: dt.datetime) -> None:
    """What stood has no more effect: nobody needs it."""
    conversation.promises.standing().update(ended_at=at, end=Promise.End.DROPPED)
    conversation.waiting_since, conversation.due_at = None, NO_TERM
