"""The attachments of a mail, unpacked: after it came in, by a job, when somebody may want to open them."""

from __future__ import annotations

from collections.abc import Iterator

from tracte.channels.connectors.email import content, mbox, mime
from tracte.channels.outgoing import File


def files(raw: bytes, *, limit: int) -> Iterator[File]:
    """In the order in which the mail names them; of what is larger than `limit` bytes only the name."""
    if len(raw) > mbox.MAX_BYTES:
        return
    defects: list[str] = []
    found = content.read(mime.tree(raw, defects))
    for told, part in zip(found.attachments, found.parts, strict=True):
        body = part.payload(defects) if told["size"] <= limit else None
        kept = body if body is not None and len(body) <= limit else None
        yield File(told["name"], told["type"], kept)
