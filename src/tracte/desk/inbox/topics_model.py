"""What the classifier of topics learnt and how it does, as its page says it. Reading."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tracte.core.clock import now
from tracte.core.sql import rows
from tracte.inbox.models import TopicModel
from tracte.vocabularies.models import Concept

DAYS = 365
CONFUSED = 5

# Of each suggestion that an agent answered, whether they agreed; the last word about a conversation holds.
AGREED = """
SELECT suggested_id, count(*), count(*) FILTER (WHERE topic_id = suggested_id) FROM (
  SELECT DISTINCT ON (conversation_id, suggested_id) suggested_id, topic_id FROM inbox_topiclabel
  WHERE suggested_id IS NOT NULL AND at >= %s::timestamptz ORDER BY conversation_id, suggested_id, at DESC, id DESC
) said GROUP BY 1
"""


@dataclass(frozen=True)
class Row:
    """A topic: how many it was learnt from, how many were in the held part, how often said and right; and agents."""

    topic: Concept
    learnt: int
    held: int
    said: int
    right: int
    answered: int
    agreed: int

    @property
    def precision(self) -> int | None:
        """Of what it said was this, how much was, in percent."""
        return _percent(self.right, self.said)

    @property
    def recall(self) -> int | None:
        """Of what was this, how much it said, in percent."""
        return _percent(self.right, self.held)

    @property
    def agreement(self) -> int | None:
        return _percent(self.agreed, self.answered)


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def table(model: TopicModel) -> list[Row]:
    """The topics, those with most examples first."""
    agreed = {topic: (n, yes) for topic, n, yes in rows(AGREED, now() - dt.timedelta(days=DAYS))}
    known = _concepts(model.measured["topics"])
    found = [
        Row(known[id], learnt, held, said, right, *agreed.get(known[id].id, (0, 0)))
        for id, (learnt, held, said, right) in model.measured["topics"].items()
        if id in known
    ]
    return sorted(found, key=lambda one: (-one.learnt, one.topic.code))


def confused(model: TopicModel) -> list[tuple[Concept, Concept, int]]:
    """(what it was, what it said, how many times), the most frequent first."""
    pairs = model.measured["confused"][:CONFUSED]
    known = _concepts([id for one, other, _ in pairs for id in (one, other)])
    return [(known[one], known[other], n) for one, other, n in pairs if one in known and other in known]


def figures(model: TopicModel) -> dict[str, Any]:
    """Shares in percent; none of what could not be measured."""
    told = model.measured
    shares = ("accuracy", "baseline", "among_three", "accuracy_new", "accuracy_secure")
    whole = {name: None if told[name] is None else round(100 * told[name]) for name in shares}
    return whole | {
        "held": told["held"],
        "new": told["new"],
        "secure": told["secure"],
        "off": round(100 * told["calibration_error"]),
        "majority": _concepts([told["majority"]]).get(told["majority"]),
    }


def _concepts(ids: Any) -> dict[str, Concept]:
    return {str(id): one for id, one in Concept.objects.in_bulk(list(ids)).items()}
