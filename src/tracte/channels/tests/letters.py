"""Messages and events in one line, for the tests of this room."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tracte.channels.message import Message
from tracte.people.appearance import Appearance, Identifier

AT = dt.datetime(2026, 3, 2, 9, 12, tzinfo=dt.UTC)


def message(external_id: str, text: str = "Bon dia", **more: Any) -> Message:
    return Message(
        external_id, **{"at": AT, "text": text, "raw": f"<{external_id}>".encode("utf-8", "replace"), **more}
    )


def anna(number: int = 417) -> Appearance:
    return Appearance(full_name="Anna Puig", identifiers=[Identifier("phone", f"600000{number:03}")])


def event(id: str, source: str = "/centraleta", **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": "cat.tracte.interaction",
        "time": "2026-03-02T09:12:00Z",
        "data": data,
    }


def ndjson(*events: dict[str, Any] | bytes) -> bytes:
    return b"".join(e + b"\n" if isinstance(e, bytes) else json.dumps(e).encode() + b"\n" for e in events)
