"""Of which days, units and channel a report is asked."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both whole, by the clock of the installation. `units`: whose work is counted;
    `account`: only what came by this channel."""

    since: dt.date
    until: dt.date
    units: list[uuid.UUID]
    account: uuid.UUID | None = None

    @property
    def begins(self) -> dt.datetime:
        return _midnight(self.since)

    @property
    def ends(self) -> dt.datetime:
        """The first moment after it."""
        return _midnight(self.until + dt.timedelta(days=1))

    @property
    def whose(self) -> tuple[Any, ...]:
        """Parameters of `WHOSE`."""
        return self.units, self.account, self.account

    @property
    def span(self) -> tuple[dt.datetime, dt.datetime]:
        return self.begins, self.ends


# Of a conversation or a case `v`: whose it is now, and by which channel it came.
WHOSE = "v.unit_id = ANY(%s::uuid[]) AND (%s::uuid IS NULL OR v.account_id = %s::uuid)"


def month(day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of its month."""
    first = day.replace(day=1)
    return first, (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
