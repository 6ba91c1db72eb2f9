"""How much arrived, and what became of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracte.core.sql import rows
from tracte.desk.reports import first_answers
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import Head, Report, Row

COUNTED = """
SELECT (SELECT count(*) FROM {whose} v WHERE {mine} AND v.opened_at >= %s::timestamptz
    AND v.opened_at < %s::timestamptz),
  (SELECT count(*) FROM ({answers}) answered), count(*), count(*) FILTER (WHERE c.how = 'unanswered')
FROM {closure} c JOIN {whose} v ON v.id = c.{column} AND {mine}
WHERE c.at >= %s::timestamptz AND c.at < %s::timestamptz
"""
CONVERSATIONS = COUNTED.format(
    whose="inbox_conversation",
    closure="inbox_closure",
    column="conversation_id",
    answers=first_answers.CONVERSATIONS,
    mine=WHOSE,
)
CASES = COUNTED.format(
    whose="inbox_case", closure="inbox_caseclosure", column="case_id", answers=first_answers.CASES, mine=WHOSE
)
HEADS = (
    Head("arrived", _("Arriben")),
    Head("answered", _("Contestades")),
    Head("closed", _("Tancades")),
    Head("abandoned", _("Sense contestar")),
)
METHOD = (
    _(
        "Arriba el que s’obre durant el període. Es compta com a contestat quan hi surt la primera resposta que ha "
        "escrit una persona; les automàtiques i les que no es van poder lliurar no compten."
    ),
    _(
        "Es compta cada tancament el dia que es va fer: si després es torna a obrir, el que ja es va comptar no canvia,"
        " i si es torna a tancar compta una altra vegada. «Sense contestar» són els tancaments en què algú va dir que "
        "no es contestaria i per què."
    ),
)


def ask(period: Period) -> Report:
    """What was opened, first answered and closed in the period, whenever it began."""
    asked = (*period.whose, *period.span) * 3
    found = [("conversations", _("Converses"), CONVERSATIONS), ("cases", _("Casos"), CASES)]
    told = [Row(key, label, rows(statement, *asked)[0]) for key, label, statement in found]
    empty = not any(value for row in told for value in row.values)
    trouble = _("En aquests dies no hi va arribar ni s’hi va tancar res.") if empty else ""
    return Report(_("Què arriba i què se’n fa"), HEADS, told, METHOD, drawn=0, trouble=trouble)
