"""Files of JSON read piece by piece: NDJSON, an array, or an object around one; memory holds one record."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from tracte.channels.connectors import source
from tracte.channels.connectors.strict_json import DECODER, BadJson, dumps, kept, loads
from tracte.channels.message import Reject

VALUE_LIMIT = 16 << 20  # characters of one record inside a big document
# `{"total": 2, "service_requests": [{`: plain members, then the list
_BEFORE_ARRAY = re.compile(rb'\{\s*(?:"[^"]*"\s*:\s*(?:"[^"]*"|[\w.+-]+)\s*,\s*)*"[^"]*"\s*:\s*\[\s*[{\]]')

Item = tuple[int, bytes, Any]  # position from 1, bytes, value


def objects(stream: BinaryIO, columns: Iterable[str] = ()) -> Iterator[Item | Reject]:
    """Records of NDJSON, of one array, or of one object around an array, known by lacking `columns` before it.

    What is no JSON comes out as a Reject. `stream` must have `peek`.
    """
    head = stream.peek(4096).lstrip(b"\xef\xbb\xbf \t\r\n")  # type: ignore[attr-defined]
    before = _BEFORE_ARRAY.match(head)
    if head.startswith(b"["):
        yield from elements(Document(stream))
    elif before and not any(f'"{column}"'.encode() in before.group() for column in columns):
        yield from _held(Document(stream))
    else:
        yield from _lines(stream)
    if cause := source.damage(stream):
        yield Reject(0, cause)


def _held(document: Document) -> Iterator[Item | Reject]:
    try:
        for _ in document.names():
            if document.peek() == "[":
                yield from elements(document)
            else:
                document.value()
    except BadJson as error:
        yield Reject(0, str(error))


def _lines(stream: BinaryIO) -> Iterator[Item | Reject]:
    for number, line, whole in source.lines(stream):
        if line.isspace():
            continue
        if not whole:
            yield Reject(number, f"line {number} is longer than {source.LINE_LIMIT >> 20} MiB", raw=line[:4096])
            continue
        try:
            yield number, line.rstrip(b"\r\n"), loads(line)
        except BadJson as error:
            yield Reject(number, f"line {number}: {error}", raw=line)


def elements(document: Document) -> Iterator[Item | Reject]:
    """The elements of the array that starts here. What is broken ends it: there is no telling where the next begins."""
    position = 0
    try:
        for position, _ in enumerate(document.items(), 1):
            value = document.value()
            yield position, dumps(value), value
    except BadJson as error:
        yield Reject(position + 1, f"after {position} records: {error}; nothing behind it was read")


class Document:
    """A JSON document read piece by piece: walk its arrays and objects, take the values you want whole.

    Memory holds one value at a time, however long the document.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._read = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="").read
        self._text, self._at = "", 0

    def _more(self) -> bool:
        chunk = self._read(max(1 << 16, len(self._text) - self._at))
        if chunk:
            self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if (char := self._text[self._at]) not in " \t\r\n":
                    return char
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if (found := self.peek()) != expected:
            raise BadJson(f"expected {expected!r}, found {found!r}" if found else "the JSON document breaks off")
        self._at += 1

    def value(self) -> Any:
        """The whole value that starts here. Raises BadJson."""
        scalar = self.peek() not in '"[{'
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
                if not scalar or end < len(self._text) or not self._more():
                    break
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > VALUE_LIMIT:
                    raise BadJson("a value that is too long or not JSON") from None
                if not self._more():
                    raise BadJson(f"not JSON: {error.msg}") from None
            except (RecursionError, ValueError) as error:
                raise BadJson(str(error) if isinstance(error, BadJson) else "JSON nested too deeply") from None
        start, self._at = self._at, end
        return kept(value, self._text[start:end])

    def items(self) -> Iterator[None]:
        """Stops at each element of the array that starts here; the caller takes the value."""
        yield from self._members("[", "]")

    def names(self) -> Iterator[str]:
        """The name of each member of the object that starts here; the caller takes the value."""
        for _ in self._members("{", "}"):
            name = self.value()
            if not isinstance(name, str):
                raise BadJson("a member without a name")
            self.take(":")
            yield name

    def _members(self, opening: str, closing: str) -> Iterator[None]:
        self.take(opening)
        while self.peek() != closing:
            yield
            if self.peek() != closing:
                self.take(",")
        self.take(closing)
