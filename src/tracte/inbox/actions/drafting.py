"""To write, and to be there: kept as it happens, so that nothing typed is lost and two see each other."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.core.events import announce
from tracte.core.models import User
from tracte.inbox.models import Conversation, Draft, Presence

LASTS = dt.timedelta(seconds=40)  # a presence, unless it is renewed
MAX_DRAFT = 100_000  # characters


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
    told = {"until": at + LASTS, "is_writing": is_writing}
    mine = Presence.objects.filter(conversation=conversation, user=by).first()
    Presence.objects.update_or_create(conversation=conversation, user=by, defaults=told)
    if mine is None or mine.until < at or mine.is_writing != is_writing:
        announce("inbox.presence.changed", conversation=conversation.id)
    return others(conversation, by, at)


def leave(conversation: Conversation, *, by: User) -> None:
    if Presence.objects.filter(conversation=conversation, user=by).delete()[0]:
        announce("inbox.presence.changed", conversation=conversation.id)


def others(conversation: Conversation, user: User, at: dt.datetime) -> list[Presence]:
    here = conversation.presences.filter(until__gte=at).exclude(user=user).select_related("user")
    return list(here.order_by("user__full_name"))
