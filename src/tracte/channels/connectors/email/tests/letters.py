"""Small mails for the tests."""

from __future__ import annotations

from pathlib import Path

from tracte.channels.connectors.email.parse import parse
from tracte.channels.message import Message

FIXTURES = Path(__file__).parent.parent / "fixtures"


def letter(body: str | bytes = "Bon dia\n", **fields: str | None) -> bytes:
    """A mail from Mercè; `fields` add or replace headers (`in_reply_to` is In-Reply-To), None takes one away."""
    headers: dict[str, str | None] = {
        "From": "Merce Puig <merce@exemple.cat>",
        "To": "atencio@vic.example",
        "Subject": "Una beca",
        "Date": "Mon, 28 Sep 2026 09:12:00 +0200",
        "Message-ID": "<1.merce@exemple.cat>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    for name, value in fields.items():
        title = "-".join(word.capitalize() for word in name.split("_"))
        headers[{"Message-Id": "Message-ID"}.get(title, title)] = value
    block = "".join(f"{name}: {value}\n" for name, value in headers.items() if value is not None)
    return block.encode() + b"\n" + (body.encode() if isinstance(body, str) else body)


def one(raw: bytes, own: frozenset[str] = frozenset()) -> Message:
    (message,) = parse(raw, own=own)
    assert isinstance(message, Message), message
    return message


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()
