"""What the clock does with conversations."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Administration
from tracte.inbox.actions import handling
from tracte.inbox.models import Presence


@app.periodic(cron="* * * * *")
@app.task
def wake_snoozed(timestamp: int) -> None:
    """What was put off until now comes back; who is long gone is here no more."""
    for administration in Administration.objects.using("owner").values_list("id", flat=True):
        with tenancy.acting_for(administration):
            handling.wake(at=now())
            Presence.objects.filter(until__lt=now()).delete()
