"""E-mail to messages: what came in, what went out, and who is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from tracte.channels.connectors.email import mbox, signature
from tracte.channels.connectors.email.mail import Mail, understand
from tracte.channels.connectors.email.values import Address
from tracte.channels.message import IN, OUT, Message, Reject
from tracte.people.appearance import DECLARED, Appearance, Identifier

NOT_A_MAIL = "not a mail: no header such as From, Date or Subject; give .eml or mbox files"


def parse(raw: bytes, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """One mail, RFC 5322 as far as it goes: one Message, or one Reject when it is not a mail or too large."""
    yield _one(mbox.Piece(raw, len(raw)), 1, own)


def read(stream: BinaryIO, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """An mbox or a single .eml, streamed. Positions count mails from 1."""
    for position, piece in enumerate(mbox.split(stream), start=1):
        yield _one(piece, position, own)


def _one(piece: mbox.Piece, position: int, own: frozenset[str]) -> Message | Reject:
    if piece.size > mbox.MAX_BYTES:
        return Reject(position, too_large(piece.size), raw=piece.raw[:65536])
    try:
        mail = understand(piece.raw)
    except Exception as error:  # the last net: no mail may sink its neighbours
        return Reject(position, f"mail could not be read ({type(error).__name__}); please report it", raw=piece.raw)
    if mail is None:
        return Reject(position, NOT_A_MAIL, raw=piece.raw)
    return message(mail, piece.raw, own)


def too_large(size: int) -> str:
    return f"mail over {mbox.MAX_BYTES >> 20} MiB ({size >> 20} MiB or more read); ask for it without its attachments"


def message(mail: Mail, raw: bytes, own: frozenset[str] = frozenset()) -> Message:
    """The interaction that a mail is. Nobody is behind automatic mail that comes in."""
    out = mail.bounce is None and mail.sender is not None and mail.sender.address.lower() in own
    if out:
        other = next((one for one in (*mail.to, *mail.cc) if one.address.lower() not in own), None)
    else:
        other = None if mail.auto else mail.sender
    data = {
        "reply_text": mail.reply_text,
        "signature": mail.signature,
        "quoted": mail.quoted,
        "attachments": mail.content.attachments,
        "to": [one.address for one in mail.to],
        "cc": [one.address for one in mail.cc],
        "references": mail.references,
        "defects": mail.defects,
    }
    data |= {name: told for name, told in (("auto", mail.auto), ("bounce", mail.bounce)) if told}
    answered = [*mail.in_reply_to, *mail.references]
    if mail.auto and mail.content.original_id:  # what came back, or was complained about, is what it is about
        answered.append(mail.content.original_id)
    return Message(
        external_id=mail.message_id or mail.content_id,
        at=mail.at,
        direction=OUT if out else IN,
        subject=mail.subject,
        text=mail.content.text,
        who=_appearance(other, "" if out else mail.signature),
        in_reply_to=list(dict.fromkeys(answered)),
        data=data,
        flags=list(mail.defects),
        raw=raw,
    )


def _appearance(who: Address | None, signed: str) -> Appearance | None:
    """Who the mail is from or for, and what they `signed` it with."""
    if who is None:
        return None
    known = [Identifier("email", who.address, DECLARED)] if who.address else []
    known += [Identifier("phone", number, DECLARED) for number in signature.telephones(signed)]
    return Appearance(full_name=signature.full_name(signed, who.name, who.address), identifiers=known)
