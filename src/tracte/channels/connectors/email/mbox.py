"""Mails out of a stream, one at a time: a mailbox (mbox) or a single message. Memory stays flat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAX_BYTES = 50 * 1024 * 1024  # of one mail
_PIECE = 64 * 1024
_SEPARATOR = re.compile(rb"From .{0,500}\d?\d:\d\d(?::\d\d)?\b.{0,40}\b\d{4}\s*$")
_ESCAPED = re.compile(rb">+From ")


class Piece(NamedTuple):
    """`raw` is one mail; of a mail over MAX_BYTES, only its first bytes, and `size` says how long it was at least."""

    raw: bytes
    size: int


def split(stream: BinaryIO) -> Iterator[Piece]:
    """A stream that starts with `From ` is a mailbox; anything else is one message, read no further than MAX_BYTES."""
    first = stream.readline(_PIECE)
    if first.startswith(b"From "):
        yield from _mailbox(stream)
    elif first:
        raw = first + stream.read(MAX_BYTES + 1 - len(first))
        yield Piece(raw if len(raw) <= MAX_BYTES else raw[:_PIECE], len(raw))


def _mailbox(stream: BinaryIO) -> Iterator[Piece]:
    mail, size = bytearray(), 0
    at_line_start = after_blank = True
    while line := stream.readline(_PIECE):
        if at_line_start:
            if after_blank and line.startswith(b"From ") and _SEPARATOR.match(line):
                yield _piece(mail, size)
                mail, size = bytearray(), 0
                continue
            after_blank = line in (b"\n", b"\r\n")
            if line.startswith(b">") and _ESCAPED.match(line):
                line = line[1:]
        at_line_start = line.endswith(b"\n")
        size += len(line)
        if size <= MAX_BYTES:
            mail += line
        else:
            del mail[_PIECE:]
    yield _piece(mail, size)


def _piece(mail: bytearray, size: int) -> Piece:
    if mail.endswith(b"\r\n\r\n"):
        del mail[-2:]
    elif mail.endswith(b"\n\n"):
        del mail[-1:]
    return Piece(bytes(mail), size)
