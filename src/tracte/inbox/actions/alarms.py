"""To ring for promises, each alarm once; to see what rang; and what a unit wants to be told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from tracte.core import units
from tracte.core.events import announce
from tracte.core.models import Calendar, Unit, User
from tracte.core.sql import column, rows
from tracte.inbox import alarming, digesting
from tracte.inbox.checking import LEADS, Refused
from tracte.inbox.models import Alarm, Case, Conversation, DigestReader, Notice, Promise, Watch

AT_ONCE = 500
TOLD = 100  # people named by one event

# The supervisors of each unit; where it has none, those of the nearest unit above that has some, the root at last.
SUPERVISORS = """
WITH RECURSIVE now_in AS (
  SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM core_unitversion WHERE valid_from <= current_date
  ORDER BY unit_id, valid_from DESC
), root AS (
  SELECT u.id FROM core_unit u JOIN core_administration a ON a.id = u.administration_id AND a.slug = u.code
), above AS (
  SELECT id AS unit, id AS at, 0 AS up FROM unnest(%s::uuid[]) AS u(id)
  UNION SELECT a.unit, coalesce(n.parent_id, r.id), a.up + 1 FROM above a CROSS JOIN root r
    LEFT JOIN now_in n ON n.unit_id = a.at WHERE a.at <> r.id AND a.up < 20
), led AS (
  SELECT a.unit, a.up, r.user_id FROM above a JOIN core_role r ON r.unit_id = a.at AND r.name = 'supervisor'
  JOIN core_user s ON s.id = r.user_id AND s.is_active
)
SELECT DISTINCT unit, user_id FROM led l WHERE up = (SELECT min(up) FROM led n WHERE n.unit = l.unit)
"""


@transaction.atomic
def ring(*, at: dt.datetime) -> int:
    """Ask the promises whose moment has come what they say, and tell who has them and who leads; how many were asked.
    Twice is once; what is being changed right now is asked the next time."""
    due = Promise.objects.standing().filter(rings_at__lte=at).order_by("rings_at", "id")
    asked = list(due.select_for_update(of=("self",), skip_locked=True).select_related("conversation", "case")[:AT_ONCE])
    watches = Watch.objects.in_bulk({_whose(one).unit_id for one in asked})
    alarms = []
    for one in asked:
        kind, one.rings_at = alarming.state(one, watches.get(_whose(one).unit_id), at)
        if kind and one.due_at:
            alarms.append(Alarm(promise=one, kind=kind, due_at=one.due_at, at=at))
    Promise.objects.bulk_update(asked, ["rings_at"])
    _tell(alarms)
    return len(asked)


def _tell(alarms: list[Alarm]) -> None:
    if not alarms:
        return
    rung = set(Alarm.objects.filter(promise__in=[one.promise for one in alarms]).values_list("promise_id", "kind"))
    new = [one for one in alarms if (one.promise_id, one.kind) not in rung]
    Alarm.objects.bulk_create(new)
    leaders = supervisors({_whose(one.promise).unit_id for one in new})
    notices = []
    for one in new:
        whose = _whose(one.promise)
        told = set(leaders.get(whose.unit_id, ())) | ({whose.agent_id} if whose.agent_id else set())
        notices += [Notice(alarm=one, user_id=user) for user in sorted(told)]
    Notice.objects.bulk_create(notices)
    people = sorted({one.user_id for one in notices})
    for n in range(0, len(people), TOLD):
        announce("inbox.notices.changed", agents=people[n : n + TOLD])


def supervisors(asked: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Who leads each of these units, or the nearest above. One query."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for unit, user in rows(SUPERVISORS, column("uuid", asked)):
        found.setdefault(unit, []).append(user)
    return found


def _whose(promise: Promise) -> Conversation | Case:
    whose = promise.case or promise.conversation
    assert whose
    return whose


@transaction.atomic
def see(user: User, *, at: dt.datetime, conversation: Conversation | None = None, case: Case | None = None) -> int:
    """Somebody saw their notices: all, or those of a conversation or a case; how many were new to them."""
    which = Q(alarm__promise__conversation=conversation) if conversation else Q()
    which &= Q(alarm__promise__case=case) if case else Q()
    seen = Notice.objects.filter(which, user=user, seen_at=None).update(seen_at=at)
    if seen:
        announce("inbox.notices.changed", agents=[user.pk])
    return seen


@transaction.atomic
def set_watch(
    unit: Unit,
    *,
    by: User,
    at: dt.datetime,
    near_percent: int | None = None,
    near_hours: int | None = None,
    digest: str = Watch.Digest.NEVER,
    hours: Collection[dt.time] = (),
    calendar: Calendar | None = None,
    is_sent_empty: bool = False,
    readers: Iterable[User] = (),
) -> Watch:
    """When its promises are about to be broken, and when its digest goes to whom (nobody named: its supervisors). Only
    who leads it. What is standing is asked anew."""
    if unit.pk not in units.of(by, *LEADS):
        raise Refused("role")
    if bool(near_percent) == bool(near_hours):
        raise Refused("near")
    if digest != Watch.Digest.NEVER and not (hours and calendar):
        raise Refused("digest")
    said: dict[str, Any] = {
        "near_percent": near_percent,
        "near_hours": near_hours,
        "digest": digest,
        "hours": sorted(set(hours)),
    }
    said |= {"calendar": calendar, "is_sent_empty": is_sent_empty, "at": at, "by": by}
    watch, _ = Watch.objects.update_or_create(unit=unit, defaults=said)
    watch.next_at = digesting.next_at(watch, at)
    watch.save(update_fields=["next_at"])
    watch.readers.all().delete()
    DigestReader.objects.bulk_create(DigestReader(watch=watch, user=one) for one in set(readers))
    theirs = Q(conversation__unit=unit, conversation__closure=None) | Q(case__unit=unit, case__closure=None)
    Promise.objects.standing().filter(theirs, rings_at__isnull=False).update(rings_at=at)
    return watch
