"""The `result.json` of Telegram Desktop, one chat or all of them, read message by message."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from tracte.channels.connectors import source, strict_json
from tracte.channels.connectors.json_file import Document
from tracte.channels.connectors.strict_json import BadJson, member
from tracte.channels.connectors.telegram.content import WORDS
from tracte.channels.connectors.telegram.parties import moment
from tracte.channels.message import IN, OUT, Message, Reject
from tracte.people.appearance import Appearance

_MARKS = re.compile(rb'"(?:messages|chats|left_chats|personal_information|about)"\s*:\s*[\[{"]')
_PRIVATE = ("personal_chat", "bot_chat", "saved_messages")
_MEDIA = {"voice_message": "voice", "video_message": "video_note", "video_file": "video", "audio_file": "audio"}
_FIELDS = {"contact_information": "contact", "location_information": "location", "file": "document"}
_NESTED = 4  # an export holds chats, a list, a chat: deeper things are values
_MADRID = ZoneInfo("Europe/Madrid")


def is_export(head: bytes) -> bool:
    """Whether a file that begins so is an export: no update names its parts like this before an update_id."""
    is_object = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return is_object and b'"update_id"' not in head and bool(_MARKS.search(head))


def read(stream: BinaryIO, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """Every message of every chat; position counts them from 1 over the whole file."""
    position = 0
    try:
        for position, (chat, element) in enumerate(_walk(Document(stream)), 1):
            yield _one(position, chat, element, own)
    except BadJson as error:
        yield Reject(position + 1, f"after {position} messages: {error}; nothing behind it was read")
    if cause := source.damage(stream):
        yield Reject(position + 1, cause)


def _walk(document: Document, level: int = 0) -> Iterator[tuple[dict[str, Any], Any]]:
    """(chat, message) pairs. An export names a chat (name, type, id) before it lists its messages."""
    chat: dict[str, Any] = {}
    for name in document.names():
        if name == "messages" and document.peek() == "[":
            for _ in document.items():
                yield chat, document.value()
        elif name in ("chats", "left_chats") and document.peek() == "{" and level < _NESTED:
            yield from _walk(document, level + 1)
        elif name == "list" and document.peek() == "[" and level < _NESTED:
            for _ in document.items():
                if document.peek() == "{":
                    yield from _walk(document, level + 1)
                else:
                    document.value()
        else:
            value = document.value()
            if name in ("name", "type", "id"):
                chat[name] = value


def _one(position: int, chat: dict[str, Any], element: Any, own: frozenset[str]) -> Message | Reject:
    raw = strict_json.dumps(element)
    try:
        if not isinstance(element, dict):
            raise BadJson(f"a message must be an object, it is {element!r:.40}")
        message = _message(chat, element, own)
    except BadJson as error:
        return Reject(position, f"message {position}: {error}", raw=raw)
    message.raw = raw
    return message


def _message(chat: dict[str, Any], element: dict[str, Any], own: frozenset[str]) -> Message:
    chat_id = chat_id_of_the_api(member(chat, "id", int, "chat.", needed=True), str(chat.get("type")))
    number = member(element, "id", int, needed=True)
    if element.get("type") != "message":
        raise BadJson(f"{element.get('type')} {element.get('action', '')}: a notice of the chat itself, nobody said it")
    flags: list[str] = []
    at = _at(element, flags)
    direction, who = _parties(chat, element, own)
    if "edited" in element:
        flags.append("edited")
    if "forwarded_from" in element:
        flags.append("forwarded")
    reply = member(element, "reply_to_message_id", int)
    kept = {name: value for name, value in element.items() if name not in _READ}
    return Message(
        f"{chat_id}:{number}",
        at,
        direction,
        "post" if "channel" in str(chat.get("type")) else "message",
        text=_text(element.get("text")) or _word(element),
        who=who,
        in_reply_to=[f"{chat_id}:{reply}"] if reply is not None else [],
        data={"update": "export", "chat": {**chat, "id": chat_id}, **kept},
        flags=flags,
    )


_READ = frozenset(["id", "type", "date", "date_unixtime", "from", "from_id", "text", "reply_to_message_id"])


def chat_id_of_the_api(number: int, kind: str) -> int:
    """The id that the Bot API gives the same chat, so that an import and the webhook agree."""
    if "supergroup" in kind or "channel" in kind:
        return number if number < 0 else -1_000_000_000_000 - number
    return -number if "group" in kind and number > 0 else number


def _at(element: dict[str, Any], flags: list[str]) -> dt.datetime:
    if (seconds := element.get("date_unixtime")) is not None:
        if not isinstance(seconds, str | int) or not (digits := str(seconds)).isdecimal() or len(digits) > 12:
            raise BadJson(f"date_unixtime is not a time: {seconds!r:.40}")
        return moment(int(digits), "date_unixtime")
    flags.append("timezone_assumed")
    try:
        local = dt.datetime.fromisoformat(member(element, "date", str, needed=True)).replace(tzinfo=_MADRID)
        return moment(int(local.timestamp()), "date").astimezone(_MADRID)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, BadJson) else BadJson(f"date is not a time: {element['date']!r:.40}") from None


def _parties(chat: dict[str, Any], element: dict[str, Any], own: frozenset[str]) -> tuple[str, Appearance | None]:
    """Direction and citizen; `from_id` is user123, channel456 or, in old exports, a number."""
    sender = str(element.get("from_id") or "")
    key = sender.removeprefix("user")
    named = element.get("from")
    private = chat.get("type") in _PRIVATE
    citizen = Appearance(str(chat.get("id")), _name(chat.get("name"))) if private else None
    if key in own or (private and key != str(chat.get("id"))):
        return OUT, citizen
    return IN, Appearance(key, _name(named)) if key.isdecimal() else None


def _name(name: Any) -> str:
    return " ".join(name.split()) if isinstance(name, str) else ""


def _word(element: dict[str, Any]) -> str:
    media = element.get("media_type")
    if isinstance(media, str):
        return WORDS.get(_MEDIA.get(media, media), WORDS["document"])
    field = next((name for name in (*WORDS, *_FIELDS) if name in element), "")
    return WORDS[_FIELDS.get(field, field)] if field else ""


def _text(text: Any) -> str:
    """A text, or the list of pieces in which an export marks its links and bold words."""
    pieces = text if isinstance(text, list) else [text]
    texts = [piece.get("text") if isinstance(piece, dict) else piece for piece in pieces]
    return "".join(piece for piece in texts if isinstance(piece, str))
