"""How long people wait: until a person first answers, and until it is settled."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from tracte.core.calendars import hours
from tracte.core.models import Calendar
from tracte.core.sql import rows
from tracte.desk.reports import elapsed, first_answers
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import TIME, Head, Report, Row
from tracte.inbox.promising import CALENDAR

SETTLED = """
SELECT v.opened_at, c.at, '' FROM {closure} c JOIN {whose} v ON v.id = c.{column} AND {mine}
WHERE c.at >= %s::timestamptz AND c.at < %s::timestamptz AND c.how = 'answered'
"""
CONVERSATIONS = SETTLED.format(
    closure="inbox_closure", whose="inbox_conversation", column="conversation_id", mine=WHOSE
)
CASES = SETTLED.format(closure="inbox_caseclosure", whose="inbox_case", column="case_id", mine=WHOSE)
QUESTIONS = (
    ("conversations_first_answer", _("Converses: primera resposta"), first_answers.CONVERSATIONS),
    ("conversations_settled", _("Converses: fins que es tanquen contestades"), CONVERSATIONS),
    ("cases_first_answer", _("Casos: primera resposta"), first_answers.CASES),
    ("cases_settled", _("Casos: fins que es tanquen contestats"), CASES),
)
HEADS = (
    Head("n", _("Quants")),
    Head("working_p50_hours", _("La meitat, en temps de feina"), TIME),
    Head("working_p90_hours", _("Nou de cada deu, en temps de feina"), TIME),
    Head("real_p50_hours", _("La meitat, en temps real"), TIME),
    Head("real_p90_hours", _("Nou de cada deu, en temps real"), TIME),
)
METHOD = (
    _(
        "Des que s’obre fins a la primera resposta que escriu una persona, i fins a cada tancament com a contestat, "
        "quan la resposta o el tancament són del període. El que encara ningú no ha contestat no hi surt: mireu «Què "
        "queda obert»."
    ),
    _(
        "El temps de feina és el de les hores del calendari d’atenció, sense caps de setmana ni festius; no se’n treu "
        "el temps en què un termini és en pausa. El temps real és el del rellotge. Són percentils, interpolats, i no "
        "mitjanes: una sola cosa molt lenta no els mou. Un tancament que es va tornar a obrir es queda comptat."
    ),
)


def ask(period: Period) -> Report:
    """Half of them within so long, nine in ten within so long; by the calendar of attention and by the clock."""
    calendar = Calendar.objects.with_days().filter(key=CALENDAR).first()
    told = [_row(key, label, _pairs(statement, period), calendar) for key, label, statement in QUESTIONS]
    trouble = "" if any(row.values[0] for row in told) else _("En aquests dies no s’hi va contestar ni tancar res.")
    return Report(_("Quant fem esperar"), HEADS, told, METHOD, trouble=trouble)


def _pairs(statement: str, period: Period) -> list[elapsed.Pair]:
    return [(since, until) for since, until, _ in rows(statement, *period.whose, *period.span)]


def _row(key: str, label: Any, pairs: list[elapsed.Pair], calendar: Calendar | None) -> Row:
    real = [until - since for since, until in pairs]
    working = elapsed.worked(pairs, hours.of(calendar)) if calendar else []
    return Row(key, label, [len(pairs), *(elapsed.quantile(times, q) for times in (working, real) for q in (0.5, 0.9))])
