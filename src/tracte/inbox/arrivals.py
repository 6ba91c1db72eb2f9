"""Which conversation each thing that came in belongs to: read for a whole batch, decided in the order of arrival.

By a token of ours in what they answer, by the ids that they answer (References, In-Reply-To), by their open
conversation in this account; never by a subject. Whoever answers must be somebody who took part.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tracte.channels import tokens
from tracte.channels.message import OUT
from tracte.channels.models import Account
from tracte.core import keys
from tracte.core.sql import column, rows
from tracte.inbox.models import Conversation
from tracte.people.identifiers import EMAIL

STARTS = ("message", "form", "post", "request")  # kinds of contact that ask for an answer; a call was answered
EXCERPT = 160

FOUND = """
SELECT id, at, direction, record_id, kind, topic_id, language, subject, left(text, 400), flags,
  data - '{quoted,signature,attachments,reply_text}'::text[], left(data ->> 'reply_text', 400)
FROM channels_interaction
WHERE account_id = %s::uuid AND at BETWEEN %s::timestamptz AND %s::timestamptz
  AND id BETWEEN %s::uuid AND %s::uuid ORDER BY at, id
"""
ANSWERED = """
SELECT k.external_id, t.conversation_id FROM unnest(%s::text[]) AS a(external_id)
JOIN channels_interactionkey k ON k.account_id = %s::uuid AND k.external_id = a.external_id
JOIN inbox_turn t ON t.interaction = k.interaction
"""
PERSONS = """
SELECT record_id, person_id FROM people_membership WHERE record_id = ANY(%s::uuid[]) AND to_seq IS NULL
"""
ADDRESSES = """
SELECT DISTINCT ON (c.record_id) c.record_id, i.value_sealed FROM people_recordidentifier c
JOIN people_identifier i ON i.id = c.identifier_id AND i.kind = %s
WHERE c.record_id = ANY(%s::uuid[]) ORDER BY c.record_id, c.assurance DESC, c.at
"""
LANGUAGES = """
SELECT DISTINCT ON (mine.record_id) mine.record_id, r.language FROM people_membership mine
JOIN people_membership m ON m.person_id = mine.person_id AND m.to_seq IS NULL
JOIN people_sourcerecord r ON r.id = m.record_id AND r.language <> ''
WHERE mine.record_id = ANY(%s::uuid[]) AND mine.to_seq IS NULL
ORDER BY mine.record_id, coalesce(r.said_at, r.first_seen_at) DESC, r.id DESC
"""


@dataclass(slots=True)
class Arrival:
    """An interaction of a batch, as much of it as threading needs: what came in, or what we said elsewhere."""

    id: uuid.UUID
    at: dt.datetime
    direction: str
    record: uuid.UUID | None
    kind: str
    topic: uuid.UUID | None
    language: str
    subject: str
    text: str
    flags: list[str]
    data: dict[str, Any]
    said: str | None  # without what it quotes

    @property
    def excerpt(self) -> str:
        return " ".join((self.said or self.text).split())[:EXCERPT]

    @property
    def written(self) -> str:
        """What it says, its subject with it: of a short text it may be the half."""
        return f"{self.said or self.text}\n{self.subject}"

    @property
    def is_automatic(self) -> bool:
        return "auto" in self.data or "bounce" in self.data

    @property
    def is_edit(self) -> bool:
        return "edits" in self.data

    @property
    def wants_a_call(self) -> bool:
        """Whoever wrote asked to be answered by telephone."""
        return self.data.get("answer_by") == "phone"

    @property
    def is_ours(self) -> bool:
        return self.direction == OUT

    @property
    def starts(self) -> bool:
        return self.kind in STARTS and not self.is_ours and not self.is_automatic and not self.is_edit

    @property
    def answers(self) -> list[str]:
        """The ids that it answers, the nearest last; what it edits counts as answered."""
        edited = [self.data["edits"]] if self.is_edit else []
        return [*edited, *(one for one in self.data.get("in_reply_to", ()) if isinstance(one, str))][:50]


@dataclass
class Known:
    """What the decision needs, read for the whole batch."""

    open: dict[uuid.UUID, Conversation] = field(default_factory=dict)  # of a record, in this account
    answered: dict[str, Conversation] = field(default_factory=dict)  # of an id or token that is answered
    persons: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    addresses: dict[uuid.UUID, str] = field(default_factory=dict)
    languages: dict[uuid.UUID, str] = field(default_factory=dict)  # that their person said, in any record

    def of(self, arrival: Arrival) -> Conversation | None:
        """The conversation that it answers, open or not, else that of its record."""
        for one in arrival.answers:
            found = self.answered.get(one)
            if found and self._took_part(arrival, found):
                return found
        return self.open.get(arrival.record) if arrival.record else None

    def _took_part(self, arrival: Arrival, conversation: Conversation) -> bool:
        if arrival.is_automatic or arrival.is_ours:  # a mail that came back is nobody's
            return True
        mine, theirs = arrival.record, conversation.record_id
        if mine is None or theirs is None:
            return False
        return mine == theirs or (mine in self.persons and self.persons[mine] == self.persons.get(theirs))


def of_batch(account: Account, ids: dict[str, Any]) -> list[Arrival]:
    """What came in with a batch, as the event `channels.batch.received` tells where it lies."""
    since = max(dt.datetime.fromisoformat(ids["earliest"]), account.attended_since or dt.datetime.max)
    until = dt.datetime.fromisoformat(ids["latest"])
    if since > until:
        return []
    return [Arrival(*row) for row in rows(FOUND, account.id, since, until, ids["first"], ids["last"])]


def know(account: Account, arrivals: Iterable[Arrival]) -> Known:
    """At most seven queries, whatever the number of arrivals."""
    arrivals = list(arrivals)
    records = list({one.record for one in arrivals if one.record})
    mine = Conversation.objects.open().filter(account=account, record__in=records).select_for_update()
    known = Known(open={one.record_id: one for one in mine})
    known.answered = _answered(account, {said for one in arrivals for said in one.answers})
    theirs = [one.record_id for one in known.answered.values() if one.record_id]
    if known.answered:
        known.persons = dict(rows(PERSONS, column("uuid", [*records, *theirs])))
    known.addresses = _addresses(account, records)
    known.languages = dict(rows(LANGUAGES, column("uuid", records)))
    return known


def _answered(account: Account, said: set[str]) -> dict[str, Conversation]:
    if not said:
        return {}
    found: dict[str, uuid.UUID] = dict(rows(ANSWERED, column("text", said), account.id))
    named = {one: dispatch for one in said if (dispatch := tokens.read(one))}
    of_dispatch = dict(
        rows(
            "SELECT interaction, conversation_id FROM inbox_turn WHERE interaction = ANY(%s::uuid[])",
            column("uuid", set(named.values())),
        )
    )
    found |= {one: of_dispatch[dispatch] for one, dispatch in named.items() if dispatch in of_dispatch}
    whole = Conversation.objects.select_for_update().in_bulk(set(found.values()))
    return {one: whole[conversation] for one, conversation in found.items()}


def _addresses(account: Account, records: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The e-mail that a record brings, the surest first."""
    ring = keys.keyring(account.administration_id)
    found = rows(ADDRESSES, EMAIL, column("uuid", records))
    return {record: ring.open(sealed).decode() for record, sealed in found}


def address(account: Account, arrival: Arrival, known: Known) -> str:
    """Where an answer to it goes: the chat that it came from, or the e-mail that its record brings, unless who wrote
    chose another way."""
    if arrival.data.get("answer_by", "email") != "email":
        return ""
    if account.kind == "telegram":
        chat = arrival.data.get("chat")
        return str(chat["id"]) if isinstance(chat, dict) and "id" in chat else ""
    return known.addresses.get(arrival.record, "") if arrival.record else ""
