"""What a Telegram message holds besides its text: files, places, contacts; each with a short word to show."""

from __future__ import annotations

from typing import Any

from tracte.channels.connectors.strict_json import BadJson, member

WORDS = {
    "photo": "[foto]",
    "video": "[vídeo]",
    "live_photo": "[foto]",
    "animation": "[animació]",
    "audio": "[àudio]",
    "voice": "[missatge de veu]",
    "video_note": "[videomissatge]",
    "document": "[document]",
    "sticker": "[adhesiu]",
    "paid_media": "[contingut de pagament]",
    "story": "[història]",
    "contact": "[contacte]",
    "venue": "[ubicació]",
    "location": "[ubicació]",
    "poll": "[enquesta]",
    "dice": "[dau]",
    "game": "[joc]",
    "checklist": "[llista]",
    "invoice": "[factura]",
    "successful_payment": "[pagament]",
    "giveaway": "[sorteig]",
    "web_app_data": "[dades d'una aplicació]",
    "users_shared": "[usuaris compartits]",
    "chat_shared": "[xat compartit]",
    "passport_data": "[passaport]",
}
_NOTICES = """
new_chat_members new_chat_member left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo
delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created message_auto_delete_timer_changed
migrate_to_chat_id migrate_from_chat_id pinned_message refunded_payment gift unique_gift gift_upgrade_sent
connected_website write_access_allowed proximity_alert_triggered boost_added chat_background_set checklist_tasks_done
checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed
forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_winners
giveaway_completed managed_bot_created paid_message_price_changed poll_option_added poll_option_deleted
suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
community_chat_added community_chat_removed
"""
SERVICE = frozenset(_NOTICES.split())
_FILE = ("file_id", "file_unique_id", "file_name", "mime_type", "file_size", "duration", "width", "height")
_KEPT = ("contact", "venue", "location", "poll", "dice", "web_app_data", "successful_payment")


def read_content(message: dict[str, Any], where: str, flags: list[str]) -> tuple[str, dict[str, Any]]:
    """Text to show and what goes into `data`. Raises BadJson for a text that is no text."""
    said = member(message, "text", str, where) or member(message, "caption", str, where) or ""
    kind = next((name for name in WORDS if message.get(name) is not None), "")
    data: dict[str, Any] = {}
    if said.startswith("/") and (command := said[1:].split(None, 1)):
        data["command"] = command[0].partition("@")[0]
    entities = message.get("entities") or message.get("caption_entities")
    if isinstance(entities, list):
        data["entities"] = entities
    if not kind:
        if not said:
            flags.append("unknown_content")
            data["fields"] = sorted(message)
        return said, data
    held = message[kind]
    if kind in _KEPT and isinstance(held, dict):
        data[kind] = held
    _place(held, kind, data, flags)
    if files := _files(kind, held):
        data["media"] = files
    return said or _word(kind, held), data


def _word(kind: str, held: Any) -> str:
    detail = ""
    if isinstance(held, dict):
        told = held.get(
            {"sticker": "emoji", "poll": "question", "venue": "title", "web_app_data": "data"}.get(kind, "")
        )
        detail = told if isinstance(told, str) else ""
    return f"{WORDS[kind]} {detail}".strip()


def _files(kind: str, held: Any) -> list[dict[str, Any]]:
    """The file to fetch; of a photo's sizes the largest, which is last."""
    largest = held[-1] if isinstance(held, list) and held else held
    if not isinstance(largest, dict) or not isinstance(largest.get("file_id"), str):
        return []
    return [{"kind": kind} | {name: largest[name] for name in _FILE if isinstance(largest.get(name), str | int)}]


def _place(held: Any, kind: str, data: dict[str, Any], flags: list[str]) -> None:
    place = held.get("location") if kind == "venue" and isinstance(held, dict) else held if kind == "location" else None
    if place is None:
        return
    lat, lon = (place.get(name) if isinstance(place, dict) else None for name in ("latitude", "longitude"))
    if _within(lat, 90) and _within(lon, 180):
        data["coordinates"] = {"lat": lat, "lon": lon}
    else:
        flags.append("coordinates_invalid")


def _within(number: Any, limit: int) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and -limit <= number <= limit


def proved_phone(message: dict[str, Any], sender_id: int) -> str:
    """The telephone of a contact that its owner shared: Telegram itself vouches for it."""
    contact = message.get("contact")
    if not isinstance(contact, dict) or contact.get("user_id") != sender_id:
        return ""
    number = contact.get("phone_number")
    if not isinstance(number, str):
        raise BadJson("contact.phone_number must be text")
    # Telegram leaves the plus sign out, though the number is always international.
    return "+" + number if number.isascii() and number.isdigit() and number[0] != "0" else number
