"""To ask somebody who knows, with no more of the case than they need; and what they say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext, override

from tracte.channels import tokens
from tracte.channels.actions import sending
from tracte.channels.models import Account
from tracte.core import keys, tenancy, units
from tracte.core.models import Unit, User
from tracte.inbox.actions.cases import What, changed, lock, step
from tracte.inbox.actions.cases.pausing import waits
from tracte.inbox.case_checking import require
from tracte.inbox.checking import ATTENDS, Refused
from tracte.inbox.models import Case, Referral

OPENS_FOR = dt.timedelta(days=30)  # a link, after it is due
SHARED = ("service", "asked", "place", "fields")  # what of a case may be chosen to be told
MOST_DAYS = 90
EXPIRED_AT_ONCE = 500


@dataclass(frozen=True)
class Outside:
    """Somebody who does not work here; with an address they get the link by mail."""

    name: str
    email: str = ""


@transaction.atomic
def refer(
    case: Case,
    *,
    by: User,
    at: dt.datetime,
    question: str,
    days: int,
    shared: Iterable[str] = (),
    unit: Unit | None = None,
    outside: Outside | None = None,
    link: Callable[[str], str] = str,
) -> Referral:
    """Ask, to be answered within so many days. `link` makes of a token the address that is sent outside."""
    current = lock(case)
    require(current, by, "refer")
    if not question.strip():
        raise Refused("nothing")
    if (unit is None) == (outside is None or not outside.name.strip()):
        raise Refused("nobody_outside")
    due = at + dt.timedelta(days=min(max(days, 1), MOST_DAYS))
    made = Referral(
        case=current, at=at, by=by, unit=unit, question=question.strip(), due_at=due, expires_at=due + OPENS_FOR,
        shared=_told(current, set(shared)), name=outside.name.strip() if outside else "",
    )  # fmt: skip
    if outside and outside.email:
        made.address_sealed = keys.keyring(tenancy.required()).seal(outside.email.encode())
    made.save(force_insert=True)
    if outside and outside.email:
        _send(made, outside, link(tokens.sign(made.id)), by=by, at=at)
    step(current, What.REFERRED, by=by, at=at, unit=unit, reason=made.question)
    _waits(current)
    return made


@transaction.atomic
def answer_referral(referral: Referral, *, by: User | None, at: dt.datetime, text: str) -> Referral:
    """One answer; it ends. Of one that went outside nobody here says it (`by` None: who has the link)."""
    current = Referral.objects.select_for_update(of=("self",)).select_related("case").get(id=referral.id)
    if not text.strip():
        raise Refused("nothing")
    if current.ended_at:
        raise Refused("ended")
    if not current.is_open(at):
        raise Refused("expired")
    if current.unit_id and (by is None or current.unit_id not in units.of(by, *ATTENDS)):
        raise Refused("nobody")
    current.answer, current.answered_by = text.strip(), by
    _end(current, Referral.End.ANSWERED, by=by, at=at, reason=current.answer)
    return current


@transaction.atomic
def withdraw_referral(referral: Referral, *, by: User, at: dt.datetime) -> Referral:
    """Nobody needs the answer any more."""
    current = Referral.objects.select_for_update(of=("self",)).select_related("case").get(id=referral.id)
    require(current.case, by, "refer")
    if current.ended_at:
        raise Refused("ended")
    _end(current, Referral.End.WITHDRAWN, by=by, at=at, reason="")
    return current


def expire(*, at: dt.datetime) -> int:
    """Links that nobody answered through and that open no more: their cases wait for them no longer. How many."""
    over = Referral.objects.standing().filter(unit=None, expires_at__lte=at).order_by("expires_at")
    ended = 0
    for one in over.values_list("id", flat=True)[:EXPIRED_AT_ONCE]:
        with transaction.atomic():
            current = Referral.objects.select_for_update(of=("self",)).select_related("case").get(id=one)
            if current.ended_at is None:
                _end(current, Referral.End.EXPIRED, by=None, at=at, reason="")
                ended += 1
    return ended


def find(token: str) -> Referral | None:
    """What a link opens."""
    id = tokens.read(token)
    return Referral.objects.filter(id=id, unit=None).first() if id else None


def _end(referral: Referral, end: str, *, by: User | None, at: dt.datetime, reason: str) -> None:
    referral.ended_at, referral.end = at, end
    referral.save(update_fields=["answer", "answered_by", "ended_at", "end"])
    case = lock(referral.case)
    step(case, What.RETURNED, by=by, at=at, unit=referral.unit_id, reason=reason)
    _waits(case)


def _waits(case: Case) -> None:
    case.waits_since = waits(case)
    case.save(update_fields=["waits_since"])
    changed(case)


def _told(case: Case, chosen: set[str]) -> list[list[str]]:
    """What was chosen, as it is now: who asks is never among it."""
    place = ", ".join(part for part in (case.place, case.territory.label() if case.territory else "") if part)
    labels = {one["key"]: one["labels"]["ca"] for one in case.service.fields}
    filled = "\n".join(f"{labels.get(key, key)}: {value}" for key, value in case.fields.items())
    said = {"service": case.service.name("ca"), "asked": case.asked, "place": place, "fields": filled}
    return [[what, said[what]] for what in SHARED if what in chosen and said[what]]


def _send(referral: Referral, outside: Outside, link: str, *, by: User, at: dt.datetime) -> None:
    mail = Account.objects.filter(kind="email").exclude(own=[]).order_by("key").first()
    if mail is None:
        return
    with override("ca"):
        subject = gettext("Et fem una consulta")
        text = gettext("Hola, %(name)s. Et fem una consulta; la pots llegir i contestar aquí: %(link)s")
    told = text % {"name": outside.name, "link": link}
    try:
        sending.send(
            mail, record=None, to=outside.email, subject=subject, text=told, key=f"referral:{referral.id}", by=by, at=at
        )
    except sending.CannotSend as error:
        raise Refused("cannot_send") from error
