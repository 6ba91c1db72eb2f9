"""The one way in: a batch of messages becomes interactions, in one transaction, each exactly once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter

from tracte.channels.connectors import strict_json
from tracte.channels.message import IN, OUT, Message, Reject
from tracte.channels.models import Account, pack
from tracte.core import keys, tenancy
from tracte.core.ids import uuid7_bytes
from tracte.core.sql import clean, column, rows, run, unanswered
from tracte.people.actions import recognise_many
from tracte.people.appearance import Appearance
from tracte.vocabularies.lookup import resolve

EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
MAX_TEXT = 1_000_000  # characters of one text kept in the log; the raw payload keeps the rest
MAX_ID = 240


@dataclass(slots=True)
class Report:
    """What became of a batch. `received` = `new` + `duplicate` + number of rejects."""

    received: int = 0
    new: int = 0
    duplicate: int = 0
    rejected: list[Reject] = field(default_factory=list)
    ids: list[bytes] = field(default_factory=list)  # of the new interactions

    @property
    def interactions(self) -> list[uuid.UUID]:
        return [uuid.UUID(bytes=one) for one in self.ids]

    def add(self, other: Report) -> None:
        self.received += other.received
        self.new += other.new
        self.duplicate += other.duplicate
        self.rejected += other.rejected


Fresh = list[tuple[bytes, Message]]  # id of the interaction to be, and its message


def store(account: Account, fresh: Fresh, at: dt.datetime) -> None:
    """Write messages whose keys were claimed. The caller's transaction."""
    topics = resolve("topics", {m.topic for _, m in fresh})
    territories = resolve("territories", {m.territory for _, m in fresh})
    ring = keys.keyring(tenancy.required())
    with unanswered():
        records = _recognise(account, [m for _, m in fresh], territories, at)
        run(
            """
            INSERT INTO channels_rawpayload (interaction, body_sealed)
            SELECT * FROM unnest(%s::uuid[], %s::bytea[])
            """,
            column("uuid", [i for i, _ in fresh]),
            column("bytea", [ring.seal(pack(m.raw)) for _, m in fresh]),
        )
        _log(account, fresh, records, topics, territories, at)


def prepare(messages: list[Message], at: dt.datetime) -> None:
    """Sound dates, and a partition for each month: first in the transaction, so that its locks wait for nobody."""
    for message in messages:
        message.at = _sound(message, at)
        message.topic, message.territory = clean(message.topic), clean(message.territory)
    months = {m.at.astimezone(dt.UTC).date().replace(day=1) for m in messages if m.at}
    if months:
        run("SELECT channels_ensure_months(%s::date[])", sorted(months))


def _sound(message: Message, received: dt.datetime) -> dt.datetime:
    """When it happened; what cannot be a date of an interaction is flagged, kept in data, and counts as now."""
    at = message.at
    if at is None:
        return received
    if at.tzinfo is None or not EARLIEST <= at <= received + dt.timedelta(days=400):
        message.flags.append("date_out_of_range")
        message.data["date_as_written"] = at.isoformat()
        return received
    return at


def claim(account: Account, messages: list[Message]) -> Fresh:
    """Insert the idempotency keys, sorted so that batches never wait for each other; what is new, in its order."""
    first: dict[str, Message] = {}
    for message in messages:
        first.setdefault(external_key(message.external_id), message)
    ids = {key: uuid7_bytes() for key in first}
    ordered = sorted(first)
    claimed = rows(
        """
        INSERT INTO channels_interactionkey (account_id, external_id, interaction, at) SELECT %s, k, i, at
        FROM unnest(%s::text[], %s::uuid[], %s::timestamptz[]) AS t(k, i, at) ON CONFLICT DO NOTHING
        RETURNING external_id
        """,
        account.id,
        column("text", ordered),
        column("uuid", [ids[key] for key in ordered]),
        column("timestamptz", [first[key].at for key in ordered]),
    )
    new = {key for (key,) in claimed}
    return [(ids[key], message) for key, message in first.items() if key in new]


def disclaim(account: Account, messages: list[Message]) -> None:
    """Give keys back: what could not be stored may be sent again."""
    keys = [external_key(message.external_id) for message in messages]
    run("DELETE FROM channels_interactionkey WHERE account_id = %s AND external_id = ANY(%s)", account.id, keys)


