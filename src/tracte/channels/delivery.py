"""One dispatch on its way: a transaction, the network, a transaction."""

from __future__ import annotations

import datetime as dt
import uuid

from procrastinate.contrib.django.models import ProcrastinateJob

from tracte.channels.actions import delivering
from tracte.channels.models import Dispatch
from tracte.core import tenancy
from tracte.core.clock import now

LOST = dt.timedelta(minutes=2)  # after its time: then the worker that had the job is gone


def deliver(administration: uuid.UUID | str, dispatch: uuid.UUID | str) -> None:
    """Hand it over if it is held and its time has come. Not inside a transaction: what is written first must be
    committed before the network is used."""
    dispatch = uuid.UUID(str(dispatch))
    with tenancy.acting_for(administration):
        started = delivering.start(dispatch, at=now())
    if started is None:
        return
    result = delivering.hand_over(started)
    with tenancy.acting_for(administration):
        delivering.settle(started, result, at=now())


def sweep(administration: uuid.UUID, *, at: dt.datetime, patience: dt.timedelta = delivering.PATIENCE) -> None:
    """What a dead worker left behind: held ones get a job again, and what was leaving is unknown from now on."""
    with tenancy.acting_for(administration):
        waiting = ProcrastinateJob.objects.filter(task_name=delivering.JOB, status="todo")  # behind others: not lost
        has_job = set(waiting.values_list("args__dispatch", flat=True))
        for dispatch in Dispatch.objects.overdue(at - min(LOST, patience)).order_by("not_before"):
            if str(dispatch.id) not in has_job:
                delivering.defer(dispatch)
        delivering.doubt(before=at - patience, at=at)
