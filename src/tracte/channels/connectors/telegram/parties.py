"""Who speaks to whom in a Telegram chat, and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tracte.channels.connectors.strict_json import BadJson, member
from tracte.channels.message import IN, OUT
from tracte.people.appearance import Appearance

FIRST, LAST = 1_375_315_200, 4_102_444_800  # Telegram began in August 2013; 2100


def moment(seconds: int, where: str) -> dt.datetime:
    """Unix seconds to an aware time. Raises BadJson outside 2013 to 2100."""
    if not FIRST <= seconds < LAST:
        raise BadJson(f"{where} {str(seconds)[:20]} is not a time between 2013 and 2100")
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def person(user: dict[str, Any], where: str) -> Appearance:
    """A user, or a private chat, which bears the id and the name of its person. Raises BadJson."""
    key = member(user, "id", int, where, needed=True)
    names = [member(user, name, str, where) or "" for name in ("first_name", "last_name")]
    language = member(user, "language_code", str, where) or ""
    return Appearance(str(key), " ".join(" ".join(names).split()), language=language.partition("-")[0].lower())


def parties(
    kind: str, message: dict[str, Any], chat: dict[str, Any], own: frozenset[str], flags: list[str]
) -> tuple[str, Appearance | None]:
    """Direction and citizen. What a channel, an anonymous administrator or a bot says is nobody's."""
    sender = member(message, "from", dict, f"{kind}.")
    is_private = chat.get("type") == "private"
    if is_own(sender or chat, own) or (is_private and sender and _is_ours(kind, sender, chat)):
        return OUT, person(chat, f"{kind}.chat.") if is_private else None
    if not sender or message.get("sender_chat"):
        return IN, None
    who = person(sender, f"{kind}.from.")
    if sender.get("is_bot"):
        flags.append("bot")
        return IN, None
    return IN, who


def is_own(party: dict[str, Any], own: frozenset[str]) -> bool:
    """`own` may hold ids and user names, with or without @."""
    name = str(party.get("username") or "").lower()
    return str(party.get("id")) in own or (bool(name) and (name in own or "@" + name in own))


def _is_ours(kind: str, sender: dict[str, Any], chat: dict[str, Any]) -> bool:
    """In a private chat there are two: the citizen, whose id the chat bears, and us."""
    return sender.get("id") != chat.get("id") and (bool(sender.get("is_bot")) or "business" in kind)
