"""The four acts that can be done on many conversations at once: whether each can be, how it is done, how it is undone.

They are the same actions that one conversation has; nothing here decides by itself what is allowed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from tracte.core import units
from tracte.core.models import Unit, User
from tracte.inbox import promising
from tracte.inbox.actions import changed, handling, labelling
from tracte.inbox.checking import ATTENDS, Refused, why_not_assign, why_not_close, why_not_snooze
from tracte.inbox.models import BulkAct, BulkOutcome, Conversation
from tracte.vocabularies.models import Concept

What = BulkAct.What
HIDES = (
    What.CLOSE,
    What.SNOOZE,
)  # what they do takes a conversation out of sight: not when something arrived meanwhile


@dataclass(frozen=True)
class Said:
    """What the form said, looked up once. `theirs`: where `agent` attends; `is_gone`: what it named is no more."""

    what: str
    by: User
    at: dt.datetime
    unit: Unit | None = None
    agent: User | None = None
    theirs: Collection[uuid.UUID] = ()
    how: str = ""
    reason: str = ""
    until: dt.datetime | None = None
    topic: Concept | None = None
    is_gone: bool = False


def said(act: BulkAct, *, by: User, at: dt.datetime) -> Said:
    told: dict[str, Any] = act.said
    agent = _agent(told.get("agent"))
    topic = Concept.objects.in_use().filter(id=told["topic"]).first() if told.get("topic") else None
    return Said(
        act.what,
        by,
        at,
        unit=Unit.objects.filter(id=told["unit"]).first() if told.get("unit") else None,
        agent=agent,
        theirs=units.seen_by(agent, *ATTENDS) if agent else (),
        how=told.get("how", ""),
        reason=told.get("reason", ""),
        until=act.until,
        topic=topic,
        is_gone=(bool(told.get("agent")) and agent is None) or (act.what == What.LABEL and topic is None),
    )


def why_not(conversation: Conversation, said: Said) -> str:
    """The code of why it cannot be done on this one as it stands; nothing if it can."""
    if said.what == What.ASSIGN:
        unit = said.unit.pk if said.unit else conversation.unit_id
        if said.is_gone:
            return "nobody"
        given: dict[str, Any] = {"unit": unit, "agent": said.agent, "theirs": said.theirs, "reason": said.reason}
        is_so = (unit, said.agent.pk if said.agent else None) == (conversation.unit_id, conversation.agent_id)
        return why_not_assign(conversation, said.by, **given) or ("same" if is_so else "")
    if said.what == What.CLOSE:
        return why_not_close(conversation, said.by, how=said.how, reason=said.reason)
    if said.what == What.SNOOZE and said.until:
        return why_not_snooze(conversation, said.by, until=said.until, at=said.at)
    return "no_topic" if said.topic is None else "same" if said.topic.pk == conversation.topic_id else ""


def before(conversation: Conversation) -> dict[str, Any]:
    """What undoing needs to know, of a conversation as it stands."""
    return {
        "unit": str(conversation.unit_id),
        "agent": str(conversation.agent_id or ""),
        "topic": str(conversation.topic_id or ""),
        "waiting_since": conversation.waiting_since.isoformat() if conversation.waiting_since else "",
        "until": conversation.snooze.until.isoformat() if conversation.snooze else "",
    }


def do(conversation: Conversation, said: Said) -> uuid.UUID:
    """The row that says that it was done. Raises Refused."""
    if refused := why_not(conversation, said):
        raise Refused(refused)
    who: dict[str, Any] = {"by": said.by, "at": said.at}
    if said.what == What.ASSIGN:
        return handling.assign(conversation, **who, agent=said.agent, unit=said.unit, reason=said.reason).pk
    if said.what == What.CLOSE:
        return handling.close(conversation, **who, how=said.how, reason=said.reason).pk
    if said.what == What.SNOOZE and said.until:
        return handling.snooze(conversation, **who, until=said.until).pk
    return labelling.label(conversation, **who, topic=said.topic).pk


def undo(outcome: BulkOutcome, conversation: Conversation, said: Said) -> None:
    """As it stood before, through the same actions. Raises Refused."""
    if said.what == What.ASSIGN:
        _give_back(outcome.before, conversation, said)
    elif said.what == What.CLOSE:
        if conversation.closure_id != outcome.made:
            raise Refused("acted")
        _wait_again(outcome.before, handling.reopen(conversation, by=said.by, at=said.at), said)
    elif said.what == What.SNOOZE:
        if conversation.snooze_id != outcome.made:
            raise Refused("awake")
        _rest_again(outcome.before, handling.rouse(conversation, at=said.at), said)
    else:  # a label that was a mistake teaches nothing
        conversation.labels.filter(id__in=[outcome.made]).delete()
        Conversation.objects.filter(id=conversation.id).update(topic=outcome.before["topic"] or None)
        changed([conversation])


def _give_back(before: dict[str, Any], conversation: Conversation, said: Said) -> None:
    agent = _agent(before["agent"])
    if before["agent"] and agent is None:
        raise Refused("nobody")
    why = gettext("Es desfà: s’havia fet amb moltes alhora")
    unit = Unit.objects.get(id=before["unit"])
    handling.assign(conversation, by=said.by, at=said.at, agent=agent, unit=unit, reason=why)


def _wait_again(before: dict[str, Any], opened: Conversation, said: Said) -> None:
    """Who waited waits as before, by the same promise counted from the same moment; what was put off still is."""
    if before["waiting_since"]:
        opened.waiting_since = dt.datetime.fromisoformat(before["waiting_since"])
        promising.promise([opened], by=said.by)
        opened.save(update_fields=["waiting_since", "due_at"])
    _rest_again(before, opened, said)


def _rest_again(before: dict[str, Any], conversation: Conversation, said: Said) -> None:
    until = dt.datetime.fromisoformat(before["until"]) if before["until"] else said.at
    if until > said.at:
        handling.snooze(conversation, by=said.by, at=said.at, until=until)


def _agent(id: str | None) -> User | None:
    return User.objects.filter(id=id, is_active=True).first() if id else None
