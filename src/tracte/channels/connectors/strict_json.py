"""JSON that PostgreSQL will take: no NaN, no infinity, no NUL, no half surrogate pair; every failure is one BadJson."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

from tracte.channels.connectors import source
from tracte.channels.message import Reject

DEPTH_LIMIT = 100  # levels; Python's own limit depends on where we are called from
VALUE_LIMIT = 16 << 20  # characters of one record inside a big document


class BadJson(ValueError):
    """Not JSON, or JSON that cannot be kept; one clear line."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split())[:400])


def _no_constant(name: str) -> Any:
    raise BadJson(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson(f"the number {digits[:20]} is too big")
    return number


_decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def loads(raw: bytes | str) -> Any:
    """One JSON document. Raises BadJson."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
        value = _decoder.decode(text)
    except BadJson:
        raise
    except UnicodeDecodeError as error:
        raise BadJson(f"not JSON: byte {error.start + 1} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise BadJson("JSON nested too deeply") from None
    except ValueError:
        raise BadJson("a number with too many digits") from None
    return _kept(value, text)


def _kept(value: Any, text: str) -> Any:
    """The value of this text once its depth and characters are known to be fit to keep. Raises BadJson."""
    if text.count("[") + text.count("{") > DEPTH_LIMIT and _is_deep(value):
        raise BadJson("JSON nested too deeply")
    dirty = "\\u0000" in text or "\\ud" in text or "\\uD" in text or "\0" in text
    return clean(value) if dirty else value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        holders = (v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list))
        level = [child for holder in holders for child in holder]
    return bool(level)


def clean(value: Any) -> Any:
    """The same value without NUL characters and with lone surrogates replaced."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): clean(item) for name, item in value.items()}
    return value


def dumps(value: Any) -> bytes:
    """Compact bytes of a value that `loads` gave."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


_NAMES = {int: "a whole number", str: "text", dict: "an object", list: "a list", bool: "true or false"}


def member(record: dict[str, Any], name: str, kind: type, where: str = "", *, needed: bool = False) -> Any:
    """A member of the type it must have, None when absent; a number in quotes is none. Raises BadJson naming it."""
    value = record.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        found = "missing" if value is None else f"{value!r:.40}"
        raise BadJson(f"{where}{name} must be {_NAMES[kind]}, it is {found}")
    if isinstance(value, int) and abs(value) >= 1 << 63:
        raise BadJson(f"{where}{name} is too big a number")
    return value


def objects(stream: BinaryIO) -> Iterator[tuple[int, bytes, Any] | Reject]:
    """Records of NDJSON or of one array: position from 1, raw, value. What is no JSON comes out as a Reject."""
    head = stream.peek(4096).lstrip(b"\xef\xbb\xbf \t\r\n")  # type: ignore[attr-defined]
    if head.startswith(b"["):
        yield from elements(Document(stream))
    else:
        yield from _lines(stream)
    if cause := source.damage(stream):
        yield Reject(0, cause)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes, Any] | Reject]:
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


def elements(document: Document) -> Iterator[tuple[int, bytes, Any] | Reject]:
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
                value, end = _decoder.raw_decode(self._text, self._at)
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
        return _kept(value, self._text[start:end])

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
