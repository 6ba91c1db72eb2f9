"""What a connector is given to hand over, and what it says became of it. Pure data, no Django."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

DELIVERED, DEFERRED, REFUSED, UNKNOWN = "delivered", "deferred", "refused", "unknown"
TIMEOUT = 60.0  # seconds of silence on the network; far below the time after which nobody waits for an outcome


@dataclass(slots=True)
class File:
    """Something attached. `body` is None when it is only named (too large to keep)."""

    name: str
    content_type: str
    body: bytes | None


@dataclass(slots=True)
class Outgoing:
    """One dispatch as its connector sees it.

    `to` is the address that the channel knows; `sender` and `sender_name` are ours. `token` names the dispatch to who
    answers, and nobody can guess it. `in_reply_to`: ids of the thread as the channel knows them, oldest first.
    """

    id: uuid.UUID
    to: str
    text: str
    subject: str = ""
    language: str = ""
    sender: str = ""
    sender_name: str = ""
    token: str = ""
    in_reply_to: list[str] = field(default_factory=list)
    is_automatic: bool = False
    at: dt.datetime = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    files: list[File] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """What became of one attempt.

    `delivered`: the other side took it. `deferred`: it surely did not, and may later; not before `retry_after` seconds.
    `refused`: it never will. `unknown`: it may have; nobody sends it again by themselves. `detail` is one line.
    `external_ids`: by what the channel knows it, the first one first.
    """

    kind: str
    detail: str = ""
    external_ids: list[str] = field(default_factory=list)
    retry_after: float = 0.0


class Deliverer(Protocol):
    """The shape of `connectors/<kind>/deliver.py`: no database, no clock; it never raises on what the network does."""

    KIND: str  # of the interaction: message, call, visit
    SETTINGS: MappingProxyType[str, type]  # what `Account.way_out` may say
    BY_HAND: bool  # a person has already said it: nothing is held, nothing travels

    def problem(self, out: Outgoing) -> str:
        """Why this cannot be sent, in one line; empty when it can."""

    def known_as(self, out: Outgoing) -> list[str]:
        """The ids that it will have on its channel, as far as we choose them."""

    def deliver(self, out: Outgoing, way: dict[str, Any]) -> Result:
        """Hand it over."""
