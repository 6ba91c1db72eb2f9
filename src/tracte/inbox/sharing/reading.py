"""What the choice needs, read at once for all units that share out: a query each, by index, none of which grows with
what is closed or with how much waits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable

from tracte.core.sql import column, rows
from tracte.inbox.checking import ATTENDS
from tracte.inbox.models import Assignment, Sharing, Skill
from tracte.inbox.models.sharing import MOST
from tracte.inbox.sharing.choosing import NEVER, Agent, Waiting

# Who attends where: by a role there or above; in the root, whose tray is everybody's, by a role anywhere.
AGENTS = """
WITH RECURSIVE now_in AS (
  SELECT DISTINCT ON (unit_id) unit_id, parent_id FROM core_unitversion WHERE valid_from <= current_date
  ORDER BY unit_id, valid_from DESC
), above AS (
  SELECT id AS unit, id AS at FROM unnest(%s::uuid[]) AS u(id)
  UNION SELECT a.unit, n.parent_id FROM above a JOIN now_in n ON n.unit_id = a.at WHERE n.parent_id IS NOT NULL
), root AS (
  SELECT u.id FROM core_unit u JOIN core_administration a ON a.id = u.administration_id AND a.slug = u.code
), staff AS (
  SELECT r.user_id, array_agg(DISTINCT a.unit) AS units FROM above a
  JOIN core_role r ON r.name = ANY(%s::text[]) AND (r.unit_id = a.at OR a.unit = (SELECT id FROM root))
  GROUP BY r.user_id
)
SELECT s.user_id, s.units, coalesce(h.most, %s::smallint), held.n, given.at
FROM staff s JOIN core_user u ON u.id = s.user_id AND u.is_active
JOIN LATERAL (SELECT is_there FROM inbox_availability WHERE user_id = s.user_id ORDER BY at DESC, id DESC LIMIT 1) v
  ON v.is_there
LEFT JOIN inbox_hand h ON h.user_id = s.user_id
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM inbox_conversation c WHERE c.agent_id = s.user_id
  AND c.closure_id IS NULL AND c.waiting_since IS NOT NULL LIMIT coalesce(h.most, %s::smallint)) q) held
CROSS JOIN LATERAL (SELECT max(x.at) AS at FROM inbox_assignment x WHERE x.agent_id = s.user_id) given
"""
TRAY = """
SELECT c.id, c.unit_id, c.due_at, coalesce(nullif(c.language, ''), c.seems_language), c.topic_id
FROM unnest(%s::uuid[]) AS u(id) CROSS JOIN LATERAL (
  SELECT * FROM inbox_conversation WHERE unit_id = u.id AND closure_id IS NULL AND snooze_id IS NULL
    AND agent_id IS NULL AND waiting_since IS NOT NULL ORDER BY due_at, id LIMIT %s::bigint
    FOR UPDATE SKIP LOCKED) c
ORDER BY c.due_at, c.id
"""
ABOVE = """
WITH RECURSIVE above AS (
  SELECT id AS topic, id AS at FROM unnest(%s::uuid[]) AS t(id)
  UNION SELECT a.topic, c.parent_id FROM above a JOIN vocabularies_concept c ON c.id = a.at AND c.parent_id IS NOT NULL
) SELECT topic, at FROM above
"""
ANSWERED = """
SELECT DISTINCT ON (w.id) w.id, said.by_id FROM unnest(%s::uuid[], %s::timestamptz[]) AS w(id, since)
JOIN inbox_conversation c ON c.id = w.id
JOIN people_membership mine ON mine.record_id = c.record_id AND mine.to_seq IS NULL
JOIN people_membership m ON m.person_id = mine.person_id AND m.to_seq IS NULL
CROSS JOIN LATERAL (SELECT p.id FROM inbox_conversation p WHERE p.record_id = m.record_id AND p.last_at >= w.since
  ORDER BY p.last_at DESC LIMIT 5) p
CROSS JOIN LATERAL (SELECT d.by_id, t.at FROM inbox_turn t JOIN channels_dispatch d ON d.id = t.dispatch_id
  WHERE t.conversation_id = p.id AND t.at >= w.since AND d.by_id IS NOT NULL ORDER BY t.at DESC LIMIT 1) said
ORDER BY w.id, said.at DESC
"""


def agents(units: Iterable[uuid.UUID]) -> list[Agent]:
    """Who is there in these units. Two queries."""
    asked = (column("uuid", units), column("text", ATTENDS), MOST, MOST)
    found = {
        user: Agent(user, frozenset(theirs), most, has, last_at or NEVER)
        for user, theirs, most, has, last_at in rows(AGENTS, *asked)
    }
    for skill in Skill.objects.filter(user__in=list(found)):
        who = found[skill.user_id]
        if skill.topic_id:
            who.topics |= {skill.topic_id}
        else:
            who.languages |= {skill.language}
    return list(found.values())


def tray(sharing: Iterable[Sharing], room: int, at: dt.datetime) -> list[Waiting]:
    """What waits in these units, of each the first `room` promised, locked. What somebody is changing right now is left
    to them. Four queries."""
    ways = {one.unit_id: one for one in sharing}
    found = rows(TRAY, column("uuid", ways), room)
    if not found:
        return []
    above: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for topic, upper in rows(ABOVE, column("uuid", {row[4] for row in found if row[4]})):
        above[topic].add(upper)
    lately = _answered({id: at - dt.timedelta(days=ways[unit].continuity_days) for id, unit, *_ in found})
    back = _given_back([row[0] for row in found])
    return [
        Waiting(id, unit, due_at, language, frozenset(above[topic]), lately.get(id), frozenset(back[id]))
        for id, unit, due_at, language, topic in found
    ]


def _answered(since: dict[uuid.UUID, dt.datetime]) -> dict[uuid.UUID, uuid.UUID]:
    return dict(rows(ANSWERED, column("uuid", since), column("timestamptz", since.values())))


def _given_back(conversations: list[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    back: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    freed = Assignment.objects.filter(conversation__in=conversations, agent=None, by__isnull=False)
    for conversation, who in freed.values_list("conversation_id", "by_id"):
        back[conversation].add(who)
    return back
