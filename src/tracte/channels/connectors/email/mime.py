"""The MIME tree of a mail (RFC 2045-2049), read by offsets: no part is copied until somebody asks for it."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote_to_bytes

from tracte.channels.connectors.email import headers as header
from tracte.channels.connectors.email.text import decode

MAX_PARTS = 500
MAX_DEPTH = 20
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*(?:;|$)")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)', re.S)
_LOST_BOUNDARY = re.compile(rb"^--([^\r\n]{1,70}?)[ \t]*\r?\n(?:Content-[A-Za-z-]+|MIME-Version)[ \t]*:", re.M | re.I)
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*")


@dataclass(slots=True)
class Part:
    """`raw[start:end]` is the body. `kind` is the content type in lower case, `children` those of a multipart."""

    raw: bytes
    headers: header.Headers
    kind: str
    parameters: dict[str, str]
    start: int
    end: int
    depth: int = 0
    children: list[Part] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        return self.headers.raw("content-transfer-encoding").strip().lower()

    def payload(self, defects: list[str]) -> bytes:
        """The body with its transfer encoding undone."""
        data = self.raw[self.start : self.end]
        if self.encoding == "base64":
            return _base64(data, defects)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(data)
        if self.encoding in ("x-uuencode", "uuencode", "x-uue"):
            return _uuencode(data, defects)
        if self.encoding not in ("", "7bit", "8bit", "binary"):
            defects.append("encoding_unknown")
        return data

    def size(self) -> int:
        """Bytes once decoded; never unpacks what is inside. Base64 is counted, not decoded."""
        if self.encoding == "quoted-printable":
            return len(binascii.a2b_qp(self.raw[self.start : self.end]))
        if self.encoding != "base64":
            return self.end - self.start
        spaces = sum(self.raw.count(space, self.start, self.end) for space in (b"\n", b"\r", b" "))
        padding = self.raw.count(b"=", max(self.start, self.end - 8), self.end)
        return max(0, (self.end - self.start - spaces) * 3 // 4 - padding)


def tree(raw: bytes, defects: list[str]) -> Part:
    """The parts of a mail. What is too deep or too many stays a leaf or is left out, with a defect."""
    root = _part(raw, 0, len(raw), 0, "text/plain", defects)
    waiting, count = [root], 1
    while waiting:
        part = waiting.pop()
        ranges = _ranges(part, defects)
        default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
        for start, end in ranges:
            if count >= MAX_PARTS:
                defects.append("too_many_parts")
                return root
            count += 1
            child = _part(raw, start, end, part.depth + 1, default, defects)
            same = child.kind.startswith("multipart/") and child.parameters.get("boundary")
            if same and same == part.parameters.get("boundary"):
                child.end = part.end  # the rest is its own: the inner level borrowed the outer boundary
            part.children.append(child)
            waiting.append(child)
            if child.end == part.end:
                break
    return root


def _part(raw: bytes, start: int, end: int, depth: int, default: str, defects: list[str]) -> Part:
    headers, body = header.split(raw, start, end)
    defects.extend(headers.defects)
    kind, parameters = content_type(headers.raw("content-type"), default)
    if "content-type" in headers and not kind:
        defects.append("content_type_invalid")
    return Part(raw, headers, kind or "text/plain", parameters, min(body, end), end, depth)


def _ranges(part: Part, defects: list[str]) -> Iterator[tuple[int, int]]:
    """Where the parts of a part lie; of a mail that is only another mail (Groupwise forwards so), that one."""
    if part.kind == "message/rfc822" and part.depth == 0:
        yield part.start, part.end
    if not part.kind.startswith("multipart/"):
        return
    if part.depth >= MAX_DEPTH:
        defects.append("nesting_too_deep")
        return
    mark = b"--" + part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    found = list(islice(_between(part, mark, defects), MAX_PARTS)) if len(mark) > 2 else []
    if not found:
        defects.append("boundary_missing")
        lost = _LOST_BOUNDARY.search(part.raw, part.start, part.end)
        found = list(islice(_between(part, b"--" + lost[1], defects), MAX_PARTS)) if lost else []
    if not found:
        part.kind = "text/plain"
    yield from found


def _between(part: Part, mark: bytes, defects: list[str]) -> Iterator[tuple[int, int]]:
    """What lies between the lines that are `mark` (RFC 2046, 5.1.1), and after the last when none closes."""
    line = re.compile(rb"\n" + re.escape(mark) + rb"[ \t]*(--)?[ \t]*(?:\r?\n|\Z)")
    at, begin = max(0, part.start - 1), -1
    while found := line.search(part.raw, at, part.end):
        if begin >= 0:
            stop = found.start() - (part.raw[found.start() - 1 : found.start()] == b"\r")
            yield begin, max(begin, stop)
        if found[1]:
            return
        begin, at = found.end(), found.end() - 1  # the line end of one mark may begin the next
    if begin >= 0:
        defects.append("boundary_not_closed")
        yield begin, part.end


def content_type(value: str, default: str = "") -> tuple[str, dict[str, str]]:
    """Type in lower case (empty when it cannot be read) and parameters, RFC 2231 pieces joined."""
    if not value.strip():
        return default, {}
    found = _TYPE.match(value)
    return (found[1].lower() if found else ""), parameters(value)


def parameters(value: str) -> dict[str, str]:
    """`; name=value` of Content-Type and Content-Disposition."""
    whole: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, text in _PARAMETER.findall(value):
        text = re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] == text[-1:] == '"' != text else text.strip(' \t"')
        base, star, rest = name.lower().partition("*")
        if not star:
            whole.setdefault(base, text)
            continue
        number = rest.rstrip("*")
        if number in ("", "0") or (number.isdecimal() and len(number) < 4):
            pieces.setdefault(base, {})[int(number or 0)] = (not rest or rest.endswith("*"), text)
    return whole | {base: _joined(found) for base, found in pieces.items()}


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231: `charset'language'percent-encoded`, perhaps in numbered pieces."""
    charset, data = "", b""
    for number in sorted(pieces):
        encoded, text = pieces[number]
        if encoded and number == min(pieces) and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode(data, charset or "utf-8")[0]


def _base64(data: bytes, defects: list[str]) -> bytes:
    """Lenient: stray lines after it are dropped, and text that only claims to be base64 comes back as it is."""
    found = _BASE64.match(data)
    end = found.end() if found else 0
    if end < len(data.rstrip()):
        defects.append("base64_invalid")
        if end < len(data) // 2 and not data[:end].rstrip().endswith(b"="):
            return data
    digits = b"".join(data[:end].split()).rstrip(b"=")
    if len(digits) % 4 == 1:
        defects.append("base64_invalid")
        if len(digits) < 76:
            return data
        digits = digits[:-1]
    try:
        return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
    except binascii.Error:
        defects.append("base64_invalid")
        return data


def _uuencode(data: bytes, defects: list[str]) -> bytes:
    decoded = bytearray()
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end", b"`")):
            continue
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            defects.append("uuencode_invalid")
    return bytes(decoded)
