"""A mail as we write it: threaded, named by a token that only we can make, and honest about who wrote it."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tracte.channels.outgoing import Outgoing

LOOP = "X-Tracte-Loop"  # ours, and stays when others rewrite the Message-ID
REFERENCES = 20  # of a long thread: the first and the last ones
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,255}", re.ASCII)


def is_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text)) and text.rpartition("@")[2].strip(".") != ""


def message_id(out: Outgoing) -> str:
    """Always the same for the same dispatch, without brackets; the token in it names what an answer answers."""
    return f"{out.token}.tracte@{out.sender.rpartition('@')[2] or 'localhost'}"


def mail(out: Outgoing, *, plus_addressing: bool = False) -> bytes:
    message = EmailMessage(policy=SMTP)
    box, _, host = out.sender.rpartition("@")
    message["From"] = Address(_tidy(out.sender_name), box, host)
    message["To"] = Address(addr_spec=out.to)
    message["Subject"] = out.subject
    message["Date"] = format_datetime(out.at)
    message["Message-ID"] = f"<{message_id(out)}>"
    if plus_addressing:
        message["Reply-To"] = Address(_tidy(out.sender_name), f"{box}+{out.token}", host)
    if thread := [f"<{one}>" for one in map(_id, out.in_reply_to) if one]:
        message["In-Reply-To"] = thread[-1]
        kept = thread if len(thread) <= REFERENCES else [thread[0], *thread[1 - REFERENCES :]]
        message["References"] = " ".join(kept)
    message["Auto-Submitted"] = "auto-replied" if out.is_automatic else "no"
    message["X-Auto-Response-Suppress"] = "All" if out.is_automatic else "OOF, AutoReply"
    message[LOOP] = out.token
    # Long lines travel whole (quoted-printable): who reads on a telephone folds them.
    message.set_content(out.text, charset="utf-8", cte="7bit" if _is_plain(out.text) else "quoted-printable")
    if out.language:
        message["Content-Language"] = out.language
    for file in out.files:
        main, _, sub = (file.content_type or "application/octet-stream").partition("/")
        message.add_attachment(file.body or b"", maintype=main, subtype=sub or "octet-stream", filename=file.name)
    return message.as_bytes(policy=SMTP.clone(max_line_length=900))  # shorter, and long ids would be encoded as words


def _is_plain(text: str) -> bool:
    return text.isascii() and all(len(line) <= 78 for line in text.splitlines())


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _id(external_id: str) -> str:
    """A Message-ID that can stand in a header; what our intake made up for a mail without one cannot."""
    fits = "@" in external_id and external_id.isascii() and not re.search(r"[\s<>]", external_id)
    return external_id if fits and len(external_id) < 250 else ""
