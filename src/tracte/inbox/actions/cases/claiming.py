"""They say that it was not solved: while the case is open a note, afterwards a case that claims about it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tracte.core.models import Unit, User
from tracte.inbox.actions.cases import Answering, Place, What, changed, lock, open_case, step
from tracte.inbox.case_checking import require
from tracte.inbox.checking import Refused
from tracte.inbox.models import Case, Conversation

DAYS = 60  # where the service says nothing
TWICE = 2  # the second claim goes further up


@transaction.atomic
def claim(
    case: Case, *, by: User, at: dt.datetime, text: str, key: str, conversation: Conversation | None = None
) -> Case | None:
    """The case of the claim, for the unit that had the first one; from the second claim on, for the unit above. None
    when the case is still open: then the text is a note to whoever has it."""
    current = lock(case)
    if done := Case.objects.filter(key=key).first():
        return done
    require(current, by, "claim")
    if not text.strip():
        raise Refused("nothing")
    if current.closure is None:
        step(current, What.NOTED, by=by, at=at, reason=text.strip())
        changed(current)
        return None
    days = current.service.claim_days or DAYS
    if at > current.closure.at + dt.timedelta(days=days):
        raise Refused("claim_late")
    made = open_case(
        current.service,
        by=by,
        at=at,
        key=key,
        asked=text,
        fields=current.fields,
        place=Place(current.territory, current.place, current.latitude, current.longitude),
        answering=Answering(current.account, current.record, current.address, current.language),
        conversation=conversation,
        claims=current,
        unit=_whose(current),
    )
    step(current, What.CLAIMED, by=by, at=at, other=made)
    return made


def chain(case: Case) -> int:
    """How many claims there are about the same matter already: those about it, and those that it is one of."""
    count, of = case.claimed_by.count(), case.claims
    while of is not None:
        count, of = count + 1, of.claims
    return count


def _whose(case: Case) -> Unit:
    if chain(case) + 1 < TWICE:
        return case.unit
    version = case.unit.versions.order_by("-valid_from").first()
    return version.parent if version and version.parent else case.unit
