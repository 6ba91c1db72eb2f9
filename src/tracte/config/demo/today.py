"""The demo's last hours: a few messages by every door, one of them in hand and with a note to the team."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import yaml

from tracte.channels.actions import receive_many
from tracte.channels.message import Message
from tracte.channels.models import Account
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import User
from tracte.inbox.actions import answering, handling
from tracte.inbox.models import Turn
from tracte.people.appearance import PROVED, Appearance, Identifier

LINES = Path(__file__).with_name("today.yml")


def happen(administration: uuid.UUID) -> None:
    """Each line comes in as any message would; twice is once."""
    for n, line in enumerate(yaml.safe_load(LINES.read_text())):
        with tenancy.acting_for(administration):
            report = receive_many(Account.objects.get(key=line["door"]), [_message(n, line)])
            if report.new:
                _attend(report.interactions[0], line)


def _message(n: int, line: dict[str, Any]) -> Message:
    known = [Identifier("email", line["email"])] if "email" in line else []
    known += [Identifier("phone", line["phone"], PROVED)] if "phone" in line else []
    chat = {"chat": {"id": line["chat"], "type": "private"}} if "chat" in line else {}
    who = Appearance(key=str(line.get("chat", "")), full_name=line["name"], identifiers=known)
    at = now() - dt.timedelta(hours=line["ago"])
    kind = "form" if line["door"] == "formularis" else "message"
    said = {name: line.get(name, "") for name in ("subject", "text", "topic", "language")}
    return Message(f"today:{n}", at, kind=kind, who=who, data=chat, **said)


def _attend(interaction: uuid.UUID, line: dict[str, Any]) -> None:
    turn = Turn.objects.filter(interaction=interaction).select_related("conversation").first()
    if turn is None:
        return
    if "note" in line:
        by = User.objects.get(email=line["note"]["by"])
        answering.note(turn.conversation, by=by, at=now(), text=line["note"]["text"])
    if "take" in line:
        agent = User.objects.get(email=line["take"])
        handling.assign(turn.conversation, by=agent, at=now(), agent=agent)
