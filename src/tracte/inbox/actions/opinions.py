"""What somebody says of how they were attended, by the link that they were given."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from tracte.channels import tokens
from tracte.inbox.checking import Refused
from tracte.inbox.models import Asking, Case, Conversation, Opinion, Remark
from tracte.inbox.models.opinions import CORRECTED_FOR

LONGEST = 2000


@transaction.atomic
def say(
    asking: Asking, *, satisfaction: int, effort: int | None = None, why: str = "", text: str = "", at: dt.datetime
) -> Opinion:
    """Once; said again within some days, it is corrected. Why, and in which words, is kept of low marks only."""
    current = Asking.objects.select_for_update().get(id=asking.id)
    if not is_open(current, at):
        raise Refused("expired")
    opinion = _of(current) or Opinion(asking=current, at=at)
    opinion.satisfaction, opinion.effort, opinion.changed_at = satisfaction, effort, at
    opinion.why = why if opinion.is_low else ""
    opinion.save()
    Remark.objects.filter(opinion=opinion).delete()
    if opinion.is_low and text.strip():
        Remark.objects.create(opinion=opinion, at=at, text=text.strip()[:LONGEST])
    return opinion


def is_open(asking: Asking, at: dt.datetime) -> bool:
    """Whether it takes an answer, or a correction."""
    said = _of(asking)
    return at <= said.at + CORRECTED_FOR if said else at < asking.expires_at


def find(token: str) -> Asking | None:
    """What a link opens."""
    id = tokens.read(token)
    return Asking.objects.select_related("opinion__remark").filter(id=id).first() if id else None


def about(interactions: Collection[uuid.UUID]) -> Asking | None:
    """The last question about what these began, for the page on which they are followed."""
    told = Q(closure__conversation__turns__interaction__in=interactions, closure__reopening=None)
    worked = Q(
        case_closure__case__origins__conversation__turns__interaction__in=interactions, case_closure__reopening=None
    )
    found = [Asking.objects.filter(one).order_by("-at").first() for one in (told, worked)]
    return max((one for one in found if one), key=lambda one: one.at, default=None)


def last_of(whose: Conversation | Case) -> Opinion | None:
    """What was last said of it, also when it was opened again since."""
    closed = {
        "asking__closure__conversation" if isinstance(whose, Conversation) else "asking__case_closure__case": whose
    }
    return Opinion.objects.select_related("remark").filter(**closed).order_by("-at").first()


@transaction.atomic
def forget(*, before: dt.datetime) -> None:
    """The words, as `Remark` declares; the marks stay."""
    Remark.objects.filter(at__lt=before).delete()


def _of(asking: Asking) -> Opinion | None:
    return Opinion.objects.filter(asking=asking).select_related("remark").first()
