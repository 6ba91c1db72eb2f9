"""Files as they come: opened, unzipped on the way, and refused in one line when they are not what they say."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

LINE_LIMIT = 8 << 20  # bytes of one line; what is longer is skipped, never held
_GZIP = b"\x1f\x8b"
_FORMATS = {
    b"PK\x03\x04": "a ZIP archive (an .xlsx or .ods sheet is one too): unzip it, or save the sheet as CSV",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Office file (.xls): save the sheet as CSV",
    b"%PDF": "a PDF: ask the source for CSV or NDJSON",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"BZh": "bzip2: unpack it first, or use gzip",
    b"\xfd7zXZ": "xz: unpack it first, or use gzip",
    b"\x28\xb5\x2f\xfd": "zstd: unpack it first, or use gzip",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
}
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"


class Lines(Protocol):
    """All that reading line by line asks of a stream."""

    def readline(self, size: int = -1, /) -> bytes: ...


class InputError(ValueError):
    """A file that cannot be read at all; one clear line: what, where, how to mend."""


def open_source(path: Path | str) -> BinaryIO:
    """The bytes of a file, a `.gz` unpacked while it is read. Raises InputError."""
    path = Path(path)
    try:
        return unpacked(path.open("rb"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; name one file in it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror})") from None


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The same stream with `peek`, gzip taken off."""
    buffered = stream if hasattr(stream, "peek") else io.BufferedReader(stream)  # type: ignore[type-var]
    if buffered.peek(2)[:2] == _GZIP:
        return io.BufferedReader(_Gunzip(buffered))
    return buffered


class _Gunzip(io.RawIOBase):
    """gzip whose damage ends the data instead of raising in the middle of a row; `damage` then says so."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._gzip = stream, gzip.GzipFile(fileobj=stream)

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        try:
            return self._gzip.readinto(buffer)
        except (OSError, EOFError, ValueError, zlib.error):
            self.damage = True
            return 0


def damage(stream: BinaryIO) -> str:
    """Why the stream ended early, or nothing."""
    broken = getattr(getattr(stream, "raw", None), "damage", False)
    return "the gzip data break off here; fetch the file again" if broken else ""


def refuse_foreign(stream: BinaryIO, name: str = "the file") -> bytes:
    """The first bytes of a text file. Raises InputError when it is empty or something else."""
    head = stream.peek(4096)  # type: ignore[attr-defined]
    if not head:
        raise InputError(f"{name} is empty" + (f": {cause}" if (cause := damage(stream)) else ""))
    for magic, what in _FORMATS.items():
        if head.startswith(magic):
            raise InputError(f"{name} is {what}")
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        control = len(head) - len(head.translate(None, _CONTROL))
        if control > 8 and control * 20 > len(head):
            raise InputError(f"{name} is binary, not text")
    return head


def lines(stream: Lines, limit: int = LINE_LIMIT) -> Iterator[tuple[int, bytes, bool]]:
    """Number from 1, bytes and whether it is whole; of an over-long line only the first `limit` bytes."""
    number = 0
    while line := stream.readline(limit):
        number += 1
        whole = len(line) < limit or line.endswith(b"\n")
        if not whole:
            skip_line(stream)
        yield number, line, whole


def skip_line(stream: Lines) -> None:
    """To the end of the line, holding none of it."""
    while (rest := stream.readline(1 << 16)) and not rest.endswith(b"\n"):
        pass
