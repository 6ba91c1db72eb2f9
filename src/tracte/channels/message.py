"""What a connector understood of its input: one future interaction, or the reason why not. Pure data, no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from tracte.people.appearance import Appearance

IN, OUT = "in", "out"


@dataclass(slots=True)
class Message:
    """One interaction as its channel tells it.

    `external_id` is the channel's own id: with the channel account it is the idempotency key, so it must be the same
    at every delivery. `at` is aware; None means "when we receive it". `who` is the citizen (the sender of what comes
    in, the recipient of what goes out), None when nobody is known. `kind`: message call visit form request post alert.
    `topic` and `territory` are codes or labels of the vocabularies. `flags` name the dirt that was kept
    (`date_missing`, `charset_lies`, ...). `data` is JSON: whatever else the source tells. `raw` is the input itself.
    """

    external_id: str
    at: dt.datetime | None
    direction: str = IN
    kind: str = "message"
    subject: str = ""
    text: str = ""
    who: Appearance | None = None
    topic: str = ""
    territory: str = ""
    language: str = ""
    in_reply_to: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    raw: bytes = b""


@dataclass(slots=True)
class Reject:
    """Input that cannot become an interaction. `position` is its line or index in the input, from 1;
    `reason` is one clear line: what, where, how to mend."""

    position: int
    reason: str
    external_id: str = ""
    raw: bytes = b""


class Connector(Protocol):
    """The shape of `connectors/<kind>/parse.py`. Pure: no database, no network, never raises on bad content.

    `own` holds the account's own addresses in lower case: what they wrote goes out.
    """

    def parse(self, raw: bytes, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
        """One delivery: a webhook body, a mail, a form."""

    def read(self, stream: BinaryIO, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
        """A whole file, streamed: memory stays flat whatever its size."""
