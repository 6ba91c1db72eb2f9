"""What is promised to whoever writes, and what that makes of the clock. Written by actions only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tracte.core.calendars import hours
from tracte.core.calendars.business_time import Term, due
from tracte.core.clock import now
from tracte.core.models import Calendar, User
from tracte.inbox.models import Case, Conversation, Promise
from tracte.inbox.models.conversation import NO_TERM
from tracte.knowledge import contract
from tracte.knowledge.models import Service

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
    waiting = [(one, one.waiting_since) for one in conversations if one.waiting_since]
    calendar = _calendar(CALENDAR) if waiting else None
    if calendar is None:
        return []
    made = [
        counted(Promise(conversation=one, what=what, since=since, calendar=calendar, by=by), term)
        for one, since in waiting
    ]
    return Promise.objects.bulk_create(made)


def promise_case(case: Case, *, since: dt.datetime, by: User | None) -> Promise | None:
    """What its service promises, its own or inherited, by its own calendar; the caller saves the case."""
    made = foreseen(case.service, since=since, case=case, by=by)
    if made:
        made.save(force_insert=True)
    return made


def foreseen(
    service: Service, *, since: dt.datetime, case: Case | None = None, by: User | None = None
) -> Promise | None:
    """What would be promised of a service; not saved."""
    said = of_service(service)
    return of_case(case, said, since=since, by=by) if said else None


def of_service(service: Service) -> tuple[Term, Calendar] | None:
    """Its term and by which calendar, its own or inherited."""
    said = contract.promise(service)
    calendar = _calendar(said.calendar_key) or _calendar(CALENDAR)
    return (Term(said.amount, said.unit) if said.amount else ANSWER, calendar) if calendar else None


def of_case(case: Case | None, said: tuple[Term, Calendar], *, since: dt.datetime, by: User | None) -> Promise:
    term, calendar = said
    return counted(Promise(case=case, what=Promise.What.ANSWER, since=since, calendar=calendar, by=by), term)


def counted(promise: Promise, term: Term, pauses: Iterable[tuple[dt.datetime, dt.datetime | None]] = ()) -> Promise:
    """The promise with its deadline and derivation, set on whom it stands too: who calls saves both."""
    found = due(promise.since, term, hours.of(promise.calendar), pauses)
    promise.amount, promise.unit = term.amount, term.unit
    promise.skipped = [[day.isoformat(), why] for day, why in found.skipped]
    promise.due_at = found.at
    whose = promise.case or promise.conversation
    if whose:
        whose.due_at = found.at or NO_TERM
    return promise


def recount(promise: Promise) -> None:
    """Its deadline anew, less its pauses; the caller saves whom it stands on."""
    counted(promise, promise.term, promise.pauses.order_by("since").values_list("since", "until"))
    promise.rings_at = now()
    promise.save(update_fields=["due_at", "skipped", "rings_at"])


def keep(whose: Conversation | Case, *, at: dt.datetime) -> None:
    """What stood is done, in time or late; they wait for nothing. The caller saves it."""
    may_stand = whose.is_promised or isinstance(whose, Case) or whose.waiting_since
    for standing in whose.promises.standing().select_related("calendar") if may_stand else ():
        if standing.due_at is None:  # what is done is not waited for
            standing.pauses.filter(until=None).update(until=at)
            recount(standing)
        late = standing.due_at is not None and at > standing.due_at
        standing.ended_at, standing.end = at, Promise.End.LATE if late else Promise.End.KEPT
        standing.save(update_fields=["ended_at", "end"])
    rest(whose)


def drop(whose: Conversation | Case, *, at: dt.datetime) -> None:
    """What stood has no more effect: nobody needs it."""
    whose.promises.standing().update(ended_at=at, end=Promise.End.DROPPED)
    rest(whose)


def rest(whose: Conversation | Case) -> None:
    """They wait for nothing. The caller saves it."""
    whose.due_at = NO_TERM
    if isinstance(whose, Conversation):
        whose.waiting_since = None


def _calendar(key: str) -> Calendar | None:
    return Calendar.objects.with_days().filter(key=key).first() if key else None