def external_key(external_id: str) -> str:
    """The channel's id as the key of a row; a very long one is represented by its hash."""
    external_id = clean(external_id)
    if len(external_id) <= MAX_ID:
        return external_id
    return "sha256:" + hashlib.sha256(external_id.encode("utf-8", "surrogatepass")).hexdigest()


def _recognise(
    account: Account, messages: list[Message], territories: dict[str, uuid.UUID], at: dt.datetime
) -> dict[int, bytes]:
    """id() of a message -> its source record."""
    known = [(id(m), m.who) for m in messages if m.who and _is_somebody(m.who)]
    purposes = tuple(account.purposes)
    for message in messages:
        if message.who:
            message.who.place = territories.get(message.territory)
            message.who.purposes = purposes
            message.who.at = message.at
    records = recognise_many([(account.id.bytes, who) for _, who in known], at=at)
    return {message: record for (message, _), record in zip(known, records, strict=True)}


def _is_somebody(who: Appearance) -> bool:
    return bool(who.key or who.full_name or who.given_name or who.surname or who.identifiers)


def _log(account, fresh, records, topics, territories, at: dt.datetime) -> None:
    messages = [m for _, m in fresh]
    run(
        """
        INSERT INTO channels_interaction (id, at, account_id, record_id, direction, kind, topic_id, territory_id,
        language, subject, text, data, flags, received_at)
        SELECT id, at, %s, record, direction, kind, topic, territory, language, subject, body, data::jsonb,
        coalesce(string_to_array(nullif(flags, ''), ' '), '{}'), %s
        FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::uuid[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS t(id, at, record, direction, kind, topic, territory, language, subject, body, data, flags)
        """,
        account.id,
        at,
        column("uuid", [i for i, _ in fresh]),
        column("timestamptz", [m.at for m in messages]),
        column("uuid", [records.get(id(m)) for m in messages]),
        column("text", [m.direction for m in messages]),
        column("text", [m.kind for m in messages]),
        column("uuid", [topics.get(m.topic) for m in messages]),
        column("uuid", [territories.get(m.territory) for m in messages]),
        column("text", [m.language for m in messages]),
        column("text", [m.subject for m in messages]),
        column("text", [clean(m.text)[:MAX_TEXT] for m in messages]),
        column("text", [_json(_with_unresolved(m, topics, territories)) for m in messages]),
        column("text", [" ".join(m.flags) for m in messages]),
    )


def _with_unresolved(message: Message, topics: dict, territories: dict) -> dict:
    """A topic or a place that no vocabulary knows is kept as it was written."""
    data = message.data
    if message.topic and message.topic not in topics:
        data = {**data, "topic_as_written": message.topic}
    if message.territory and message.territory not in territories:
        data = {**data, "territory_as_written": message.territory}
    if message.in_reply_to:
        data = {**data, "in_reply_to": message.in_reply_to}
    return data


_encode: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _json(data: dict) -> str:
    text = _encode(data) if data else "{}"
    return _encode(strict_json.clean(data)) if "\\u0000" in text else text


_TEXTS = attrgetter("external_id", "subject", "text", "kind", "language", "topic", "territory")
_NAMES = attrgetter("key", "full_name", "given_name", "surname", "surname2", "address", "postcode", "language")


def problem(message: Message) -> str:
    """Why this message cannot be an interaction, in one line; empty when it can."""
    texts = [*_TEXTS(message), *message.in_reply_to]
    if message.who:
        texts += _NAMES(message.who)
        texts += [text for kind, value, _ in message.who.identifiers for text in (kind, value)]
    try:
        "".join(texts).encode()
        _encode(message.data).encode()
    except UnicodeEncodeError:
        return "it is not valid Unicode (a lone surrogate): send it as UTF-8"
    except (TypeError, ValueError, RecursionError) as error:
        return f"it cannot be kept as text and JSON: {error}"
    if not clean(message.external_id).strip():
        return "it has no id: give each interaction the id that its channel knows it by"
    if message.direction not in (IN, OUT):
        return f"direction is {message.direction!r}: write in or out"
    return "" if isinstance(message.data, dict) else "data is not an object"
