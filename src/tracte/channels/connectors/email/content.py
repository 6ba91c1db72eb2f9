"""What a mail holds for its reader: its text, its attachments, and the reports that machines attach."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tracte.channels.connectors.email import headers as header
from tracte.channels.connectors.email.headers import words
from tracte.channels.connectors.email.mime import Part, parameters
from tracte.channels.connectors.email.text import clean, decode, from_html
from tracte.channels.connectors.email.values import message_id

MAX_TEXT = 2_000_000  # characters of text kept; the raw mail keeps the rest
_REPORTS = {
    "message/delivery-status",
    "message/global-delivery-status",
    "message/feedback-report",
    "message/disposition-notification",
}
_ORIGINALS = {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"}
_TEXTS = {"text/plain", "text/html", "text/enriched", "text/richtext"}
_UNSAFE_NAME = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')


@dataclass(slots=True)
class Content:
    """`attachments`: name, type, size in bytes once decoded. `reports`: content type -> bodies. `original`: another
    mail, or its headers, came inside; `original_id` is its Message-ID."""

    text: str = ""
    attachments: list[dict] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)  # of the attachments, in the same order
    reports: dict[str, list[bytes]] = field(default_factory=dict)
    original: bool = False
    original_id: str = ""
    defects: list[str] = field(default_factory=list)


def read(root: Part) -> Content:
    """Walk the tree once. Attachments are counted, never unpacked."""
    content = Content()
    text = clean(_text(root, content))
    if len(text) > MAX_TEXT:
        content.defects.append("text_truncated")
    content.text = text[:MAX_TEXT].strip("\n")
    return content


def _text(part: Part, content: Content) -> str:
    if part.children:
        found = [(child.kind, _text(child, content)) for child in part.children]
        written = [(kind, text) for kind, text in found if text.strip()]
        if part.kind == "multipart/alternative":
            plain = [text for kind, text in written if kind == "text/plain"]
            return (plain or [text for _, text in written] or [""])[0]
        return "\n\n".join(text.strip("\n") for _, text in written)
    if part.kind in _REPORTS:
        content.reports.setdefault(part.kind, []).append(part.payload(content.defects))
        return ""
    if part.kind in _ORIGINALS and not content.original:
        inner, _ = header.split(part.raw, part.start, part.end)
        content.original, content.original_id = True, message_id(inner.raw("message-id"))
    if part.kind.startswith("multipart/") or part.start == part.end:
        return ""
    name = _name(part)
    if part.kind not in _TEXTS or _disposition(part) == "attachment" or (name and part.depth):
        content.attachments.append({"name": name, "type": part.kind[:100], "size": part.size()})
        content.parts.append(part)
        return ""
    return _words(part, content)


def _words(part: Part, content: Content) -> str:
    data = part.payload(content.defects)
    if len(data) > 4 * MAX_TEXT:
        content.defects.append("text_truncated")
        data = data[: data.rfind(b"\n", 0, 4 * MAX_TEXT) + 1] or data[: 4 * MAX_TEXT]
    text, doubt = decode(data, part.parameters.get("charset", ""))
    if doubt:
        content.defects.append(doubt)
    return from_html(clean(text[: 2 * MAX_TEXT])) if part.kind == "text/html" else text


def _disposition(part: Part) -> str:
    return part.headers.raw("content-disposition").partition(";")[0].strip().lower()


def _name(part: Part) -> str:
    """A name to show and to save under: no path, no control characters. A forwarded mail is named by its subject."""
    name = parameters(part.headers.raw("content-disposition")).get("filename") or part.parameters.get("name", "")
    if not name and part.kind in ("message/rfc822", "message/global"):
        inner, _ = header.split(part.raw, part.start, part.end)
        name = inner.text("subject")[:100]
        name = f"{name}.eml" if name else ""
    return _UNSAFE_NAME.sub("_", words(clean(name))).strip(" .")[:255]
