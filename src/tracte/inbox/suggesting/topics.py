"""What messages seem to be about, by the model in use. An agent says yes or no; nothing is decided here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tracte.core import keys, tenancy
from tracte.core.sql import rows
from tracte.inbox.models import Conversation, TopicModel
from tracte.inbox.suggesting import classifier
from tracte.inbox.suggesting.classifier import Learnt

AT_LEAST = 0.2  # below, it is no suggestion
MOST = 3
SAID = """
SELECT left(i.subject || E'\\n' || coalesce(nullif(i.data ->> 'reply_text', ''), i.text), 2000) FROM (
  SELECT interaction, at FROM inbox_turn WHERE conversation_id = %s::uuid AND dispatch_id IS NULL
  ORDER BY at {order}, interaction {order} LIMIT 1) t
JOIN channels_interaction i ON i.id = t.interaction AND i.at = t.at
"""


class Suggestion(NamedTuple):
    topic: uuid.UUID
    probability: float


def in_use() -> TopicModel | None:
    """The newest, without what it learnt."""
    return TopicModel.objects.defer("learnt_sealed").order_by("-trained_at", "-id").first()


def suggest(texts: Sequence[str]) -> list[list[Suggestion]]:
    """Of each text at most three topics, the likeliest first; none where there is no model, or it is not sure."""
    model = in_use()
    if model is None or not texts:
        return [[] for _ in texts]
    learnt = _learnt(tenancy.required(), model.id)
    found = []
    for shares in learnt.shares(texts):
        best = shares.argsort()[::-1][:MOST]
        found.append(
            [Suggestion(uuid.UUID(learnt.classes[n]), float(shares[n])) for n in best if shares[n] >= AT_LEAST]
        )
    return found


def of_conversation(conversation: Conversation) -> list[Suggestion]:
    """By what it began with; none where somebody already said what it is about."""
    if conversation.topic_id or in_use() is None or (text := _text(conversation, "ASC")) is None:
        return []
    return suggest([text])[0]


def last_text(conversation: Conversation) -> str | None:
    """What they wrote last, with its subject."""
    return _text(conversation, "DESC")


def _text(conversation: Conversation, order: str) -> str | None:
    found = rows(SAID.format(order=order), conversation.id)
    return found[0][0] if found else None


@lru_cache(maxsize=8)
def _learnt(administration: uuid.UUID, model: uuid.UUID) -> Learnt:
    """A model never changes: a process reads it once."""
    [sealed] = TopicModel.objects.filter(id=model).values_list("learnt_sealed", flat=True)
    return classifier.unpacked(keys.keyring(administration).open(sealed))
