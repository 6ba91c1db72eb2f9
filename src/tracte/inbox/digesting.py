"""A unit's digest: when it goes, what it counts, how it reads. Numbers only: a mail is read by whoever stands by."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from tracte.core.calendars import hours
from tracte.core.sql import column, rows
from tracte.inbox import numbers
from tracte.inbox.models import Watch
from tracte.inbox.models.alarms import NEAR_PERCENT

MOST = 999
NAMED = 5  # of each kind, the first by their moment
FAR = 400  # days in which the next one is looked for
KINDS = ("new", "near", "broken", "citizen")
AWAKE = "c.closure_id IS NULL AND c.snooze_id IS NULL"
NEAR = """JOIN inbox_promise p ON p.{whose}_id = c.id AND p.ended_at IS NULL AND p.due_at - %s::timestamptz <=
  CASE WHEN u.hours > 0 THEN u.hours * interval '1 hour' ELSE (p.due_at - p.since) * u.percent / 100.0 END"""

# One row for each unit, kind and table: how many (no more than MOST and one), the first ones, the oldest moment.
COUNTED = """
SELECT u.id, '{kind}', '{whose}', count(q.id), (array_agg(q.id ORDER BY q.moment, q.id))[1:{named}],
  (array_agg(q.number ORDER BY q.moment, q.id))[1:{named}], min(q.moment)
FROM u CROSS JOIN LATERAL (SELECT c.id, {number} AS number, {moment} AS moment FROM inbox_{whose} c {join}
  WHERE c.unit_id = u.id AND {which} LIMIT {limit}) q GROUP BY u.id"""
NO_NUMBER = "NULL::bigint"
PARTS = (
    ("new", "conversation", NO_NUMBER, "c.opened_at", "", "c.last_at >= u.since AND c.opened_at >= u.since"),
    ("new", "case", "c.number", "c.opened_at", "", "c.opened_at >= u.since"),
    ("near", "conversation", NO_NUMBER, "c.due_at", NEAR, f"{AWAKE} AND c.due_at > %s::timestamptz"),
    ("near", "case", "c.number", "c.due_at", NEAR, "c.closure_id IS NULL AND c.due_at > %s::timestamptz"),
    ("broken", "conversation", NO_NUMBER, "c.due_at", "", f"{AWAKE} AND c.due_at <= %s::timestamptz"),
    ("broken", "case", "c.number", "c.due_at", "", "c.closure_id IS NULL AND c.due_at <= %s::timestamptz"),
    ("citizen", "conversation", NO_NUMBER, "c.last_at", "", f"{AWAKE} AND c.waiting_since IS NULL"),
    ("citizen", "case", "c.number", "c.waits_since", "", "c.closure_id IS NULL AND c.waits_since IS NOT NULL"),
    ("oldest", "conversation", NO_NUMBER, "c.waiting_since", "", f"{AWAKE} AND c.waiting_since IS NOT NULL"),
)


def next_at(watch: Watch, after: dt.datetime) -> dt.datetime | None:
    """The next hour of its digest after a moment: on a day that its calendar works, of each week the first if so."""
    if watch.digest == Watch.Digest.NEVER or watch.calendar is None:
        return None
    office = hours.of(watch.calendar)
    first = office.day(after)
    for day in (first + dt.timedelta(days=n) for n in range(FAR)):
        monday = day - dt.timedelta(days=day.weekday())
        before = (monday + dt.timedelta(days=n) for n in range(day.weekday()))
        if office.why_closed(day) or (watch.digest == Watch.Digest.WEEKLY and not all(map(office.why_closed, before))):
            continue
        for hour in watch.hours:
            moment = dt.datetime.combine(day, hour, office.zone).astimezone(dt.UTC)
            if moment > after:
                return moment
    return None


def counts(asked: Iterable[tuple[Watch, dt.datetime]], at: dt.datetime) -> dict[uuid.UUID, dict[str, Any]]:
    """What each unit has: of each kind how many, the first ones, the oldest. `asked`: with since when new is new. One
    query, whatever the number of units."""
    asked = list(asked)
    parts, moments = [], []
    for kind, whose, number, moment, join, which in PARTS:
        told = {"kind": kind, "whose": whose, "number": number, "moment": moment, "which": which}
        part = COUNTED.format(named=NAMED, limit=MOST + 1, join=join.format(whose=whose), **told)
        parts.append(part)
        moments += [at] * part.count("%s")
    units = (
        "WITH u AS (SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::smallint[], %s::smallint[]) "
        "AS u(id, since, hours, percent))"
    )
    columns = (
        column("uuid", [one.unit_id for one, _ in asked]),
        column("timestamptz", [since for _, since in asked]),
        column("smallint", [one.near_hours or 0 for one, _ in asked]),
        column("smallint", [one.near_percent or NEAR_PERCENT for one, _ in asked]),
    )
    found: dict[uuid.UUID, dict[str, Any]] = {one.unit_id: {} for one, _ in asked}
    for unit, kind, whose, n, ids, named, oldest in rows(units + " UNION ALL ".join(parts), *columns, *moments):
        items = [[whose, str(id), reference(id, number)] for id, number in zip(ids, named, strict=True)]
        kept = found[unit].setdefault(kind, {"n": 0, "items": [], "oldest": oldest.isoformat()})
        kept["n"] += n
        kept["items"] += items
        kept["oldest"] = min(kept["oldest"], oldest.isoformat())
    return found


def reference(id: uuid.UUID, number: int | None) -> str:
    """A case's number; of a conversation, which has none, the end of its id."""
    return numbers.said(number) if number is not None else f"#{str(id)[-8:]}"


def is_empty(told: dict[str, Any]) -> bool:
    return not any(told.get(kind, {}).get("n") for kind in KINDS)


def subject(unit: str, told: dict[str, Any]) -> str:
    """«Atenció: 3 de noves, 1 fora de termini»."""
    said = {"unit": unit, "new": _many(told, "new"), "broken": _many(told, "broken")}
    return gettext("%(unit)s: %(new)s de noves, %(broken)s fora de termini") % said


def text(unit: str, told: dict[str, Any], site: str, oldest: str) -> str:
    """The whole mail. `oldest`: since when the oldest one waits, in words."""
    heads = {
        "new": gettext("Han arribat des de l’últim resum"),
        "near": gettext("Són a punt de vèncer"),
        "broken": gettext("Són fora de termini"),
        "citizen": gettext("Esperen que ens diguin alguna cosa"),
    }
    lines = [gettext("Així està %(unit)s:") % {"unit": unit}, ""]
    for kind, head in heads.items():
        lines.append(f"{head}: {_many(told, kind)}")
        for whose, id, name in told.get(kind, {}).get("items", [])[:NAMED]:
            lines.append(f"  {name}  {site}/desk/{'cases' if whose == 'case' else 'inbox'}/{id}/")
    if oldest:
        [[_, id, name], *_rest] = told["oldest"]["items"]
        lines += ["", gettext("La que fa més que espera: %(name)s, des de %(when)s") % {"name": name, "when": oldest}]
        lines.append(f"  {site}/desk/inbox/{id}/")
    lines += ["", gettext("Tota la safata: %(link)s") % {"link": f"{site}/desk/inbox/?view=team"}]
    lines.append(gettext("Quan i a qui arriba aquest resum: %(link)s") % {"link": f"{site}/desk/teams/"})
    return "\n".join(lines)


def _many(told: dict[str, Any], kind: str) -> str:
    n = told.get(kind, {}).get("n", 0)
    return f"{MOST}+" if n > MOST else str(n)
