"""What is still open now, and for how long it has been."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from tracte.core.clock import now
from tracte.core.sql import rows
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import Head, Report, Row

AGES = (
    ("up_to_1_day", _("Un dia o menys")),
    ("up_to_3_days", _("D’un a tres dies")),
    ("up_to_7_days", _("De tres a set dies")),
    ("up_to_30_days", _("De set a trenta dies")),
    ("more_than_30_days", _("Més de trenta dies")),
)
OPEN = """
SELECT width_bucket(extract(epoch FROM %s::timestamptz - v.opened_at)::float / 86400, ARRAY[1, 3, 7, 30]::float[]),
  count(*), count(*) FILTER (WHERE {waits})
FROM {whose} v WHERE {mine} AND v.closure_id IS NULL GROUP BY 1
"""
CONVERSATIONS = OPEN.format(whose="inbox_conversation", waits="v.waiting_since IS NOT NULL", mine=WHOSE)
CASES = OPEN.format(whose="inbox_case", waits="v.answered_at IS NULL", mine=WHOSE)
HEADS = (
    Head("conversations", _("Converses")),
    Head("conversations_waiting", _("que esperen resposta")),
    Head("cases", _("Casos")),
    Head("cases_unanswered", _("sense contestar")),
)
METHOD = (
    _(
        "És el que hi ha obert ara mateix, triïs els dies que triïs, i des de quan ho és. Hi ha també les converses "
        "ajornades. El que es va tornar a obrir té l’edat de quan va arribar, no de quan es va reobrir."
    ),
    _("Es compten dies sencers de vint-i-quatre hores, també els festius."),
)


def ask(period: Period) -> Report:
    """By age, now: the days of the period do not count here."""
    at = now()
    conversations, cases = (_ages(statement, period, at) for statement in (CONVERSATIONS, CASES))
    told = [Row(key, label, [*conversations[n], *cases[n]]) for n, (key, label) in enumerate(AGES)]
    trouble = "" if any(value for row in told for value in row.values) else _("No hi ha res obert.")
    return Report(_("Què queda obert"), HEADS, told, METHOD, drawn=0, trouble=trouble)


def _ages(statement: str, period: Period, at: dt.datetime) -> list[tuple[int, int]]:
    found = {bucket: (n, waiting) for bucket, n, waiting in rows(statement, at, *period.whose)}
    return [found.get(n, (0, 0)) for n in range(len(AGES))]
