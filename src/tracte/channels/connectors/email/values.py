"""Structured header values: addresses, message ids, dates (RFC 5322, and what is really sent)."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import getaddresses, parsedate_tz
from typing import NamedTuple

from tracte.channels.connectors.email.headers import words

MAX_ADDRESSES = 500
MAX_IDS = 100
MAX_ID = 255  # characters; a longer Message-ID cannot be anybody's key
_LONGEST = 64 * 1024
_FIRST, _EARLIEST = 1970, 1990
_AHEAD = dt.timedelta(days=2)
_ADDRESS = re.compile(
    r"""\s*(?:(?P<name>"(?:\\.|[^"\\])*"|[^"<>(),:;]*?)\s*<\s*(?P<angle>[^<>\s"(),]*)\s*>
        |(?P<bare>[^\s"<>(),:;]+@[^\s"<>(),:;]+))\s*(?:\((?P<comment>[^()]*)\))?\s*(?:[,;]|$)""",
    re.X | re.S,
)
_ID = re.compile(r"<([^<>]+)>")


class Address(NamedTuple):
    """`name` decoded, empty when it only repeats the address; `address` as written, empty when there is none."""

    name: str
    address: str


def addresses(value: str) -> list[Address]:
    """Every mailbox of an address header (not decoded yet: a comma may hide in an encoded word)."""
    value = " ".join(value[:_LONGEST].split())  # runs of spaces would make the pattern below quadratic
    found: list[Address] = []
    at, end = 0, len(value)
    if "@" not in value and "<" not in value and ":" not in value:  # `From: Mercè`
        return [_address(value.strip(), "")] if value.strip() else []
    while at < end and len(found) < MAX_ADDRESSES:
        match = _ADDRESS.match(value, at)
        if not match:
            return [*found, *_by_the_book(value[at:])]
        name = match["name"] or match["comment"] or ""
        found.append(_address(name.strip(), match["angle"] if match["bare"] is None else match["bare"]))
        at = match.end()
    return [one for one in found if one.name or one.address]


def _by_the_book(value: str) -> list[Address]:
    """Groups, routes, nested comments: the standard library, on a bounded piece (its parser is slow)."""
    try:
        pairs = getaddresses([value[: _LONGEST // 8]])
    except (ValueError, IndexError, RecursionError):
        return []
    found = (_address(name, address) for name, address in pairs[:MAX_ADDRESSES])
    return [one for one in found if one.name or one.address]


def _address(name: str, address: str) -> Address:
    if name[:1] == name[-1:] == '"' != name:
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    name = words(name).strip("\"' ")
    address = words(address)
    if "@" not in address:
        name, address = name or address, ""
    return Address("" if "@" in name else name, address)


def ids(value: str) -> list[str]:
    """Message ids without brackets, in order, each once."""
    value = value[:_LONGEST]
    found = _ID.findall(value) or [word for word in value.split() if "@" in word]
    tidy = ("".join(one.split()) for one in found)
    return list(dict.fromkeys(one for one in tidy if 0 < len(one) <= MAX_ID))[:MAX_IDS]


def message_id(value: str) -> str:
    """Without brackets; empty when missing, empty (`<>`) or absurdly long."""
    found = _ID.search(value)
    tidy = "".join((found[1] if found else value.strip("<> \t")).split())
    return tidy if len(tidy) <= MAX_ID else ""


def date(value: str, now: dt.datetime) -> tuple[dt.datetime | None, str]:
    """Aware UTC and the flag it deserves: date_missing, date_invalid, date_future, date_ancient or empty."""
    if not value.strip():
        return None, "date_missing"
    try:
        fields = parsedate_tz(value[:200])
        if fields is None:
            return None, "date_invalid"
        year, month, day, hour, minute, second, *_, zone = fields
        when = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC) - dt.timedelta(seconds=zone or 0)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None, "date_invalid"
    if when.year < _FIRST:
        return None, "date_invalid"
    if when > now + _AHEAD:
        return when, "date_future"
    return when, "date_ancient" if when.year < _EARLIEST else ""
