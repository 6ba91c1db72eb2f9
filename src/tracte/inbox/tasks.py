"""What the clock does with conversations."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress

from django.urls import reverse
from procrastinate.contrib.django import app

from tracte.core import site, tenancy
from tracte.core.clock import now
from tracte.core.models import Administration
from tracte.inbox.actions import alarms, asking, bulk, digests, handling, opinions, sharing
from tracte.inbox.actions.bulk import carrying
from tracte.inbox.actions.cases import referring
from tracte.inbox.models import Presence
from tracte.inbox.suggesting import training

REMARKS_KEPT = dt.timedelta(days=365)  # as Remark declares


@app.periodic(cron="* * * * *")
@app.task
def wake_snoozed(timestamp: int) -> None:
    """What was put off until now comes back, who is long gone is here no more, and what was left in a tray because
    somebody was just changing it is shared out."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            handling.wake(at=now())
            Presence.objects.filter(until__lt=now()).delete()
            sharing.share_out(at=now())


@app.periodic(cron="* * * * *")
@app.task
def ring(timestamp: int) -> None:
    """Promises near their end or broken; the digests whose hour has come. Killed midway, nothing of it was done."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        asked = alarms.AT_ONCE
        while asked == alarms.AT_ONCE:
            with tenancy.acting_for(administration):
                asked = alarms.ring(at=now())
        with tenancy.acting_for(administration):
            digests.prepare(at=now())


@app.periodic(cron="* * * * *")
@app.task(queue="send")
def send_digests(timestamp: int) -> None:
    """The mails of digests, one after another, each written down before it leaves."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        while digests.send_next(administration):
            pass


@app.periodic(cron="7 * * * *")
@app.task
def expire_referrals(timestamp: int) -> None:
    """Whoever was asked outside and did not answer in time is waited for no more."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            referring.expire(at=now())


@app.task
def carry(administration: str, act: str, step: str) -> None:
    """One batch of a bulk act; the job of the next one commits with it, so that others get their turn in between."""
    with tenancy.acting_for(administration):
        following = carrying.batch(uuid.UUID(act), step, at=now())
        if following.is_left:
            later = carry.configure(schedule_in={"seconds": following.seconds})
            later.defer(administration=administration, act=act, step=step)


@app.periodic(cron="* * * * *")
@app.task
def go_on_with_bulk(timestamp: int) -> None:
    """What a worker that died left half done."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            bulk.go_on(at=now())


@app.periodic(cron="20 3 * * *")
@app.task
def learn_topics(timestamp: int) -> None:
    """Where agents said enough since the last time, the classifier is learnt again; too little is no failure."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            if training.is_due():
                with suppress(training.TooFew):
                    training.train(at=now())


@app.periodic(cron="*/5 * * * *")
@app.task
def ask_opinions(timestamp: int) -> None:
    """How it was, about what was closed a while ago."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            asking.ask_all(at=now(), link=lambda token: site.address(reverse("opinion", args=[token])))


@app.periodic(cron="50 3 * * *")
@app.task
def forget_remarks(timestamp: int) -> None:
    """What people wrote with a low mark is kept for a year."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            opinions.forget(before=now() - REMARKS_KEPT)
