"""What a conversation is about, as an agent says it; that a machine suggested it, or something else, stays written."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.core.models import User
from tracte.inbox.actions import changed, lock
from tracte.inbox.checking import Refused
from tracte.inbox.models import Conversation, TopicLabel
from tracte.inbox.suggesting.topics import Suggestion
from tracte.vocabularies.models import Concept


@transaction.atomic
def label(
    conversation: Conversation, *, by: User, at: dt.datetime, topic: Concept | None, suggested: Suggestion | None = None
) -> TopicLabel:
    """It is about `topic`; with none, it is not about what was suggested, and nobody says yet what else it is."""
    if topic is None and suggested is None:
        raise Refused("no_topic")
    current = lock(conversation)
    said = TopicLabel.objects.create(
        conversation=current,
        topic=topic,
        by=by,
        at=at,
        suggested_id=suggested.topic if suggested else None,
        probability=suggested.probability if suggested else None,
    )
    if topic is not None:
        current.topic = topic
        current.save(update_fields=["topic"])
        changed([current])
    return said
