"""What was said in a conversation and what was done with it, from old to new. Three queries, whatever its length."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from django.utils import timezone

from tracte.channels.models import Attachment, Dispatch
from tracte.core.clock import now
from tracte.core.sql import rows
from tracte.inbox.models import Conversation
from tracte.inbox.sharing import words as sharing
from tracte.vocabularies.models import Concept

TURNS = 60  # of the newest; older ones are asked for
NO_MORE_THAN = 20_000  # characters of one turn

SAID = """
SELECT t.interaction, t.at, coalesce(i.direction, 'out'), i.kind,
  left(coalesce(nullif(i.data ->> 'reply_text', ''), i.text), {limit}), i.data ->> 'quoted', i.flags,
  coalesce(i.data #>> '{{auto,kind}}', CASE WHEN i.data ? 'bounce' THEN 'bounce' END)
FROM inbox_turn t LEFT JOIN LATERAL (
  SELECT * FROM channels_interaction WHERE id = t.interaction AND at = t.at OFFSET 0) i ON t.dispatch_id IS NULL
WHERE t.conversation_id = %s::uuid{before} ORDER BY t.at DESC, t.interaction DESC LIMIT {turns}
"""
BEFORE = " AND (t.at, t.interaction) < (%s::timestamptz, %s::uuid)"
DONE = """
SELECT 'note', n.id, n.at, u.full_name, n.text, '', NULL::jsonb FROM inbox_note n
  JOIN core_user u ON u.id = n.by_id WHERE n.conversation_id = %s::uuid
UNION ALL SELECT 'assigned', s.id, s.at, u.full_name, coalesce(g.full_name, ''), s.reason, s.why FROM inbox_assignment s
  LEFT JOIN core_user u ON u.id = s.by_id LEFT JOIN core_user g ON g.id = s.agent_id WHERE s.conversation_id = %s::uuid
UNION ALL SELECT 'closed', c.id, c.at, u.full_name, c.how, c.reason, NULL FROM inbox_closure c
  LEFT JOIN core_user u ON u.id = c.by_id WHERE c.conversation_id = %s::uuid
UNION ALL SELECT 'reopened', r.closure_id, r.at, u.full_name, '', '', NULL FROM inbox_reopening r JOIN inbox_closure c
  ON c.id = r.closure_id LEFT JOIN core_user u ON u.id = r.by_id WHERE c.conversation_id = %s::uuid
ORDER BY 3 DESC LIMIT 200
"""


@dataclass(slots=True)
class Entry:
    """One line of the thread. `what`: in, out, note, assigned, closed, reopened."""

    what: str
    id: uuid.UUID
    at: dt.datetime
    who: str | None = None
    text: str = ""
    detail: str = ""
    why: str = ""
    kind: str = ""
    quoted: str = ""
    flags: list[str] = field(default_factory=list)
    auto: str = ""
    dispatch: Dispatch | None = None
    files: list[Attachment] = field(default_factory=list)

    @property
    def can_be_taken_back(self) -> bool:
        return self.dispatch is not None and self.dispatch.can_be_recalled and self.dispatch.not_before > now()


def entries(
    conversation: Conversation, before: tuple[dt.datetime, uuid.UUID] | None = None
) -> tuple[list[Entry], bool]:
    """The newest turns with what was done around them, and whether there are older ones."""
    statement = SAID.format(limit=NO_MORE_THAN, turns=TURNS + 1, before=BEFORE if before else "")
    found = rows(statement, conversation.id, *(before or ()))
    has_older = len(found) > TURNS
    said = [_said(*row) for row in found[:TURNS]]
    dispatches = Dispatch.objects.select_related("by").in_bulk([one.id for one in said if one.what == "out"])
    for one in said:
        if found_dispatch := dispatches.get(one.id):
            one.dispatch, one.text = found_dispatch, found_dispatch.text
            one.who = found_dispatch.by.full_name if found_dispatch.by else None
    files = groupby(Attachment.objects.of(*(one.id for one in said)).order_by("interaction", "id"), _its_turn)
    held = {interaction: list(some) for interaction, some in files}
    for one in said:
        one.files = held.get(one.id, [])
    since = said[-1].at if has_older else None
    done = _done(rows(DONE, *[conversation.id] * 4))
    whole = said + [one for one in done if since is None or one.at >= since]
    return sorted(whole, key=lambda one: (one.at, one.id)), has_older


def _said(id, at, direction, kind, text, quoted, flags, auto) -> Entry:  # type: ignore[no-untyped-def]
    return Entry(direction, id, at, None, text or "", "", "", kind or "message", quoted or "", flags or [], auto or "")


def _its_turn(file: Attachment) -> uuid.UUID | None:
    return file.interaction


def _done(found: list[tuple]) -> list[Entry]:
    """What was done, that which was given by itself with its reasons in words."""
    topics = Concept.objects.in_bulk({row[6]["knows"] for row in found if row[6] and "knows" in row[6]})
    named = {str(id): one.label() for id, one in topics.items()}
    return [_was(named, *row) for row in found]


def _was(named, what, id, at, who, text, detail, why) -> Entry:  # type: ignore[no-untyped-def]
    said = sharing.said(why, named.get(why.get("knows"), "")) if why else ""
    return Entry(what, id, at, who, text, detail, said)


def by_day(found: Iterable[Entry]) -> list[tuple[dt.date, list[Entry]]]:
    return [(day, list(some)) for day, some in groupby(found, lambda one: timezone.localdate(one.at))]
