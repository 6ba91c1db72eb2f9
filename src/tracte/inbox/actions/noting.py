"""A call or a visit written down by hand: it happened, it hangs on whoever it was with, and asks for nothing more."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from tracte.channels.actions import receive_many
from tracte.channels.message import Message
from tracte.channels.models import Account, Interaction, InteractionKey
from tracte.core.models import User
from tracte.inbox import promising
from tracte.inbox.actions import touch
from tracte.inbox.checking import Refused
from tracte.inbox.models import Conversation, Promise
from tracte.people import actions as people
from tracte.people.appearance import Appearance, Identifier
from tracte.people.identifiers import PHONE
from tracte.people.models import Membership, Person

BY_VOICE = {"calls": "call", "visits": "visit"}  # kinds of account, and the kind of contact that comes by them
MOST_MINUTES = 600


@transaction.atomic
def note_contact(
    account: Account,
    *,
    by: User,
    at: dt.datetime,
    key: uuid.UUID,
    text: str,
    full_name: str = "",
    phone: str = "",
    minutes: int | None = None,
    person: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Who it was with is `person`, or whoever the name and telephone say; nobody, when neither is known. `key`: of this
    act; again it writes nothing. The person that it hangs on."""
    if not text.strip():
        raise Refused("nothing")
    data = {"by": str(by.pk), **({"seconds": minutes * 60} if minutes else {})}
    message = Message(
        f"hand:{key}", at, kind=BY_VOICE[account.kind], text=text.strip(), who=_who(full_name, phone, person), data=data
    )
    receive_many(account, [message], at=at)
    written = InteractionKey.objects.get(account=account, external_id=message.external_id)
    record = Interaction.objects.values_list("record", flat=True).get(id=written.interaction, at=written.at)
    if record is None:
        return None
    mine = Membership.objects.live().get(record=record).person_id
    theirs = Person.now_at(person) if person else None
    if theirs and mine != theirs:
        mine = people.merge(mine, theirs, by=by, at=at, reason="noted on their page")
    if account.kind == "calls":
        _called(mine, at)
    return mine


def _called(person: uuid.UUID, at: dt.datetime) -> None:
    """Whoever asked to be called was: what they asked waits no more."""
    records = Membership.objects.live().filter(person=person).values("record")
    owed = Promise.objects.standing().filter(what=Promise.What.CALL, conversation__record__in=records)
    for one in Conversation.objects.select_for_update().filter(closure=None, id__in=owed.values("conversation")):
        promising.keep(one, at=at)
        touch(one, at, "waiting_since", "due_at")


def _who(full_name: str, phone: str, person: uuid.UUID | None) -> Appearance | None:
    """A person who was chosen has one record of each account, by their id; the rest is what was said."""
    if person:
        return Appearance(key=f"hand:{person}", full_name=full_name)
    known = [Identifier(PHONE, phone)] if phone.strip() else []
    return Appearance(full_name=full_name.strip(), identifiers=known) if full_name.strip() or known else None
