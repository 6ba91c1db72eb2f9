"""A mail of ours to its server: RFC 5321, and no byte of it twice by itself.

Until the text is sent whatever fails surely was not accepted; from then on only an answer says so.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import aiosmtplib

from tracte.channels.connectors import outbox
from tracte.channels.connectors.email import compose, server
from tracte.channels.outgoing import DEFERRED, DELIVERED, REFUSED, TIMEOUT, UNKNOWN, Outgoing, Result

KIND, BY_HAND = "message", False
SETTINGS: MappingProxyType[str, type] = MappingProxyType({"url": str, "plus_addressing": bool})
NO_WAY = "this mailbox has no way out: tell its server with `tracte channel way-out`, or set TRACTE_SMTP_URL"


def problem(out: Outgoing) -> str:
    if not compose.is_address(out.to):
        return f"{out.to!r} is no e-mail address: write it as name@example.cat"
    return "the subject is more than one line" if "\n" in out.subject or "\r" in out.subject else ""


def known_as(out: Outgoing) -> list[str]:
    return [compose.message_id(out)]


def deliver(out: Outgoing, way: dict[str, Any]) -> Result:
    if not compose.is_address(out.sender):
        return Result(REFUSED, "this mailbox has no address of its own to write from: add it with `--own`")
    content = compose.mail(out, plus_addressing=bool(way.get("plus_addressing")))
    if outbox.is_chosen():
        outbox.keep(f"{out.id}.eml", content)
        return Result(DELIVERED, "kept in the outbox", known_as(out))
    url = way.get("url") or os.environ.get("TRACTE_SMTP_URL", "")
    if not url:
        return Result(REFUSED, NO_WAY)
    try:
        at = server.parse(url)
    except ValueError as error:
        return Result(REFUSED, str(error))
    with ThreadPoolExecutor(1) as thread:  # in a loop of its own, whatever loop this thread may be running
        return thread.submit(lambda: asyncio.run(_send(at, out, content))).result()


async def _send(at: server.Server, out: Outgoing, content: bytes) -> Result:
    client = aiosmtplib.SMTP(timeout=TIMEOUT, **at.connection())
    text_leaves = False
    try:
        await client.connect()
        await client.mail("" if out.is_automatic else out.sender)  # nobody answers what nobody wrote: RFC 3834
        await client.rcpt(out.to)
        text_leaves = True
        said = await client.data(content)
        return Result(DELIVERED, f"{said.code} {said.message}", known_as(out))
    except aiosmtplib.SMTPResponseException as error:
        kind = REFUSED if error.code >= 500 and not isinstance(error, aiosmtplib.SMTPAuthenticationError) else DEFERRED
        if error.code < 400:  # no answer to what was asked: after the text, it may be in
            kind = UNKNOWN if text_leaves else DEFERRED
        return Result(kind, f"{error.code} {error.message}")
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        return Result(UNKNOWN if text_leaves else DEFERRED, f"{type(error).__name__}: {error}")
    finally:
        with suppress(Exception):
            await asyncio.wait_for(client.quit(), 5) if client.is_connected else None
