"""The queue of doubts, and what people say of them. A verdict that decides becomes an edge; all of it is remembered.

Most doubts are decided by the first who is sure. A keyed hash picks about one in ten for two opinions: the first is
kept and nothing happens, the second is given without seeing it, and when they differ somebody who leads settles it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from tracte.core import tenancy
from tracte.core.models import User
from tracte.people import actions, reading, tasks
from tracte.people.actions import Evidence, Refused
from tracte.people.models import Edge
from tracte.people.review import calibrating
from tracte.people.review.models import Doubt, Doubts, Verdict

SAME, DIFFERENT, UNSURE = Verdict.Said.SAME, Verdict.Said.DIFFERENT, Verdict.Said.UNSURE
LEADS = "supervisor"
REGRET = dt.timedelta(hours=1)  # for so long a verdict is taken back as if it had never been


def queue(user: User) -> Doubts:
    """What this person may judge: what waits, that they have not judged, and on which two do not disagree already."""
    mine = Verdict.objects.standing().filter(doubt=OuterRef("id"), by=user)
    return Doubt.objects.waiting().undisputed().exclude(Exists(mine)).in_order()


def disputes(user: User) -> Doubts:
    """What somebody who leads, and gave neither opinion, must settle."""
    mine = Verdict.objects.standing().filter(doubt=OuterRef("id"), by=user)
    return Doubt.objects.waiting().disputed().exclude(Exists(mine)).in_order()


def next_for(user: User, after: Doubt | None = None) -> Doubt | None:
    """The next one of the queue, from the beginning again after the last; None when nothing waits."""
    waiting = queue(user)
    following = waiting.after(after.weight, after.id).first() if after else None
    found = following or waiting.first()
    return None if found and after and found.id == after.id else found


@dataclass(frozen=True)
class Standing:
    """A doubt as it is now: the persons of its records, what was said of it, why it no longer waits if it does not."""

    persons: tuple[uuid.UUID, uuid.UUID]
    verdicts: list[Verdict]
    is_open: bool
    refusal: str  # why they cannot be joined, if they cannot

    @property
    def is_disputed(self) -> bool:
        return {SAME, DIFFERENT} <= {verdict.said for verdict in self.verdicts}

    def of(self, user: User) -> Verdict | None:
        """What this person said."""
        return next((verdict for verdict in self.verdicts if verdict.by_id == user.id), None)


def standing(doubt: Doubt) -> Standing:
    """How it is with this doubt."""
    owner = reading.persons([doubt.a_id.bytes, doubt.b_id.bytes])
    one, other = owner[doubt.a_id.bytes], owner[doubt.b_id.bytes]
    barred = one != other and any({one, other} == set(pair) for pair in reading.barriers([one]))
    persons = uuid.UUID(bytes=one), uuid.UUID(bytes=other)
    verdicts = list(doubt.verdicts.standing().select_related("by").order_by("id"))
    is_open = doubt.closed_at is None and one != other and not barred
    return Standing(persons, verdicts, is_open, actions.preview_merge(*persons).refusal)


@transaction.atomic
def judge(doubt_id: uuid.UUID, said: str, *, by: User, at: dt.datetime, reason: str = "") -> Verdict:
    """Say whether the two are one person: same, different or unsure. The same said twice is said once.

    Refused: `judged` (it waits no more), `yours` (one's own word stands), `disputed` (only who leads may settle it),
    `documents` (two different verified documents are never one person).
    """
    actions.lock_all()
    doubt = Doubt.objects.get(id=doubt_id)
    now = standing(doubt)
    if mine := now.of(by):
        if mine.said == said:
            return mine
        raise Refused("yours")
    if not now.is_open:
        raise Refused("judged")
    if now.is_disputed and not by.has_role(LEADS):
        raise Refused("disputed")
    if said == SAME and now.refusal:
        raise Refused(now.refusal)
    edge = _decide(doubt, now, said, by, at, reason) if _decides(doubt, now, said) else None
    verdict = Verdict.objects.create(doubt=doubt, by=by, at=at, said=said, reason=reason, edge=edge)
    if edge:
        _close(doubt, at)
        if calibrating.is_time():
            tasks.calibrate.defer(administration=str(tenancy.required()))
    return verdict


def _decides(doubt: Doubt, now: Standing, said: str) -> bool:
    """Is this the word that settles it?"""
    sure = [verdict.said for verdict in now.verdicts if verdict.said != UNSURE]
    agree = set(sure) <= {said} and len(sure) + 1 >= doubt.opinions
    return said != UNSURE and (now.is_disputed or agree)


def _decide(doubt: Doubt, now: Standing, said: str, by: User, at: dt.datetime, reason: str) -> Edge:
    seen = Evidence(doubt.a_id, doubt.b_id, doubt.model_id, doubt.weights)
    if said == SAME:
        actions.merge(*now.persons, by=by, at=at, reason=reason, seen=seen)
    else:
        actions.keep_apart(doubt.a_id, doubt.b_id, by=by, at=at, reason=reason, seen=seen)
    return Edge.objects.filter(a=doubt.a_id, b=doubt.b_id).latest("seq")


def _close(doubt: Doubt, at: dt.datetime | None) -> None:
    Doubt.objects.filter(id=doubt.id).update(closed_at=at)


@transaction.atomic
def withdraw(doubt_id: uuid.UUID, *, by: User, at: dt.datetime) -> None:
    """Take one's own word back, soon after, as if it had never been said: the doubt waits again.

    Refused: `late`, `nothing` (no word of theirs stands), `judged` (others decided since), `changed` (something was
    done to the two since).
    """
    actions.lock_all()
    verdict = Verdict.objects.standing().select_related("doubt").filter(doubt=doubt_id, by=by).first()
    if verdict is None:
        raise Refused("nothing")
    if at - verdict.at > REGRET:
        raise Refused("late")
    if verdict.edge_id:
        actions.take_back(verdict.edge_id, by=by, at=at)
        _close(verdict.doubt, None)
    elif verdict.doubt.closed_at:
        raise Refused("judged")
    Verdict.objects.filter(id=verdict.id).update(withdrawn_at=at)


@dataclass(frozen=True)
class Numbers:
    """How the review goes. `agreed` of `twice`: second opinions that said the same as the first."""

    waiting: int
    today: int
    disputed: int
    twice: int
    agreed: int


def numbers(user: User, *, since: dt.datetime) -> Numbers:
    """`waiting` for this person; `today`: verdicts since then, of everybody."""
    twice = Doubt.objects.filter(opinions=2)
    differed = twice.disputed().count()
    decided = twice.filter(Exists(Verdict.objects.settling().filter(doubt=OuterRef("id"))))
    agreed = decided.undisputed().count()
    return Numbers(
        waiting=queue(user).count(),
        today=Verdict.objects.standing().filter(at__gte=since).count(),
        disputed=Doubt.objects.waiting().disputed().count(),
        twice=agreed + differed,
        agreed=agreed,
    )
