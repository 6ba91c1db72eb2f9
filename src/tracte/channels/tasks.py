"""Deferred work of the channels. A job names its administration in the queue; a nightly one serves each in turn."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connections
from procrastinate.contrib.django import app

from tracte.channels import delivery
from tracte.channels.models import Reject
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Administration

REJECTS_KEPT = dt.timedelta(days=90)  # as Reject declares
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
@app.task(queue="send", queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    """What a dead sender left behind."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        delivery.sweep(administration, at=now())


@app.periodic(cron="20 3 * * *")
@app.task
def expire_rejects(timestamp: int) -> None:
    """What could not come in is kept for 90 days."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        _expire(administration, now() - REJECTS_KEPT)


def _expire(administration: uuid.UUID, before: dt.datetime) -> None:
    with tenancy.acting_for(administration):
        Reject.objects.filter(at__lt=before).delete()
