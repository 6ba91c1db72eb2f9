"""What the clock does with conversations."""

from __future__ import annotations

import uuid
from contextlib import suppress

from procrastinate.contrib.django import app

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Administration
from tracte.inbox.actions import bulk, handling
from tracte.inbox.actions.bulk import carrying
from tracte.inbox.models import Presence
from tracte.inbox.suggesting import training


@app.periodic(cron="* * * * *")
@app.task
def wake_snoozed(timestamp: int) -> None:
    """What was put off until now comes back; who is long gone is here no more."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            handling.wake(at=now())
            Presence.objects.filter(until__lt=now()).delete()


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
