"""How many contacts somebody has had, by channel, topic and direction; each filter counts what the others leave."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Min, Q

from tracte.channels.models import Interaction
from tracte.desk.timeline import Wanted
from tracte.vocabularies.models import Concept


@dataclass
class Counts:
    """`ever` and `since` know no filter; the others do."""

    ever: int = 0
    since: dt.datetime | None = None
    matching: int = 0
    channels: Counter[uuid.UUID] = field(default_factory=Counter)
    topics: Counter[uuid.UUID] = field(default_factory=Counter)
    directions: Counter[str] = field(default_factory=Counter)
    concepts: dict[uuid.UUID, Concept] = field(default_factory=dict)

    @property
    def in_all_channels(self) -> int:
        return self.channels.total()


def count(records: list[uuid.UUID], wanted: Wanted) -> Counts:
    """One query, bounded to these records."""
    since, until = wanted.days
    within = Q(**({"at__gte": since} if since else {}), **({"at__lt": until} if until else {}))
    groups = (
        Interaction.objects.of_records(records)
        .values("account_id", "direction", "topic_id", "topic__labels")
        .annotate(n=Count("id", filter=within or None), ever=Count("id"), first=Min("at"))
        .order_by()
    )
    counts = Counts()
    for group in groups:
        counts.ever += group["ever"]
        counts.since = min(counts.since or group["first"], group["first"])
        _add(counts, wanted, group["n"], group["account_id"], group["topic_id"], group["direction"])
        if topic := group["topic_id"]:
            counts.concepts[topic] = Concept(id=topic, labels=group["topic__labels"])
    return counts


def _add(counts: Counts, wanted: Wanted, n: int, channel: uuid.UUID, topic: uuid.UUID | None, direction: str) -> None:
    in_channel = wanted.channel in (None, channel)
    in_topic = wanted.topic in (None, topic)
    in_direction = wanted.direction in ("", direction)
    if in_topic and in_direction:
        counts.channels[channel] += n
    if topic and in_channel and in_direction:
        counts.topics[topic] += n
    if in_channel and in_topic:
        counts.directions[direction] += n
    if in_channel and in_topic and in_direction:
        counts.matching += n


def by_record(records: Iterable[uuid.UUID]) -> Counter[uuid.UUID]:
    """How many contacts hang on each record: what moves with it. One query."""
    found = Interaction.objects.of_records(list(records)).values_list("record_id").annotate(Count("id")).order_by()
    return Counter(dict(found))
