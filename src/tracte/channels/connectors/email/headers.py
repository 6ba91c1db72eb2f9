"""The header block of a mail or of a part: split leniently (RFC 5322), decoded (RFC 2047)."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from tracte.channels.connectors.email.text import clean, decode

MAX_BYTES = 1 << 20  # of one header block; the rest of it is not read
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_BLANK = re.compile(rb"^\r?\n", re.M)
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|received|return-path"
    rb"|delivered-to|mime-version|content-[a-z-]+|list-[a-z-]+|resent-[a-z-]+|precedence"
    rb"|auto-submitted|x-[!-9;-~]+)[ \t]*:",
    re.I,
)
_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?]*)\?=")
_WORDS = re.compile(r"=\?[^?\s]*\?[bBqQ]\?[^?]*\?=(?:\s*=\?[^?\s]*\?[bBqQ]\?[^?]*\?=)*")


@dataclass(slots=True)
class Headers:
    """Field name in lower case -> its values as they came, unfolded, in order."""

    fields: dict[str, list[bytes]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def raw(self, name: str) -> str:
        """First value, not decoded (addresses must be split before they are decoded)."""
        values = self.fields.get(name)
        return self._text(values[0]) if values else ""

    def all(self, name: str) -> list[str]:
        return [self._text(value) for value in self.fields.get(name, ())]

    def text(self, name: str) -> str:
        """First value, decoded, on one line."""
        return words(self.raw(name))

    def _text(self, value: bytes) -> str:
        if not value.isascii():
            try:
                value.decode("utf-8")  # RFC 6532: legitimate today
            except UnicodeError:
                self.defects.append("header_charset_lies")
        return clean(decode(value)[0])


def split(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Headers of `raw[start:end]` and where its body starts."""
    headers = Headers()
    blank = _BLANK.search(raw, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    if stop - start > MAX_BYTES:
        headers.defects.append("headers_truncated")
        stop = start + MAX_BYTES
    lines = raw[start:stop].split(b"\n")
    folds: list[bytes] = []
    fields: list[tuple[str, list[bytes]]] = []
    last_known: int | None = None
    for number, line in enumerate(lines):
        if found := _FIELD.match(line):
            folds = [line[found.end() :].strip()]
            fields.append((found[1].lower().decode("ascii"), folds))
        elif line[:1] in (b" ", b"\t") and fields:
            folds.append(line.strip())
        elif line.strip():
            headers.defects.append("header_malformed")
            last_known = _last_known(lines) if last_known is None else last_known
            if number > last_known:
                body = start + sum(len(earlier) + 1 for earlier in lines[:number])
                break
            folds.append(line.strip())  # a fold that lost its indentation
    for name, parts in fields:
        headers.fields.setdefault(name, []).append(b" ".join(parts))
    return headers, body


def _last_known(lines: list[bytes]) -> int:
    """Where the last header that everybody knows stands: a strange line before it does not start the body."""
    return max((number for number, line in enumerate(lines) if _KNOWN.match(line)), default=-1)


def words(value: str) -> str:
    """A header value decoded (RFC 2047 encoded words) and on one line."""
    if "=?" in value:
        value = clean(_WORDS.sub(_run, value))
    return " ".join(value.split())


def _run(match: re.Match[str]) -> str:
    """Adjacent encoded words: the space between them is not text, and a character may be cut in two."""
    runs: list[tuple[str, bytes]] = []
    for charset, encoding, coded in _WORD.findall(match[0]):
        try:
            data = _octets(encoding, coded)
        except (binascii.Error, ValueError):
            return match[0]
        charset = charset.partition("*")[0].lower()  # RFC 2231: charset*language
        if runs and runs[-1][0] == charset:
            runs[-1] = (charset, runs[-1][1] + data)
        else:
            runs.append((charset, data))
    return "".join(decode(data, charset)[0] for charset, data in runs)


def _octets(encoding: str, coded: str) -> bytes:
    data = coded.encode("ascii", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
