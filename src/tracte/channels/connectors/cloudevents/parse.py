"""CloudEvents 1.0, structured: how any program hands interactions in. `source` + `id` is the idempotency key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tracte.channels.connectors import source, strict_json
from tracte.channels.message import Message, Reject
from tracte.people.appearance import DECLARED, VERIFIED, Appearance, Identifier

ENVELOPE = {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "data"}
TEXTS = ("direction", "kind", "subject", "text", "topic", "territory", "language")
PERSON = ("key", "full_name", "given_name", "surname", "surname2", "address", "postcode", "language")
IDENTIFIERS = {"national_id", "phone", "email"}


class Wrong(ValueError):
    """One clear line: what, where, how to mend."""


def parse(raw: bytes, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """One event, or a batch of them in an array."""
    try:
        yield from events(raw)
    except strict_json.BadJson as error:
        yield Reject(1, str(error), raw=raw)


def events(raw: bytes) -> Iterator[Message | Reject]:
    """The same, for whoever can refuse the whole. Raises BadJson before the first event."""
    document = strict_json.loads(raw)
    for position, event in enumerate(document if isinstance(document, list) else [document], 1):
        yield understand(event, position)


def read(stream: source.Lines, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """NDJSON: one event a line; empty lines are skipped."""
    position = 0
    for _, line, is_whole in source.lines(stream):
        if not line.strip():
            continue
        position += 1
        try:
            if not is_whole:
                raise strict_json.BadJson(f"longer than {source.LINE_LIMIT >> 20} MiB: send one event a line")
            yield understand(strict_json.loads(line), position)
        except strict_json.BadJson as error:
            yield Reject(position, str(error), raw=line)


def understand(event: Any, position: int) -> Message | Reject:
    """An event as a message, or the reason why not."""
    raw = strict_json.dumps(event)
    try:
        return _message(event, raw)
    except Wrong as error:
        name = event.get("id") if isinstance(event, dict) else ""
        return Reject(position, str(error), name if isinstance(name, str) else "", raw)


def _message(event: Any, raw: bytes) -> Message:
    _only(event, ENVELOPE, "the event")
    if event.get("specversion") != "1.0":
        raise Wrong("specversion is not '1.0': send CloudEvents 1.0")
    for name in ("id", "source", "type"):
        if not isinstance(event.get(name), str) or not event[name].strip():
            raise Wrong(f"{name} is missing or not text: CloudEvents needs it")
    data = event.get("data", {})
    _only(data, {*TEXTS, "in_reply_to", "person", "data"}, "data")
    texts = {name: _text(data, name) for name in TEXTS if name in data}
    extra = data.get("data", {})
    if not isinstance(extra, dict):
        raise Wrong("data.data is not an object")
    return Message(
        external_id=f"{event['source']} {event['id']}",
        at=_time(event.get("time")),
        who=_person(data["person"]) if data.get("person") is not None else None,
        in_reply_to=_texts(data.get("in_reply_to", []), "data.in_reply_to"),
        data=extra,
        flags=[],
        raw=raw,
        **texts,
    )


def _only(value: Any, known: set[str], where: str) -> None:
    if not isinstance(value, dict):
        raise Wrong(f"{where} is not an object")
    if unknown := sorted(set(value) - known):
        raise Wrong(f"{where} has an unknown field '{unknown[0]}'; known: {', '.join(sorted(known))}")


def _text(values: dict, name: str) -> str:
    if not isinstance(values[name], str):
        raise Wrong(f"{name} is not text")
    return values[name]


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong(f"{where} is not a list of texts")
    return value


def _time(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    try:
        at = dt.datetime.fromisoformat(value)
        return at.astimezone(dt.UTC) if at.tzinfo else at.replace(tzinfo=dt.UTC)
    except (TypeError, ValueError, OverflowError):
        raise Wrong("time is not a date and time such as 2026-10-06T09:12:00+02:00") from None


def _person(person: Any) -> Appearance:
    _only(person, {*PERSON, "birth_date", "identifiers", "assurance"}, "data.person")
    birth = person.get("birth_date")
    try:
        birth_date = dt.date.fromisoformat(birth) if birth is not None else None
    except (TypeError, ValueError):
        raise Wrong("data.person.birth_date is not a day such as 1984-03-12") from None
    told: dict[str, Any] = {name: _text(person, name) for name in PERSON if name in person}
    return Appearance(
        **told,
        birth_date=birth_date,
        name_assurance=_assurance(person),
        identifiers=_identifiers(person.get("identifiers", [])),
    )


def _identifiers(listed: Any) -> list[Identifier]:
    if not isinstance(listed, list):
        raise Wrong("data.person.identifiers is not a list")
    return [_identifier(item) for item in listed]


def _identifier(item: Any) -> Identifier:
    _only(item, {"kind", "value", "assurance"}, "an identifier")
    if item.get("kind") not in IDENTIFIERS or not isinstance(item.get("value"), str):
        raise Wrong(f"an identifier needs a text value and a kind of: {', '.join(sorted(IDENTIFIERS))}")
    return Identifier(item["kind"], item["value"], _assurance(item))


def _assurance(item: dict) -> int:
    value = item.get("assurance", DECLARED)
    if isinstance(value, bool) or not isinstance(value, int) or not DECLARED <= value <= VERIFIED:
        raise Wrong("assurance is not 1 (declared), 2 (proved) or 3 (verified)")
    return value
