"""The digests of units: counted at their hour, and handed over to each reader at most once.

They leave by the way out of a mailbox, as answers do, and are no dispatches: see `channels.staff_mail`.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid

from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.formats import date_format

from tracte.channels import staff_mail
from tracte.channels.outgoing import DEFERRED, Outgoing, Result
from tracte.core import tenancy
from tracte.core.calendars import hours
from tracte.core.clock import now
from tracte.core.models import Administration, UnitVersion
from tracte.inbox import digesting
from tracte.inbox.actions.alarms import AT_ONCE, supervisors
from tracte.inbox.models import Digest, DigestMail, Watch

AGAIN = dt.timedelta(minutes=10)
TRIES = 6


@transaction.atomic
def prepare(*, at: dt.datetime) -> int:
    """Count what each unit has whose hour has come, for who reads it; how many have something to tell. The hour is
    moved on in the same transaction, so that twice is once; hours that were missed are not made up for."""
    due = Watch.objects.select_for_update(of=("self",), skip_locked=True)
    whole = due.select_related("calendar").prefetch_related("calendar__days")
    watches = list(whole.filter(next_at__lte=at).order_by("next_at", "unit")[:AT_ONCE])
    if not watches:
        return 0
    last = Digest.objects.filter(unit__in=[one.unit_id for one in watches]).values_list("unit").annotate(Max("slot"))
    since = dict(last)
    counted = digesting.counts([(one, since.get(one.unit_id, one.at)) for one in watches], at)
    made = [
        Digest(unit_id=one.unit_id, slot=one.next_at, at=at, counts=counted[one.unit_id])
        for one in watches
        if one.next_at and _is_open(one) and (one.is_sent_empty or not digesting.is_empty(counted[one.unit_id]))
    ]
    Digest.objects.bulk_create(made)
    _address(made, watches, at)
    for one in watches:
        one.next_at = digesting.next_at(one, at)
    Watch.objects.bulk_update(watches, ["next_at"])
    return len(made)


def _is_open(watch: Watch) -> bool:
    """Since its hour was set its calendar may have got a holiday."""
    assert watch.calendar and watch.next_at
    office = hours.of(watch.calendar)
    return not office.why_closed(office.day(watch.next_at))


def _address(made: list[Digest], watches: list[Watch], at: dt.datetime) -> None:
    chosen: dict[uuid.UUID, list[uuid.UUID]] = {}
    readers = Watch.objects.filter(unit__in=[one.unit_id for one in watches], readers__user__is_active=True)
    for unit, user in readers.values_list("unit_id", "readers__user_id"):
        chosen.setdefault(unit, []).append(user)
    leaders = supervisors(one.unit_id for one in made)
    DigestMail.objects.bulk_create(
        DigestMail(digest=one, user_id=user, not_before=at)
        for one in made
        for user in chosen.get(one.unit_id) or leaders.get(one.unit_id, [])
    )


def send_next(administration: uuid.UUID) -> bool:
    """One mail, if any waits: claimed, handed over with no transaction open, and settled. Who dies in between leaves it
    claimed, and nobody sends it again."""
    with tenancy.acting_for(administration):
        mail = _start(at=now())
    if mail is None:
        return False
    result = staff_mail.hand_over(mail)
    with tenancy.acting_for(administration):
        _settle(mail.out.id, result, at=now())
    return True


def _start(*, at: dt.datetime) -> staff_mail.Ready | None:
    waiting = DigestMail.objects.select_for_update(of=("self",), skip_locked=True).select_related("digest", "user")
    mail = waiting.filter(started_at=None, not_before__lte=at).order_by("not_before", "id").first()
    if mail is None:
        return None
    mail.started_at, mail.tries = at, mail.tries + 1
    mail.save(update_fields=["started_at", "tries"])
    return staff_mail.ready(_written(mail, at), staff_mail.mailbox(mail.digest.unit_id))


def _written(mail: DigestMail, at: dt.datetime) -> Outgoing:
    administration = Administration.objects.get()
    named = UnitVersion.objects.filter(unit=mail.digest.unit_id, valid_from__lte=timezone.localdate(at))
    unit = named.order_by("-valid_from").values_list("name", flat=True).first() or ""
    told, language = mail.digest.counts, mail.user.language or administration.language
    with translation.override(language):
        oldest = _moment(told["oldest"]["oldest"]) if "oldest" in told else ""
        text, subject = digesting.text(unit, told, _site(administration), oldest), digesting.subject(unit, told)
    return Outgoing(mail.id, mail.user.email, text, subject, language, at=at)


def _moment(iso: str) -> str:
    return date_format(timezone.localtime(dt.datetime.fromisoformat(iso)), "d/m/Y H:i")


def _site(administration: Administration) -> str:
    """Where this administration is served, as far as it is known."""
    known = [one for one in os.environ.get("TRACTE_HOSTS", "").split(",") if one and one[0] not in "*.["]
    host = administration.host or next(iter(known), "")
    return f"https://{host}" if host else ""


def _settle(id: uuid.UUID, result: Result, *, at: dt.datetime) -> None:
    mail = DigestMail.objects.select_for_update().get(id=id)
    mail.detail = " ".join(result.detail.split())[:500]
    if result.kind == DEFERRED and mail.tries < TRIES:  # it surely did not arrive
        mail.started_at, mail.not_before = None, at + max(AGAIN, dt.timedelta(seconds=result.retry_after))
    else:
        mail.outcome = result.kind
    mail.save(update_fields=["detail", "started_at", "not_before", "outcome"])
