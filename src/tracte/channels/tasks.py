"""Deferred work of the channels. A job names its administration in the queue; a nightly one serves each in turn."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connections
from procrastinate.contrib.django import app

from tracte.channels import delivery, scanning
from tracte.channels.actions import attaching, submitting
from tracte.channels.models import Account, Attachment, Reject
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Administration

REJECTS_KEPT = dt.timedelta(days=90)  # as Reject declares
DRAFTS_KEPT = dt.timedelta(days=7)
SCANNED_WITHIN = dt.timedelta(days=30)  # an older one is scanned when somebody asks
GROWING = ("channels_interaction", "channels_interactionkey", "people_sourcerecord", "people_membership")


@app.task
def refresh_statistics() -> None:
    """After a large import the planner must know that small tables are large now."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(GROWING)}")


@app.task(queue="send")
def deliver(administration: str, dispatch: str) -> None:
    """Take one dispatch out."""
    delivery.deliver(administration, dispatch)


@app.periodic(cron="* * * * *")
@app.task(queue="send")
def sweep(timestamp: int) -> None:
    """What a dead sender left behind. (No queueing lock: row-level security hides from procrastinate which constraint
    refused, and a worker that is refused at the full minute stops. Twice in a row is as good as once.)"""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        delivery.sweep(administration, at=now())


@app.task
def unpack(administration: str, account: str, interactions: list[str]) -> None:
    """The files of what came in: one transaction each, so that a large one holds nobody up."""
    for interaction in interactions:
        with tenancy.acting_for(administration):
            attaching.unpack(Account.objects.get(id=account), uuid.UUID(interaction), at=now())


@app.task
def scan(administration: str, attachments: list[str]) -> None:
    """Ask the scanner, outside of any transaction."""
    for attachment in map(uuid.UUID, attachments):
        with tenancy.acting_for(administration):
            found = Attachment.objects.filter(id=attachment, body_sealed__isnull=False).first()
            body = found.body() if found else None
        if body is not None:
            said = scanning.scan(body)
            with tenancy.acting_for(administration):
                attaching.note(attachment, said, at=now())


@app.periodic(cron="*/10 * * * *")
@app.task
def scan_again(timestamp: int) -> None:
    """What a scanner that was down, or not there yet, left in quarantine."""
    if not scanning.is_configured():
        return
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        scan_waiting(administration)


def scan_waiting(administration: uuid.UUID) -> None:
    """The newest ones of those that no scanner has judged."""
    with tenancy.acting_for(administration):
        found = Attachment.objects.unscanned(now() - SCANNED_WITHIN).order_by("-at").values_list("id", flat=True)
        ids = [str(one) for one in found[:200]]
    scan(str(administration), ids)


@app.periodic(cron="40 3 * * *")
@app.task
def forget_passing(timestamp: int) -> None:
    """Files of what nobody sent are kept for some days, who knocked for one."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            attaching.forget(before=now() - DRAFTS_KEPT)
            submitting.forget_knocks(before=now() - dt.timedelta(days=1))


@app.periodic(cron="20 3 * * *")
@app.task
def expire_rejects(timestamp: int) -> None:
    """What could not come in is kept for 90 days."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        _expire(administration, now() - REJECTS_KEPT)


def _expire(administration: uuid.UUID, before: dt.datetime) -> None:
    with tenancy.acting_for(administration):
        Reject.objects.filter(at__lt=before).delete()
