"""Who writes, by which door, and who answers; the doors are attended, so that each message becomes a conversation."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from tracte.channels.actions import attend, open_account, receive_many
from tracte.channels.message import Message
from tracte.channels.models import Account
from tracte.core.calendars.actions import set_calendar
from tracte.core.clock import now
from tracte.inbox.models import Conversation
from tracte.inbox.promising import CALENDAR
from tracte.people.appearance import Appearance, Identifier

ALWAYS = [[["00:00", "00:00"]]] * 7
OURS = "bustia@exemple.cat"
DOORS = {
    "bustia": ("email", "Bústia de contacte", "mail"),
    "telegram": ("telegram", "Telegram", "chat"),
    "formularis": ("webform", "Formularis del web", "form"),
    "telefon": ("calls", "Telèfon d’atenció", "phone"),
}


def ago(hours: float) -> dt.datetime:
    return now() - dt.timedelta(hours=hours)


def clock(week: Any = ALWAYS) -> None:
    set_calendar(key=CALENDAR, names={"ca": "Atenció"}, week=week, subdivision="")


def door(key: str) -> Account:
    kind, name, icon = DOORS[key]
    account = open_account(key=key, kind=kind, name=name, icon=icon, own=[OURS] if kind == "email" else [])
    attend(account, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return account


def merce(**more: Any) -> Appearance:
    return Appearance(
        full_name="Mercè Puig Ferrer", identifiers=[Identifier("email", "merce.puig@exemple.cat")], **more
    )


def anna() -> Appearance:
    return Appearance(full_name="Anna Roca", identifiers=[Identifier("email", "anna.roca@exemple.cat")])


def on_telegram(user: int = 417, name: str = "Mercè Puig") -> Appearance:
    return Appearance(key=str(user), full_name=name)


def message(who: Appearance | None, text: str = "Bon dia", hours: float = 1, **more: Any) -> Message:
    if who and who.key.isdecimal():
        more["data"] = {"chat": {"id": int(who.key), "type": "private"}} | more.get("data", {})
    told = {"subject": "Ajut al lloguer"} | more
    return Message(told.pop("id", uuid.uuid4().hex), ago(hours), text=text, who=who, **told)


def write(key: str, *messages: Message) -> list[Conversation]:
    """They come in as one batch; the conversations that there are of this door, in the order in which they began."""
    account = door(key)
    report = receive_many(account, list(messages))
    assert report.new == len(messages), report
    return list(Conversation.objects.filter(account=account).order_by("opened_at", "id"))
