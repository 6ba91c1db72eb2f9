"""When a promise rings: near its end, and when it is broken. Pure."""

from __future__ import annotations

import datetime as dt

from tracte.inbox.models import Alarm, Promise, Watch
from tracte.inbox.models.alarms import NEAR_PERCENT


def near_at(promise: Promise, watch: Watch | None) -> dt.datetime:
    """From when on it is about to be broken, by what its unit says."""
    assert promise.due_at
    if watch and watch.near_hours:
        return promise.due_at - dt.timedelta(hours=watch.near_hours)
    percent = watch.near_percent if watch and watch.near_percent else NEAR_PERCENT
    return promise.due_at - (promise.due_at - promise.since) * percent / 100


def state(promise: Promise, watch: Watch | None, at: dt.datetime) -> tuple[str, dt.datetime | None]:
    """What it says now (nothing, near, broken) and when to ask it again; never, when it is broken or paused."""
    if promise.due_at is None:
        return "", None
    if at >= promise.due_at:
        return Alarm.Kind.BROKEN, None
    near = near_at(promise, watch)
    return (Alarm.Kind.NEAR, promise.due_at) if at >= near else ("", near)
