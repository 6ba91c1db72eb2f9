"""The groups of a list, by what was promised: so urgency is read from position."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracte.core.clock import now
from tracte.desk.inbox.lists import Item

LATE, TODAY, TOMORROW, DAYS, LATER, NONE = "late", "today", "tomorrow", "days", "later", "none"
HEADINGS = {
    LATE: _("Fora de termini"),
    TODAY: _("Avui"),
    TOMORROW: _("Demà"),
    DAYS: _("Aquests dies"),
    LATER: _("Més endavant"),
    NONE: _("Sense termini"),
}


def grouped(items: Iterable[Item]) -> list[tuple[str, object, list[Item]]]:
    """(code, heading, items), in the order in which they come."""
    return [(code, HEADINGS[code], list(some)) for code, some in groupby(items, group)]


def group(item: Item) -> str:
    if not item.is_promised:
        return NONE
    return LATE if item.due_at < now() else of_day(item.due_at)


def of_day(moment: dt.datetime) -> str:
    days = (timezone.localdate(moment) - timezone.localdate(now())).days
    return TODAY if days <= 0 else TOMORROW if days == 1 else DAYS if days < 7 else LATER
