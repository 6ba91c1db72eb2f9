"""What comes in becomes conversations."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from tracte.channels.models import Account
from tracte.core import keys, units
from tracte.core.events import announce
from tracte.core.models import Event, Unit
from tracte.core.sql import column, run
from tracte.inbox import arrivals, promising
from tracte.inbox.arrivals import Arrival, Known
from tracte.inbox.models import Conversation, Promise, Snooze, Turn
from tracte.inbox.suggesting import languages

GO_ON = """
UPDATE inbox_conversation c SET turns_count = t.turns_count, last_at = t.last_at, excerpt = t.excerpt,
  waiting_since = t.waiting_since, due_at = t.due_at, snooze_id = t.snooze_id
FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::uuid[])
  AS t(id, turns_count, last_at, excerpt, waiting_since, due_at, snooze_id) WHERE c.id = t.id
"""
_held: ContextVar[list[Conversation] | None] = ContextVar("held", default=None)
TOLD = 50  # conversations named by one event; of more, the lists are read again


@transaction.atomic
def thread(event: Event) -> None:
    """Give each interaction of a batch its conversation. Hears `channels.batch.received`; twice is once."""
    account = Account.objects.select_related("unit").get(id=event.ids["account"])
    if account.attended_since is None:
        return
    came = arrivals.of_batch(account, event.ids)
    threaded = set(Turn.objects.filter(interaction__in=[one.id for one in came]).values_list("interaction", flat=True))
    if came := [one for one in came if one.id not in threaded]:
        _thread(account, came)


def _thread(account: Account, came: Sequence[Arrival]) -> None:
    known = arrivals.know(account, came)
    unit = account.unit or units.root()
    new: dict[uuid.UUID, Conversation] = {}
    touched: dict[uuid.UUID, Conversation] = {}
    turns: list[Turn] = []
    calls: set[uuid.UUID] = set()
    for one in came:
        found = known.of(one)
        if found is None or not found.is_open:
            if not one.starts and found is None:
                continue  # a call, an automatic mail: it happened, and asks for nothing
            if one.starts:
                found = new[one.id] = _begun(account, unit, one, known, follows=found)
        if found is None:
            continue
        _said(found, one)
        touched[found.id] = found
        if one.wants_a_call:
            calls.add(found.id)
        turns.append(Turn(interaction=one.id, conversation=found, at=one.at))
        if found.is_open and one.record:
            known.open[one.record] = known.open.get(one.record, found)
    _seem(new, came)
    _write(list(new.values()), list(touched.values()), turns, calls)


def _begun(account: Account, unit: Unit, one: Arrival, known: Known, follows: Conversation | None) -> Conversation:
    to = arrivals.address(account, one, known)
    return Conversation(
        account=account,
        record_id=one.record,
        subject=one.subject[:300],
        language=(known.languages.get(one.record, "") if one.record else "") or one.language,
        topic_id=one.topic,
        unit=follows.unit if follows else unit,
        address_sealed=keys.keyring(account.administration_id).seal(to.encode()) if to else None,
        opened_at=one.at,
        last_at=one.at,
        follows=follows,
    )


def _seem(new: dict[uuid.UUID, Conversation], came: Sequence[Arrival]) -> None:
    """Where neither the person nor the channel said a language, the one that the message seems to be in."""
    silent = [one for one in came if one.id in new and not new[one.id].language]
    for one, seems in zip(silent, languages.guess(one.written for one in silent), strict=True):
        new[one.id].seems_language = seems


def _said(conversation: Conversation, one: Arrival) -> None:
    """One turn more. Somebody who writes waits; what machines write, and corrections, wake nobody."""
    conversation.turns_count += 1
    conversation.last_at = max(conversation.last_at, one.at)
    conversation.excerpt = one.excerpt
    if one.starts and conversation.is_open and conversation.waiting_since is None:
        conversation.waiting_since = one.at
    if one.is_ours and conversation.waiting_since:  # answered from elsewhere: another mail programme, a telephone
        promising.keep(conversation, at=one.at)


def _write(
    new: list[Conversation], touched: list[Conversation], turns: list[Turn], calls: Container[uuid.UUID]
) -> None:
    """`calls`: those of whom one asked to be called."""
    if not touched:
        return
    woken = [one for one in touched if one.snooze_id and one.waiting_since]
    Snooze.objects.filter(id__in=[one.snooze_id for one in woken]).update(ended_at=max(t.at for t in turns))
    for one in woken:
        one.snooze = None
    owed = [one for one in touched if one.waiting_since and not one.is_promised]
    promising.promise([one for one in owed if one.id not in calls])
    promising.promise([one for one in owed if one.id in calls], what=Promise.What.CALL)
    Conversation.objects.bulk_create(new)
    Turn.objects.bulk_create(turns)
    begun = {one.id for one in new}
    _go_on([one for one in touched if one.id not in begun])
    changed(touched)


def _go_on(known: list[Conversation]) -> None:
    """What the turns changed in conversations that there were."""
    if known:
        columns = (
            ("uuid", "id"),
            ("bigint", "turns_count"),
            ("timestamptz", "last_at"),
            ("text", "excerpt"),
            ("timestamptz", "waiting_since"),
            ("timestamptz", "due_at"),
            ("uuid", "snooze_id"),
        )
        run(GO_ON, *(column(kind, [getattr(one, name) for one in known]) for kind, name in columns))


def changed(conversations: Iterable[Conversation], what: str = "inbox.conversations.changed") -> None:
    """Tell whoever looks at them, or at a list that they are in, to look again."""
    named = list(conversations)
    if (held := _held.get()) is not None:
        held.extend(named)
        return
    if not named:
        return
    announce(
        what,
        conversations=sorted({one.id for one in named})[:TOLD],
        units=sorted({one.unit_id for one in named}),
        agents=sorted({one.agent_id for one in named if one.agent_id}),
    )


@contextmanager
def told_once() -> Iterator[None]:
    """What changes in here is told by one event when it ends, and not each by its own."""
    held: list[Conversation] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    changed(held)


def lock(conversation: Conversation) -> Conversation:
    """The row as it stands, for whoever is about to change it; nobody else does until the transaction ends."""
    return Conversation.objects.select_for_update().get(id=conversation.id)


def touch(conversation: Conversation, at: dt.datetime, *fields: str) -> None:
    conversation.last_at = max(conversation.last_at, at)
    conversation.save(update_fields=["last_at", *fields])
    changed([conversation])
