"""What was closed and was not done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracte.core.sql import rows
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import SHARE, Head, Report, Row, percent

AGAIN = """
SELECT (SELECT count(*) FROM {reopening} r JOIN {closure} c ON c.id = r.closure_id
    JOIN {whose} v ON v.id = c.{column} AND {mine} WHERE r.at >= %s::timestamptz AND r.at < %s::timestamptz),
  count(*) FROM {closure} c JOIN {whose} v ON v.id = c.{column} AND {mine}
WHERE c.at >= %s::timestamptz AND c.at < %s::timestamptz
"""
CONVERSATIONS = AGAIN.format(
    reopening="inbox_reopening",
    closure="inbox_closure",
    whose="inbox_conversation",
    column="conversation_id",
    mine=WHOSE,
)
CASES = AGAIN.format(
    reopening="inbox_casereopening", closure="inbox_caseclosure", whose="inbox_case", column="case_id", mine=WHOSE
)
HEADS = (
    Head("reopened", _("Reobertes")),
    Head("closed", _("Tancades")),
    Head("reopened_percent", _("Reobertes per cada cent tancades"), SHARE),
)
METHOD = (
    _(
        "Cada reobertura es compta el dia que es va fer, sigui de quan sigui el tancament. Per això el percentatge "
        "compara les reobertures i els tancaments dels mateixos dies, i mai no canvia el que es va comptar d’un mes "
        "acabat."
    ),
    _("Qui torna a escriure després que la seva conversa es tanqui en comença una de nova, i això no és reobrir."),
)


def ask(period: Period) -> Report:
    """Reopenings of the period, beside its closures."""
    asked, told = (*period.whose, *period.span) * 2, []
    for key, label, statement in (
        ("conversations", _("Converses"), CONVERSATIONS),
        ("cases", _("Casos"), CASES),
    ):
        [(again, closed)] = rows(statement, *asked)
        told.append(Row(key, label, [again, closed, percent(again, closed)]))
    empty = not any(row.values[0] or row.values[1] for row in told)
    trouble = _("En aquests dies no s’hi va tancar ni reobrir res.") if empty else ""
    return Report(_("Què es torna a obrir"), HEADS, told, METHOD, drawn=0, trouble=trouble)
