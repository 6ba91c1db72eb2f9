"""A message of our bot: the Bot API's sendMessage, in as many parts as it takes, and sendDocument for each file."""

from __future__ import annotations

import os
import re
import time
from types import MappingProxyType
from typing import Any

from tracte.channels.connectors import outbox
from tracte.channels.connectors.telegram import bot_api
from tracte.channels.outgoing import DEFERRED, DELIVERED, REFUSED, UNKNOWN, Outgoing, Result

KIND, BY_HAND = "message", False
SETTINGS: MappingProxyType[str, type] = MappingProxyType({"token": str, "api": str})
LIMIT = 4096  # of one message, counted in UTF-16 as Telegram does
SHORT_WAIT = 30.0  # seconds to stand still in the middle of a message, so that it arrives whole
_CHAT = re.compile(r"-?\d{1,19}")
NO_WAY = "this bot has no token: give it with `tracte channel way-out`"


def problem(out: Outgoing) -> str:
    return "" if _CHAT.fullmatch(out.to) else f"{out.to[:40]!r} is no Telegram chat: its id is a number"


def known_as(out: Outgoing) -> list[str]:
    return []  # Telegram numbers its messages itself


def deliver(out: Outgoing, way: dict[str, Any]) -> Result:
    calls = requests(out)
    if outbox.is_chosen():
        for n, call in enumerate(calls, 1):
            outbox.keep(f"{out.id}.{n}.json", {"method": call.method, **call.fields, **call.named_files()})
        return Result(DELIVERED, "kept in the outbox", [f"{out.to}:{out.id}"])
    if not (token := way.get("token")):
        return Result(REFUSED, NO_WAY)
    return _all(calls, way.get("api") or os.environ.get("TRACTE_TELEGRAM_API") or bot_api.WORLD, token, out.to)


def requests(out: Outgoing) -> list[bot_api.Call]:
    """What is asked of the Bot API, in order."""
    words = f"{out.subject}\n\n{out.text}" if out.subject and not out.in_reply_to else out.text
    calls = [bot_api.Call("sendMessage", {"chat_id": out.to, "text": part}) for part in parts(words)]
    calls += [bot_api.Call("sendDocument", {"chat_id": out.to}, [file]) for file in out.files]
    chat, _, message = (out.in_reply_to or [""])[-1].partition(":")
    if chat == out.to and message.partition(":")[0].isdecimal():
        answered = int(message.partition(":")[0])
        calls[0].fields["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
    return calls


def parts(text: str) -> list[str]:
    """Each within the limit; parted between paragraphs, else lines, else words, else anywhere. None of blanks alone."""
    found: list[str] = []
    while text := text.strip():
        if _length(text) <= LIMIT:
            return [*found, text]
        head = text.encode("utf-16-le")[: 2 * LIMIT].decode("utf-16-le", "ignore")
        cut = -1
        for mark in ("\n\n", "\n", " "):
            cut = cut if cut > 0 else head.rfind(mark, len(head) // 4)
        cut = cut if cut > 0 else len(head)
        found.append(text[:cut].rstrip())
        text = text[cut:]
    return found


def _all(calls: list[bot_api.Call], api: str, token: str, chat: str) -> Result:
    """One after another. Once the first was taken nothing is deferred: the whole would be sent a second time."""
    known: list[str] = []
    for n, call in enumerate(calls, 1):
        said = _taken(call, api, token)
        if said.kind == DEFERRED and known and said.retry_after <= SHORT_WAIT:
            time.sleep(said.retry_after)
            said = _taken(call, api, token)
        if said.kind != DELIVERED:
            if known:
                return Result(UNKNOWN, f"part {n} of {len(calls)} did not arrive: {said.detail}", known)
            return said
        known += [f"{chat}:{one}" for one in said.external_ids]
    return Result(DELIVERED, f"{len(known)} messages" if len(known) > 1 else "", known)


def _taken(call: bot_api.Call, api: str, token: str) -> Result:
    try:
        answer = bot_api.ask(call, api, token)
    except bot_api.NotAsked as error:
        return Result(DEFERRED, str(error))
    except bot_api.NoAnswer as error:
        return Result(UNKNOWN, str(error))
    if answer.result is not None:
        return Result(DELIVERED, "", [str(answer.result.get("message_id", ""))])
    line = f"{answer.status} {answer.description}"
    if answer.status in (401, 404):  # our own token: nobody was written to, and it can be mended
        return Result(DEFERRED, f"{line}: is the token of the bot right?")
    if answer.status == 429:
        return Result(DEFERRED, line, retry_after=answer.retry_after)
    return Result(REFUSED if 400 <= answer.status < 500 else UNKNOWN, line)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
