"""A row to a Message: the mapping compiled once, so that a row costs microseconds."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

from tracte.channels.connectors.tabular.fields import Get, Row, compile_field
from tracte.channels.connectors.tabular.mapping import FIXED, NAMES, Mapping, Spec
from tracte.channels.message import IN, Message, Reject
from tracte.people.appearance import DECLARED, PROVED, VERIFIED, Appearance, Identifier

ID_LIMIT = 200  # characters of an external id
IDENTIFIERS = ("national_id", "phone", "email")
_FIELDS = ("direction", "kind", "subject", "text", "topic", "territory", "language")
_ASSURANCE = {"declared": DECLARED, "proved": PROVED, "verified": VERIFIED}

# (row, its line or index, its bytes, flags so far) -> what it became
Convert = Callable[[Row, int, bytes, list[str]], Message | Reject]


def compile_rows(mapping: Mapping, index: dict[str, int]) -> Convert:
    """The function that makes messages of rows. `index`: column -> place in the row."""
    identify, when, who = _identify(mapping, index), _when(mapping, index), compile_who(mapping, index)
    direction, kind, subject, text, topic, territory, language = (_field(name, mapping, index) for name in _FIELDS)
    data = tuple(_data(mapping, index).items())

    def convert(row: Row, position: int, raw: bytes, flags: list[str]) -> Message | Reject:
        external_id = identify(row, flags, raw)
        at = when(row, flags)
        if not external_id or len(external_id) > ID_LIMIT or at is _BAD_TIME:
            reason = " ".join(_reason(row, position, external_id, mapping, index).split())
            return Reject(position, reason, external_id[:ID_LIMIT], raw)
        return Message(
            external_id,
            at,
            direction(row, flags),
            kind(row, flags),
            subject(row, flags),
            text(row, flags),
            who(row, flags),
            topic(row, flags),
            territory(row, flags),
            language(row, flags),
            data={name: found for name, get in data if (found := get(row, flags)) not in _NOTHING},
            flags=flags,
            raw=raw,
        )

    return convert


def _field(name: str, mapping: Mapping, index: dict[str, int]) -> Get:
    default = {"direction": IN, "kind": "message"}.get(name, "")
    if not (spec := mapping.message.get(name)):
        return lambda row, flags: default
    get = compile_field(spec, name, mapping, index)
    return _one_of(get, name, default) if default else get


def _data(mapping: Mapping, index: dict[str, int]) -> dict[str, Get]:
    channel = mapping.message.get("channel_detail")
    specs = ({"channel_detail": channel} if channel else {}) | mapping.data
    return {name: _json(compile_field(spec, name, mapping, index), spec) for name, spec in specs.items()}


def _json(get: Get, spec: Spec) -> Get:
    """Dates as ISO text, since `Message.data` is JSON."""
    if spec.type not in ("date", "datetime"):
        return get

    def written(row: Row, flags: list[str]) -> Any:
        found = get(row, flags)
        return found.isoformat() if isinstance(found, dt.date) else found

    return written


_NOTHING = ("", None)
_BAD_TIME: Any = object()


def _reason(row: Row, position: int, external_id: str, mapping: Mapping, index: dict[str, int]) -> str:
    spec = mapping.id if not external_id or len(external_id) > ID_LIMIT else mapping.at
    shown = ", ".join(f"{c} = '{row[index[c]][:60]}'" for c in spec.columns if c in index) if spec else ""
    if not external_id:
        return f"row {position}: no id ({shown})" if any(row) else f"row {position}: the row is empty"
    if len(external_id) > ID_LIMIT:
        return f"row {position}: an id longer than {ID_LIMIT} characters"
    return f"row {position}: not a date between 1970 and 2100 in the formats of the mapping: {shown}"


def _identify(mapping: Mapping, index: dict[str, int]) -> Callable[[Row, list[str], bytes], str]:
    """The id that the source gives, or else a digest of the whole row: equal rows are then one interaction."""
    if mapping.id is None:
        return lambda row, flags, raw: "row:" + hashlib.sha256(raw).hexdigest()[:32] if any(row) else ""
    get = compile_field(mapping.id, "id", mapping, index)
    return lambda row, flags, raw: get(row, flags)


def _when(mapping: Mapping, index: dict[str, int]) -> Get:
    if mapping.at is None:
        return lambda row, flags: None
    get = compile_field(mapping.at, "at", mapping, index)

    def when(row: Row, flags: list[str]) -> Any:
        found = get(row, flags)
        if found is None:
            flags.append("date_missing")
        elif not isinstance(found, dt.datetime) or not 1970 <= found.year < 2100:
            return _BAD_TIME
        return found

    return when


def _one_of(get: Get, name: str, default: str) -> Get:
    known = frozenset(FIXED[name])

    def one(row: Row, flags: list[str]) -> str:
        word = get(row, flags)
        if word in known:
            return word
        if word:
            flags.append(f"{name}_unknown")
        return default

    return one


def compile_who(mapping: Mapping, index: dict[str, int]) -> Get:
    """Who a row shows: an Appearance, or None when it names nobody."""
    if not mapping.who:
        return lambda row, flags: None
    gets = {name: compile_field(spec, name, mapping, index) for name, spec in mapping.who.items()}
    assured = gets.pop("assurance", lambda row, flags: "")
    born = gets.pop("birth_date", lambda row, flags: None)
    identifiers = [(kind, gets.pop(kind)) for kind in IDENTIFIERS if kind in gets]
    names = [(name, gets[name]) for name in NAMES if name in gets]
    two_in_one = "surname" in gets and "surname2" not in gets

    def who(row: Row, flags: list[str]) -> Appearance | None:
        known = {name: text for name, get in names if (text := get(row, flags))}
        proofs = [(kind, text) for kind, get in identifiers if (text := get(row, flags))]
        if not proofs and not any(known.get(name) for name in _NAMING):
            return None
        level = _level(assured(row, flags), flags)
        if two_in_one and " " in known.get("surname", "") and "full_name" not in known:
            known["full_name"] = f"{known.pop('surname')}, {known.pop('given_name', '')}"
        birth = born(row, flags)
        found = [Identifier(kind, text, level if kind == "national_id" else DECLARED) for kind, text in proofs]
        day = birth if isinstance(birth, dt.date) else None
        return Appearance(**known, birth_date=day, identifiers=found, name_assurance=level)

    return who


_NAMING = ("key", "full_name", "given_name", "surname")


def _level(word: str, flags: list[str]) -> int:
    if word and word not in _ASSURANCE:
        flags.append("assurance_unknown")
    return _ASSURANCE.get(word, DECLARED)
