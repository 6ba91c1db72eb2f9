"""Which promises were kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracte.core.sql import rows
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import SHARE, Head, Report, Row, percent

ENDED = """
SELECT count(*) FILTER (WHERE p."end" = 'kept'), count(*) FILTER (WHERE p."end" = 'late'),
  count(*) FILTER (WHERE p."end" = 'dropped')
FROM inbox_promise p JOIN {whose} v ON v.id = p.{column} AND {mine}
WHERE p.ended_at >= %s::timestamptz AND p.ended_at < %s::timestamptz
"""
CONVERSATIONS = ENDED.format(whose="inbox_conversation", column="conversation_id", mine=WHOSE)
CASES = ENDED.format(whose="inbox_case", column="case_id", mine=WHOSE)
HEADS = (
    Head("kept", _("A temps")),
    Head("late", _("Tard")),
    Head("kept_percent", _("A temps, de cada cent"), SHARE),
    Head("dropped", _("Sense efecte")),
)
METHOD = (
    _(
        "Cada promesa es compta el dia que s’acaba: a temps si es va contestar abans que vencés, tard si va ser "
        "després. Les que encara corren no hi surten, encara que ja hagin vençut: són a «Com anem»."
    ),
    _(
        "«Sense efecte» són les que es van deixar córrer en tancar sense que calgués contestar, o en canviar de servei;"
        " no entren en el percentatge. El temps en pausa ja és descomptat del venciment. Tornar a obrir una cosa fa "
        "una promesa nova i no toca la que ja s’havia acabat."
    ),
)


def ask(period: Period) -> Report:
    """Of the promises that ended in the period, which were kept in time."""
    told = []
    for key, label, statement in (
        ("conversations", _("Converses"), CONVERSATIONS),
        ("cases", _("Casos"), CASES),
    ):
        [(kept, late, dropped)] = rows(statement, *period.whose, *period.span)
        told.append(Row(key, label, [kept, late, percent(kept, kept + late), dropped]))
    empty = not any(row.values[0] or row.values[1] or row.values[3] for row in told)
    trouble = _("En aquests dies no s’hi va acabar cap promesa.") if empty else ""
    return Report(_("Què complim del que prometem"), HEADS, told, METHOD, drawn=2, trouble=trouble)
