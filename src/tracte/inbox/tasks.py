"""What the clock does with conversations."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Administration
from tracte.inbox.actions import alarms, digests, handling, sharing
from tracte.inbox.models import Presence
from tracte.inbox.suggesting import training


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


@app.periodic(cron="20 3 * * *")
@app.task
def learn_topics(timestamp: int) -> None:
    """Where agents said enough since the last time, the classifier is learnt again; too little is no failure."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            if training.is_due():
                with suppress(training.TooFew):
                    training.train(at=now())
