"""The classifier of an administration, learnt from its own history: what forms and people said a message is about."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from tracte.core import keys, tenancy
from tracte.core.sql import rows
from tracte.inbox.models import TopicLabel, TopicModel
from tracte.inbox.suggesting import measuring
from tracte.inbox.suggesting.measuring import Example

ENOUGH = 200  # examples from which a model is worth its suggestions
OF_EACH = 8  # of a topic, or it is left out
TOPICS = 2
MOST = 50_000  # examples, the newest
NEW = 50  # labels after which it is learnt again

# What an agent said of a conversation comes before what its form said. Of both, what came in, without what it quotes.
HISTORY = """
WITH said AS (
  SELECT DISTINCT ON (l.conversation_id) l.conversation_id, l.topic_id FROM inbox_topiclabel l
  ORDER BY l.conversation_id, l.at DESC, l.id DESC
), labelled AS (
  SELECT t.interaction, t.at, said.topic_id FROM said CROSS JOIN LATERAL (
    SELECT interaction, at FROM inbox_turn WHERE conversation_id = said.conversation_id AND dispatch_id IS NULL
    ORDER BY at, interaction LIMIT 1) t
), known AS (
  (SELECT i.id, i.at, l.topic_id, i.subject, i.text, i.data FROM labelled l
    JOIN channels_interaction i ON i.id = l.interaction AND i.at = l.at WHERE l.topic_id IS NOT NULL)
  UNION ALL
  (SELECT i.id, i.at, i.topic_id, i.subject, i.text, i.data FROM channels_interaction i
    WHERE i.topic_id IS NOT NULL AND i.direction = 'in' AND NOT (i.data ? 'auto' OR i.data ? 'bounce')
      AND NOT EXISTS (SELECT FROM labelled l WHERE l.interaction = i.id)
    ORDER BY i.at DESC, i.id DESC LIMIT {most})
)
SELECT left(k.subject || E'\\n' || coalesce(nullif(k.data ->> 'reply_text', ''), k.text), {read}), k.topic_id
FROM known k JOIN vocabularies_concept c ON c.id = k.topic_id AND (c.until IS NULL OR c.until > %s::date)
WHERE k.subject || k.text <> '' ORDER BY k.at, k.id
"""


@dataclass(frozen=True)
class History:
    """What there is to learn from, and how much is missing."""

    examples: list[Example]
    found: int

    @property
    def topics(self) -> int:
        return len({one.topic for one in self.examples})

    @property
    def missing(self) -> int:
        return max(0, ENOUGH - len(self.examples))

    @property
    def is_enough(self) -> bool:
        return not self.missing and self.topics >= TOPICS


class TooFew(ValueError):
    """Nothing can be learnt yet; the history says what is missing."""

    def __init__(self, history: History) -> None:
        self.history = history
        super().__init__(
            f"too few labelled messages: {len(history.examples)} of {history.topics} topics with at least {OF_EACH} "
            f"each, where {ENOUGH} of {TOPICS} topics are needed; label conversations at the desk, or import history"
        )


def history(at: dt.datetime) -> History:
    """In the order of time; without the topics of which there is hardly any."""
    statement = HISTORY.format(most=MOST, read=2000)
    found = [Example(text, str(topic)) for text, topic in rows(statement, at.date())][-MOST:]
    counted = Counter(one.topic for one in found)
    return History([one for one in found if counted[one.topic] >= OF_EACH], len(found))


def train(*, at: dt.datetime) -> TopicModel:
    """Learn from all there is and keep what was learnt with how it did. Raises TooFew; then the one in use stays."""
    known = history(at)
    if not known.is_enough:
        raise TooFew(known)
    learnt, told = measuring.measured(known.examples)
    ring = keys.keyring(tenancy.required())
    with transaction.atomic():
        return TopicModel.objects.create(
            trained_at=at,
            records=len(known.examples),
            classes=len(learnt.classes),
            accuracy=told["accuracy"],
            baseline=told["baseline"],
            measured=told,
            learnt_sealed=ring.seal(learnt.packed()),
        )


def is_due() -> bool:
    """Agents have said enough since the model in use was learnt."""
    newest = TopicModel.objects.order_by("-trained_at", "-id").values_list("trained_at", flat=True).first()
    said = TopicLabel.objects.filter(topic__isnull=False)
    return (said.filter(at__gt=newest) if newest else said).count() >= NEW
