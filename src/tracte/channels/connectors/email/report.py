"""What `tracte mail parse PATH... --json` prints: one dict per message, whatever the files hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tracte.channels.connectors.email import mbox, quoting, signature
from tracte.channels.connectors.email.content import MAX_TEXT
from tracte.channels.connectors.email.mail import Mail, understand
from tracte.channels.connectors.email.parse import too_large
from tracte.channels.connectors.email.text import clean, decode, from_html
from tracte.channels.connectors.email.values import Address

_EMPTY: dict[str, Any] = {
    "from": "",
    "subject": "",
    "message_id": "",
    "references": [],
    "text": "",
    "reply_text": "",
    "signature": "",
    "auto": None,
    "bounce": None,
    "attachments": [],
    "defects": [],
}


def paths(*given: str | Path) -> Iterator[Path]:
    """Every file given or below a folder given, in order; what does not exist is yielded too, so that it is told."""
    for one in map(Path, given):
        yield from sorted(path for path in one.rglob("*") if path.is_file()) if one.is_dir() else [one]


def lines(*given: str | Path) -> Iterator[dict]:
    """One line per message of every file below `given`. A file that cannot be read gives a line with its reason."""
    for path in paths(*given):
        try:
            with path.open("rb") as stream:
                yield from _file(mbox.split(stream), str(path))
        except OSError as error:
            yield {
                "path": str(path),
                **_EMPTY,
                "defects": ["unreadable"],
                "error": f"{path}: {error.strerror or error}",
            }


def _file(pieces: Iterable[mbox.Piece], path: str) -> Iterator[dict]:
    number = 0
    for number, piece in enumerate(pieces, start=1):
        line = report(piece.raw, path)
        if piece.size > mbox.MAX_BYTES:
            line["defects"] = [*line["defects"], "too_large"]
            line["error"] = f"{path}: {too_large(piece.size)}"
        yield line if number == 1 else {**line, "position": number}
    if not number:
        yield report(b"", path)


def report(raw: bytes, path: str) -> dict:
    """One mail as `{path, from, subject, message_id, references, text, reply_text, signature, auto, bounce,
    attachments, defects}`. `auto` is `{kind, reason}` and `bounce` `{recipients, status, diagnostic}`, or None.
    What is not a mail has the defect `not_a_mail` and its text, if it is text."""
    if len(raw) > mbox.MAX_BYTES:
        return {**report(raw[:65536], path), "defects": ["too_large"]}
    try:
        mail = understand(raw)
    except Exception as error:  # the last net: one line for each file, whatever it holds
        return {"path": path, **_EMPTY, "defects": ["unreadable"], "error": f"{path}: {type(error).__name__}"}
    return {"path": path, **_EMPTY, **(_told(mail) if mail else _not_a_mail(raw))}


def _told(mail: Mail) -> dict:
    return {
        "from": _shown(mail.sender),
        "subject": mail.subject,
        "message_id": mail.message_id,
        "references": mail.references,
        "text": mail.content.text,
        "reply_text": mail.reply_text,
        "signature": mail.signature,
        "auto": mail.auto,
        "bounce": mail.bounce,
        "attachments": mail.content.attachments,
        "defects": mail.defects,
    }


def _shown(who: Address | None) -> str:
    if who is None:
        return ""
    return f"{who.name} <{who.address}>" if who.name and who.address else who.name or who.address


def _not_a_mail(raw: bytes) -> dict:
    if not raw.strip():
        return {"defects": ["not_a_mail", "empty"]}
    if b"\0" in raw[:65536]:
        return {"defects": ["not_a_mail", "binary"]}
    text = clean(decode(raw[: 2 * MAX_TEXT])[0])
    if text.lstrip()[:1] == "<" and "</" in text:
        text = from_html(text)
    new, _ = quoting.split(text)
    return {"text": text, "reply_text": new, "signature": signature.find(new), "defects": ["not_a_mail"]}
