"""Everything that happened with somebody, over all channels, from new to old. Reading only.

Interactions hang on records: whoever asks brings the records of a person who was opened.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils import timezone

from tracte.channels.models import Account, Interaction
from tracte.core.sql import rows

PAGE = 30
EXCERPT = 320  # characters of a text on the page; the whole is one click away
TITLE = 100  # a text without a subject that is no longer than this is its own title

# Each record gives its newest, in the order of its index, so that a person with ten thousand contacts costs what one
# with fifty does; texts, which may be long, are read for the page only.
PAGE_SQL = """
SELECT id, at, record_id, account_id, direction, kind, topic_id, subject, left(text, {excerpt}), length(text), flags,
  coalesce(data->'auto'->>'kind', CASE WHEN data ? 'bounce' THEN 'bounce' END, ''), (data->>'duration_s')::float
FROM (
  SELECT i.* FROM unnest(%s::uuid[]) AS r(id) CROSS JOIN LATERAL (
    SELECT * FROM channels_interaction WHERE record_id = r.id{narrowed} ORDER BY at DESC, id DESC LIMIT {limit}
  ) i ORDER BY at DESC, id DESC LIMIT {limit}
) page ORDER BY at DESC, id DESC
"""


@dataclass(frozen=True)
class Wanted:
    """What the agent asks to see; None and empty mean everything. `before` is where the former page ended."""

    channel: uuid.UUID | None = None
    topic: uuid.UUID | None = None
    direction: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    before: tuple[dt.datetime, uuid.UUID] | None = None

    @property
    def is_narrowed(self) -> bool:
        return any((self.channel, self.topic, self.direction, self.since, self.until))

    @property
    def days(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First moment of the first day, first moment after the last, here."""
        after = self.until and self.until + dt.timedelta(days=1)
        return _midnight(self.since) if self.since else None, _midnight(after) if after else None

    @property
    def conditions(self) -> list[tuple[str, tuple[object, ...]]]:
        """Only those that narrow: each one is planned again for every month."""
        since, until = self.days
        said: list[tuple[str, tuple[object, ...]]] = [
            ("at >= %s", (since,)),
            ("at < %s", (until,)),
            ("account_id = %s", (self.channel,)),
            ("topic_id = %s", (self.topic,)),
            ("direction = %s", (self.direction,)),
        ]
        narrowing = [(clause, values) for clause, values in said if values[0]]
        if self.before:
            at, last = self.before
            narrowing.append(("at <= %s AND (at < %s OR id < %s)", (at, at, last)))
        return narrowing


@dataclass(slots=True)
class Contact:
    """One interaction as the timeline tells it: the beginning of its text, and how long the whole is."""

    id: uuid.UUID
    at: dt.datetime
    record_id: uuid.UUID
    account_id: uuid.UUID
    direction: str
    kind: str
    topic_id: uuid.UUID | None
    subject: str
    excerpt: str
    length: int
    flags: list[str]
    auto: str  # kind of automatic mail: bounce, auto_reply, list, ... or nothing
    seconds: float | None
    door: Account | None = None

    @property
    def is_cut(self) -> bool:
        return self.length > EXCERPT

    @property
    def is_told_by_title(self) -> bool:
        """Nothing is left to say below the title: no text, or one short line that is the title."""
        is_line = self.length <= TITLE and "\n" not in self.excerpt.strip()
        return not self.excerpt.strip() or (not self.subject and is_line)

    @property
    def minutes(self) -> int | None:
        """Of a call, rounded up."""
        return max(1, -int(-self.seconds // 60)) if self.seconds is not None and self.kind == "call" else None


def accounts() -> dict[uuid.UUID, Account]:
    """Every door of the administration: few rows, asked once for a page."""
    return {account.id: account for account in Account.objects.defer("secret_sealed").order_by("name")}


def page(records: list[uuid.UUID], wanted: Wanted, doors: dict[uuid.UUID, Account]) -> tuple[list[Contact], bool]:
    """Up to PAGE contacts and whether there are older ones. One query."""
    narrowed = "".join(f" AND {clause}" for clause, _ in wanted.conditions)
    asked = [value for _, values in wanted.conditions for value in values]
    statement = PAGE_SQL.format(excerpt=EXCERPT, limit=PAGE + 1, narrowed=narrowed)
    found = [Contact(*row) for row in rows(statement, records, *asked)]
    for contact in found:
        contact.door = doors[contact.account_id]
    return found[:PAGE], len(found) > PAGE


def whole(records: list[uuid.UUID], interaction: uuid.UUID) -> Interaction | None:
    """An interaction of these records, with its whole text."""
    mine = Interaction.objects.of_records(records).filter(id=interaction)
    return mine.select_related("account", "topic", "territory").first()


def last_contacts(records: list[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """The last contact of each record. One query: each is looked up from the newest month back until one is found."""
    return dict(
        rows(
            "SELECT r.id, l.at FROM unnest(%s::uuid[]) AS r(id) CROSS JOIN LATERAL (SELECT at "
            "FROM channels_interaction WHERE record_id = r.id ORDER BY at DESC LIMIT 1) l",
            records,
        )
    )


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
