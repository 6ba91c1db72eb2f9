"""To write, and to be there: kept as it happens, so that nothing typed is lost and two see each other."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.core.events import announce
from tracte.core.ids import uuid7
from tracte.core.models import User
from tracte.core.sql import rows
from tracte.inbox.models import Conversation, Draft, Presence

LASTS = dt.timedelta(seconds=80)  # a presence, unless it is renewed
MAX_DRAFT = 100_000  # characters


# The presence that there was, and the one that there is from now on.
LOOK = """
WITH before AS (
  SELECT until, is_writing FROM inbox_presence WHERE conversation_id = %s::uuid AND user_id = %s::uuid
), now_here AS (
  INSERT INTO inbox_presence (id, conversation_id, user_id, until, is_writing)
  VALUES (%s::uuid, %s::uuid, %s::uuid, %s::timestamptz, %s::boolean)
  ON CONFLICT (conversation_id, user_id) DO UPDATE SET until = excluded.until, is_writing = excluded.is_writing
) SELECT until, is_writing FROM before
"""


@transaction.atomic
def save_draft(conversation: Conversation, *, by: User, at: dt.datetime, text: str, seen: int) -> Draft | None:
    """What they have written so far; nothing written is no draft."""
    mine = Draft.objects.filter(conversation=conversation, by=by)
    if not text.strip():
        mine.delete()
        return None
    written = {"text": text[:MAX_DRAFT], "seen": seen, "at": at}
    draft, _ = Draft.objects.update_or_create(conversation=conversation, by=by, defaults=written)
    return draft


@transaction.atomic
def look(conversation: Conversation, *, by: User, at: dt.datetime, is_writing: bool) -> list[Presence]:
    """They are here now, and perhaps writing; the others who are."""
    here = rows(LOOK, conversation.id, by.pk, uuid7(), conversation.id, by.pk, at + LASTS, is_writing)
    if not here or here[0][0] < at or here[0][1] != is_writing:
        _tell(conversation)
    return others(conversation, by, at)


def leave(conversation: Conversation, *, by: User) -> None:
    if Presence.objects.filter(conversation=conversation, user=by).delete()[0]:
        _tell(conversation)


def _tell(conversation: Conversation) -> None:
    announce("inbox.presence.changed", conversations=[conversation.id], units=[conversation.unit_id])


def others(conversation: Conversation, user: User, at: dt.datetime) -> list[Presence]:
    here = conversation.presences.filter(until__gte=at).exclude(user=user).select_related("user")
    return list(here.order_by("user__full_name"))
