"""A bulk act is carried out in batches, one transaction each; every conversation in a savepoint, with its outcome.

A batch never waits for a row that somebody holds: it takes the others, and comes back for that one. So nobody waits for
more than a batch, and nothing can lock it up for ever. Whoever dies in the middle leaves whole batches only.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracte.core import units
from tracte.core.events import announce
from tracte.core.models import User
from tracte.core.sql import column, rows
from tracte.inbox.actions import TOLD, told_once
from tracte.inbox.actions.bulk import kinds
from tracte.inbox.actions.bulk.kinds import Said
from tracte.inbox.checking import ATTENDS, Refused
from tracte.inbox.models import BulkAct, BulkOrder, BulkOutcome, BulkTarget, Conversation

BATCH = TOLD  # so that one event names all that changed
AGAIN = 2  # seconds, after which a row that somebody held, or an act that somebody else carries, is tried again
START, UNDO = BulkOutcome.Step.START, BulkOutcome.Step.UNDO

# How often people did something with a conversation. Rows are counted and not times: no two clocks must agree.
ACTS = """
SELECT c.id, (SELECT count(*) FROM inbox_assignment WHERE conversation_id = c.id)
  + (SELECT count(*) + count(r.closure_id) FROM inbox_closure k LEFT JOIN inbox_reopening r ON r.closure_id = k.id
     WHERE k.conversation_id = c.id)
  + (SELECT count(*) FROM inbox_snooze WHERE conversation_id = c.id)
  + (SELECT count(*) FROM inbox_note WHERE conversation_id = c.id)
  + (SELECT count(*) FROM inbox_topiclabel WHERE conversation_id = c.id)
  + (SELECT count(*) FROM inbox_caseorigin WHERE conversation_id = c.id)
  + (SELECT count(*) FROM inbox_turn WHERE conversation_id = c.id AND dispatch_id IS NOT NULL)
FROM unnest(%s::uuid[]) AS c(id)
"""


class Next(NamedTuple):
    """Whether something is left, and in how many seconds to go on."""

    is_left: bool
    seconds: int = 0


class Seen(NamedTuple):
    """A conversation that is held, what of it was seen before, and how many acts it has now."""

    row: BulkTarget | BulkOutcome
    conversation: Conversation
    acts: int


def acts_of(conversations: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    return dict(rows(ACTS, column("uuid", conversations)))


def pending(act: BulkAct, step: str) -> QuerySet:
    """What a step has still to do: the targets that were foreseen to be done; of undoing, what was done."""
    ended = BulkOutcome.objects.filter(act=act, step=step, conversation=OuterRef("conversation"))
    if step == START:
        return BulkTarget.objects.filter(~Exists(ended), act=act, foreseen="").order_by("id")
    return BulkOutcome.objects.filter(~Exists(ended), act=act, step=START, reason="").order_by("-id")


@transaction.atomic
def batch(act: uuid.UUID, step: str, *, at: dt.datetime) -> Next:
    """Up to BATCH of what is left. Nothing when it was stopped, or never begun."""
    found = BulkAct.objects.select_for_update(skip_locked=True, no_key=True).filter(id=act).first()
    if found is None:
        return Next(BulkAct.objects.filter(id=act).exists(), AGAIN)
    orders = {one.what: one for one in found.orders.select_related("by")}
    if step not in orders or (step == START and BulkOrder.What.STOP in orders):
        return Next(False)
    by = orders[step].by
    said, seen = kinds.said(found, by=by, at=at), _seen_by(by)
    held = list(_held(found, step))
    with told_once():
        for one in held:
            _one(found, step, one, said, is_seen=one.conversation.unit_id in seen)
    announce("inbox.bulk.moved", act=found.id, agents=sorted({found.by_id, by.pk}))
    return Next(pending(found, step).exists(), 0 if held else AGAIN)


def _seen_by(by: User) -> list[uuid.UUID]:
    """Whose conversations they may act on now; who left may on none."""
    return units.seen_by(by, *ATTENDS) if by.is_active else []


def _held(act: BulkAct, step: str) -> Iterator[Seen]:
    """The next ones that nobody else holds. What is done to them meanwhile waits until the batch ends."""
    free = pending(act, step).select_related("conversation").select_for_update(skip_locked=True, of=("conversation",))
    found = list(free[:BATCH])
    acts = acts_of(one.conversation_id for one in found)
    return (Seen(one, one.conversation, acts[one.conversation_id]) for one in found)


def _one(act: BulkAct, step: str, one: Seen, said: Said, *, is_seen: bool) -> None:
    told = BulkOutcome(act=act, conversation=one.conversation, step=step, at=said.at)
    try:
        with transaction.atomic():
            if not is_seen:
                raise Refused("unseen")
            if isinstance(one.row, BulkOutcome):
                _undo(one.row, one, said)
            else:
                _do(told, one.row, one, said)
            told.save(force_insert=True)
            return
    except Refused as refused:
        reason = refused.reason
    except IntegrityError:
        reason = "failed"
    BulkOutcome.objects.create(act=act, conversation=one.conversation, step=step, at=said.at, reason=reason)


def _do(told: BulkOutcome, target: BulkTarget, one: Seen, said: Said) -> None:
    """Only on what is as the dry run saw it."""
    if refused := kinds.why_not(one.conversation, said):
        raise Refused(refused)
    if one.acts != target.acts:
        raise Refused("acted")
    if said.what in kinds.HIDES and one.conversation.turns_count != target.turns:
        raise Refused("came")
    told.before = kinds.before(one.conversation)
    told.made = kinds.do(one.conversation, said)
    told.acts = one.acts + 1


def _undo(done: BulkOutcome, one: Seen, said: Said) -> None:
    """Only where nobody did anything since."""
    if one.acts != done.acts:
        raise Refused("acted")
    kinds.undo(done, one.conversation, said)
