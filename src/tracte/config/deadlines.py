"""A deadline as a sentence: «Avui abans de les 16.00», «Demà abans de les 14.00», «Havia de ser ahir, 18.00»."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext

from tracte.config import locales
from tracte.core.clock import now

SOON = dt.timedelta(hours=3)


def told(moment: dt.datetime) -> tuple[str, str]:
    """The sentence, and how near it is: `late`, `soon` or nothing."""
    left = moment - now()
    if left < dt.timedelta():
        return gettext("Havia de ser %(when)s") % {"when": locales.in_words(moment)}, "late"
    if left < SOON:
        return gettext("%(when)s: falten %(left)s") % {"when": before(moment), "left": _left(left)}, "soon"
    return before(moment), ""


def before(moment: dt.datetime) -> str:
    """«Avui abans de les 16.00», «2 de desembre, abans de les 18.30»."""
    days = (timezone.localdate(moment) - timezone.localdate(now())).days
    at = {"at": locales.clock(moment), "day": locales.day(timezone.localdate(moment), year=False)}
    if days == 0:
        return gettext("Avui abans de les %(at)s") % at
    return (gettext("Demà abans de les %(at)s") if days == 1 else gettext("%(day)s, abans de les %(at)s")) % at


def _left(left: dt.timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    return gettext("%(n)s min") % {"n": minutes} if minutes < 60 else gettext("%(n)s h") % {"n": round(minutes / 60)}
