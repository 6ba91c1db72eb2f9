"""One mail understood: everything that the connector and the report tell about it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field

from tracte.channels.connectors.email import automatic, bounce, content, mime, quoting, signature
from tracte.channels.connectors.email.headers import Headers
from tracte.channels.connectors.email.values import Address, addresses, date, ids, message_id

MAX_SUBJECT = 998
_ENVELOPE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:>?From [^\r\n]*[\r\n]+)?")
_PROOF = (
    *("from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "message-id", "in-reply-to", "references"),
    *("received", "return-path", "delivered-to", "mime-version", "content-type", "content-transfer-encoding"),
)


@dataclass(slots=True)
class Mail:
    """`sender` is From (else Sender); `message_id` is empty when the mail has none that identifies it; `content_id`
    then does. `signature` ends `reply_text`. `defects` name the dirt, each once."""

    headers: Headers
    content: content.Content
    sender: Address | None
    to: list[Address]
    cc: list[Address]
    subject: str
    message_id: str
    content_id: str
    at: dt.datetime | None
    references: list[str]
    in_reply_to: list[str]
    reply_text: str = ""
    signature: str = ""
    quoted: bool = False
    auto: dict | None = None
    bounce: dict | None = None
    defects: list[str] = field(default_factory=list)


def understand(raw: bytes, now: dt.datetime | None = None) -> Mail | None:
    """None when `raw` is not a mail: no header that a mail has."""
    envelope = _ENVELOPE.match(raw)
    raw = raw[envelope.end() :] if envelope else raw
    if b"\n" not in raw[:4096] and b"\r" in raw[:4096]:
        raw = raw.replace(b"\r", b"\n")
    defects: list[str] = []
    root = mime.tree(raw, defects)
    headers = root.headers
    if not any(name in headers for name in _PROOF):
        return None
    found = content.read(root)
    at, doubt = date(headers.raw("date"), now or dt.datetime.now(dt.UTC))
    mail = _addressed(headers, found, at)
    if not mail.message_id:
        mail.content_id = _digest(raw, root, mail)
    _conclude(mail)
    mail.defects = list(
        dict.fromkeys([*defects, *headers.defects, *found.defects, *filter(None, [doubt]), *mail.defects])
    )
    return mail


def _addressed(headers: Headers, found: content.Content, at: dt.datetime | None) -> Mail:
    senders = addresses(headers.raw("from")) or addresses(headers.raw("sender"))
    subject = headers.text("subject")
    return Mail(
        headers=headers,
        content=found,
        sender=senders[0] if senders else None,
        to=addresses(", ".join(headers.all("to"))),
        cc=addresses(", ".join(headers.all("cc"))),
        subject=subject[:MAX_SUBJECT],
        message_id=message_id(headers.raw("message-id")),
        content_id="",
        at=at,
        references=ids(headers.raw("references")),
        in_reply_to=ids(headers.raw("in-reply-to")),
        defects=["subject_truncated"] if len(subject) > MAX_SUBJECT else [],
    )


def _conclude(mail: Mail) -> None:
    sender = mail.sender
    if not sender:
        mail.defects.append("from_missing")
    if not mail.message_id:
        mail.defects.append("message_id_missing")
    mail.bounce = bounce.find(mail.headers, mail.content, sender, mail.subject)
    if mail.bounce:
        reason = mail.bounce["diagnostic"] or mail.subject or "delivery status"
        mail.auto = {"kind": "bounce", "reason": reason[:200]}
    else:
        mail.auto = automatic.find(mail.headers, mail.content, sender, mail.subject)
    mail.reply_text, mail.quoted = quoting.split(mail.content.text)
    mail.signature = signature.find(mail.reply_text, *(sender or ("", "")))


def _digest(raw: bytes, root: mime.Part, mail: Mail) -> str:
    """Same for each delivery of the same mail: what the way adds (Received, Delivered-To...) and line ends are left
    out."""
    told = [mail.headers.raw(name) for name in ("from", "to", "cc", "date", "subject", "in-reply-to", "content-type")]
    digest = hashlib.sha256("\n".join(told).encode("utf-8", "replace"))
    digest.update(raw[root.start : root.end].replace(b"\r\n", b"\n").strip())
    return f"sha256:{digest.hexdigest()}"
