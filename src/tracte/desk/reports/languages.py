"""In which languages people ask, and in which they are answered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tracte.core.sql import rows
from tracte.desk.reports import first_answers
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import Head, Report, Row

ASKED = f"""
SELECT coalesce(nullif(v.language, ''), v.seems_language), count(*) FROM inbox_conversation v
WHERE {WHOSE} AND v.opened_at >= %s::timestamptz AND v.opened_at < %s::timestamptz GROUP BY 1
"""
SERVED = f"SELECT language, count(*) FROM ({first_answers.CONVERSATIONS}) answered GROUP BY 1"
NAMES = {"ca": _("Català"), "es": _("Castellà"), "oc": _("Aranès"), "en": _("Anglès")}
HEADS = (Head("asked", _("Hi escriuen")), Head("served", _("Se’ls contesta")))
METHOD = (
    _(
        "La llengua en què escriuen és la que va dir la persona o el canal, i si no la va dir ningú, la que sembla. És "
        "de les converses que arriben en el període."
    ),
    _(
        "La llengua en què se’ls contesta és la de la conversa quan en surt la primera resposta: diu en quina llengua "
        "s’havia de contestar, i ningú no llegeix els textos per comprovar-ho. Les dues columnes no són de les "
        "mateixes converses."
    ),
)


def ask(period: Period) -> Report:
    """By language: conversations that arrived, first answers that left."""
    asked, served = (
        {code or "": n for code, n in rows(statement, *period.whose, *period.span)} for statement in (ASKED, SERVED)
    )
    codes = sorted(asked.keys() | served.keys(), key=lambda code: (-asked.get(code, 0), code))
    told = [
        Row(code or "unknown", NAMES.get(code, code or _("No se sap")), [asked.get(code, 0), served.get(code, 0)])
        for code in codes
    ]
    trouble = "" if told else _("En aquests dies no hi va arribar ni s’hi va contestar res.")
    return Report(_("En quines llengües"), HEADS, told, METHOD, drawn=0, trouble=trouble)
