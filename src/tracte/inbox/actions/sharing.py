"""To share out what waits among who is there; and what a unit, a supervisor and an agent say of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from tracte.core import tenancy, units
from tracte.core.clock import now
from tracte.core.events import announce
from tracte.core.models import Event, Unit, User
from tracte.core.sql import run
from tracte.inbox.actions import changed
from tracte.inbox.checking import ATTENDS, LEADS, Refused
from tracte.inbox.models import Assignment, Availability, Conversation, Hand, Sharing, Skill
from tracte.inbox.sharing import choosing, reading
from tracte.vocabularies.models import Concept

AT_ONCE = 500  # conversations given in one go; what is left waits for the next
HELD_ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtext('inbox.sharing'), hashtext(%s::text))"


def hear(event: Event) -> None:
    """Something came in, was freed, answered or closed, or somebody came or went: there may be room.

    It is shared out once that is committed, in a transaction of its own: whoever holds conversations must not wait for
    the one lock while its holder waits for them. Whoever dies in between leaves it to the task of each minute.
    """
    if _shared_out().exists():
        transaction.on_commit(partial(_share_out_of, tenancy.required()), robust=True)


def _share_out_of(administration: uuid.UUID) -> None:
    with tenancy.acting_for(administration):
        share_out(at=now())


def _shared_out() -> QuerySet[Sharing]:
    return Sharing.objects.exclude(way=Sharing.Way.BY_HAND)


@transaction.atomic
def share_out(*, at: dt.datetime) -> int:
    """Give what nobody has, of all units that do not go by hand, to who is there and has room; how many. One at a time
    in an administration: somebody may attend in several units, and is never given more than they can hold."""
    sharing = list(_shared_out())
    if not sharing:
        return 0
    run(HELD_ONE_BY_ONE, str(tenancy.required()))
    staff = reading.agents(one.unit_id for one in sharing)
    room = sum(one.most - one.has for one in staff)
    waiting = reading.tray(sharing, min(room, AT_ONCE), at) if room else []
    turns = frozenset(one.unit_id for one in sharing if one.way == Sharing.Way.ROUND_ROBIN)
    given = choosing.share(waiting, staff, turns, at)
    _give(given, at)
    return len(given)


def _give(given: list[choosing.Gift], at: dt.datetime) -> None:
    if not given:
        return
    made = [
        Assignment(
            conversation_id=one.conversation,
            at=at + n * dt.timedelta(microseconds=1),
            unit_id=one.unit,
            agent_id=one.agent,
            why=one.why,
        )
        for n, one in enumerate(given)
    ]
    Assignment.objects.bulk_create(made)
    told = [Conversation(id=one.conversation, unit_id=one.unit, agent_id=one.agent) for one in given]
    Conversation.objects.bulk_update(told, ["agent"], batch_size=AT_ONCE)
    changed(told, "inbox.conversations.given")


@transaction.atomic
def set_sharing(unit: Unit, *, by: User, at: dt.datetime, way: str, continuity_days: int = 0) -> Sharing:
    """How a unit shares out from now on. Only who leads it."""
    if unit.pk not in units.of(by, *LEADS):
        raise Refused("role")
    said = {"way": way, "continuity_days": continuity_days, "at": at, "by": by}
    made, _ = Sharing.objects.update_or_create(unit=unit, defaults=said)
    announce("inbox.sharing.changed", units=[unit.pk])
    return made


@transaction.atomic
def say_there(user: User, *, by: User, at: dt.datetime, is_there: bool) -> None:
    """Somebody is there, or is not: they say so, or who leads them. Said again it changes nothing."""
    if user != by and not leads(by, user):
        raise Refused("role")
    last = Availability.objects.filter(user=user).order_by("-at", "-id").first()
    if (last.is_there if last else False) != is_there:
        Availability.objects.create(user=user, by=by, at=at, is_there=is_there)
        announce("inbox.sharing.changed", agents=[user.pk])


@transaction.atomic
def set_hand(
    user: User, *, by: User, at: dt.datetime, most: int, languages: Iterable[str], topics: Iterable[Concept]
) -> Hand:
    """How much somebody can hold, in which languages they answer, which topics they know. Only who leads them."""
    if not leads(by, user):
        raise Refused("role")
    hand, _ = Hand.objects.update_or_create(user=user, defaults={"most": most, "by": by, "at": at})
    wanted = {(code, None) for code in languages} | {("", one.pk) for one in topics}
    known = {(one.language, one.topic_id): one for one in Skill.objects.filter(user=user)}
    Skill.objects.filter(id__in=[one.id for key, one in known.items() if key not in wanted]).delete()
    added = sorted(wanted - set(known), key=str)
    Skill.objects.bulk_create(Skill(user=user, language=code, topic_id=topic, by=by, at=at) for code, topic in added)
    announce("inbox.sharing.changed", agents=[user.pk])
    return hand


def leads(by: User, user: User) -> bool:
    """Whether somebody works where the other one leads."""
    theirs: set[uuid.UUID] = set(user.roles.filter(name__in=ATTENDS).values_list("unit_id", flat=True))
    return bool(theirs & set(units.of(by, *LEADS)))
