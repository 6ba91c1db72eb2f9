"""Telegram: a webhook body is one Update; a file is NDJSON or an array of them, or an export of Telegram Desktop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from tracte.channels.connectors import json_file, source, strict_json
from tracte.channels.connectors.strict_json import BadJson, member
from tracte.channels.connectors.telegram import export
from tracte.channels.connectors.telegram.content import SERVICE, proved_phone, read_content
from tracte.channels.connectors.telegram.parties import moment, parties, person
from tracte.channels.message import Message, Reject
from tracte.people.appearance import PROVED, Identifier

_MESSAGES = ("message", "channel_post", "business_message", "guest_message")
_SAID = frozenset(_MESSAGES) | {"edited_" + kind for kind in _MESSAGES}
_NOT_SAID = {
    "business_connection": "a business account connected the bot",
    "deleted_business_messages": "messages were deleted at the source; what we keep follows our own retention",
    "message_reaction": "a reaction to a message, not a message",
    "message_reaction_count": "a count of reactions",
    "inline_query": "typed for an inline bot, not sent to us",
    "chosen_inline_result": "an inline result was chosen",
    "shipping_query": "part of a payment",
    "pre_checkout_query": "part of a payment",
    "purchased_paid_media": "part of a payment",
    "poll": "a poll changed its state",
    "poll_answer": "a vote, counted by its poll",
    "my_chat_member": "the bot's own place in the chat changed",
    "chat_member": "somebody's place in the chat changed",
    "chat_join_request": "somebody asks to enter the chat",
    "chat_boost": "a boost of the chat",
    "removed_chat_boost": "a boost of the chat ended",
    "managed_bot": "a managed bot changed",
    "subscription": "a subscription changed",
}
_BLOCKED = {"kicked": "the user blocked the bot", "member": "the user unblocked the bot"}


def parse(raw: bytes, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """One webhook body."""
    try:
        yield _one(1, raw, strict_json.loads(raw), own)
    except BadJson as error:
        yield Reject(1, str(error), raw=raw)


def read(stream: BinaryIO, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """A file of updates or an export. Raises InputError when it is neither text nor JSON at all."""
    stream = source.unpacked(stream)
    if export.is_export(source.refuse_foreign(stream, "the Telegram file")):
        yield from export.read(stream, own=own)
        return
    for item in json_file.objects(stream, ("update_id",)):
        yield item if isinstance(item, Reject) else _one(*item, own)


def _one(position: int, raw: bytes, update: Any, own: frozenset[str]) -> Message | Reject:
    update_id = ""
    try:
        if not isinstance(update, dict):
            raise BadJson(f"not an Update but {update!r:.40}")
        if "update_id" not in update:
            raise BadJson(f"not an Update: it has no update_id, only {', '.join(map(str, update))[:80] or 'nothing'}")
        update_id = f"update:{member(update, 'update_id', int, needed=True)}"
        found = _understand(update, update_id, own)
    except BadJson as error:
        return Reject(position, str(error), update_id, raw)
    found.raw = raw
    return found


def _understand(update: dict[str, Any], update_id: str, own: frozenset[str]) -> Message:
    kind = next((name for name in update if name in _SAID or name in _NOT_SAID or name == "callback_query"), "")
    if not kind:
        others = ", ".join(name for name in update if name != "update_id") or "nothing"
        raise BadJson(f"unknown kind of update: {others[:80]}")
    held = member(update, kind, dict, needed=True)
    if kind == "callback_query":
        return _button(held, update_id)
    if kind in _NOT_SAID:
        raise BadJson(f"{kind}: {_why(kind, held)}")
    return _message(kind, held, update_id, own)


def _why(kind: str, held: dict[str, Any]) -> str:
    chat, state = held.get("chat"), held.get("new_chat_member")
    if kind != "my_chat_member" or not isinstance(chat, dict) or not isinstance(state, dict):
        return _NOT_SAID[kind]
    alone = chat.get("type") == "private"
    return _BLOCKED.get(str(state.get("status")), _NOT_SAID[kind]) if alone else _NOT_SAID[kind]


def _button(query: dict[str, Any], update_id: str) -> Message:
    """The press of a button under one of our messages: an answer, so an interaction. Telegram gives it no date."""
    sender = member(query, "from", dict, "callback_query.", needed=True)
    pressed = member(query, "data", str, "callback_query.") or ""
    under, about = member(query, "message", dict, "callback_query."), []
    if under and isinstance(chat := under.get("chat"), dict):
        about = [f"{chat.get('id')}:{under.get('message_id')}"]
    return Message(
        update_id,
        None,
        text=f"[botó] {pressed}".strip(),
        who=person(sender, "callback_query.from."),
        in_reply_to=about,
        data={"update": "callback_query", "button": pressed},
        flags=["date_missing"],
    )


def _message(kind: str, message: dict[str, Any], update_id: str, own: frozenset[str]) -> Message:
    where = f"{kind}."
    flags: list[str] = []
    chat = member(message, "chat", dict, where, needed=True)
    chat_id = member(chat, "id", int, f"{where}chat.", needed=True)
    external_id = f"{chat_id}:{member(message, 'message_id', int, where, needed=True)}"
    at = moment(member(message, "date", int, where, needed=True), f"{where}date")
    if notice := next((name for name in message if name in SERVICE), ""):
        raise BadJson(f"{kind}.{notice}: a notice of the chat itself, nobody said it")
    direction, who = parties(kind, message, chat, own, flags)
    text, data = read_content(message, where, flags)
    data = {"update": kind, "chat": _chat(chat), **_origin(message, flags), **data}
    if kind.startswith("edited_"):
        flags.append("edited")
        data["edits"] = external_id
        edited = member(message, "edit_date", int, where)
        at = moment(edited, f"{where}edit_date") if edited is not None else at
        external_id += f":{edited if edited is not None else update_id}"
    if who and (phone := proved_phone(message, int(who.key))):
        who.identifiers.append(Identifier("phone", phone, PROVED))
    replies, post = _replies(message, chat_id), "post" if kind.endswith("channel_post") else "message"
    return Message(external_id, at, direction, post, "", text, who, in_reply_to=replies, data=data, flags=flags)


def _chat(chat: dict[str, Any]) -> dict[str, Any]:
    return {name: chat[name] for name in ("id", "type", "title", "username") if isinstance(chat.get(name), str | int)}


def _origin(message: dict[str, Any], flags: list[str]) -> dict[str, Any]:
    """Where the message stands and, when forwarded, whose words they really are."""
    data: dict[str, Any] = {name: message[name] for name in ("message_thread_id", "media_group_id") if name in message}
    forward = {name: message[name] for name in message if name.startswith("forward_")}
    if forward:
        flags.append("forwarded")
        data["forward"] = forward
    return data


def _replies(message: dict[str, Any], chat_id: int) -> list[str]:
    for name in ("reply_to_message", "external_reply"):
        to = message.get(name)
        if isinstance(to, dict) and isinstance(to.get("message_id"), int):
            chat = to.get("chat")
            return [f"{chat.get('id', chat_id) if isinstance(chat, dict) else chat_id}:{to['message_id']}"]
    return []
