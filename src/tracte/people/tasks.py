"""Deferred work of this room. A job names its administration in the queue."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people.review import calibrating


@app.task
def calibrate(administration: str) -> None:
    """Enough was said since the last time: look at the thresholds again."""
    with tenancy.acting_for(administration):
        calibrating.calibrate(at=now())
