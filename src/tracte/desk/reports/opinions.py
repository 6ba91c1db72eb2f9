"""What people say of how they were attended. Marks only: what they wrote is for whoever attends them."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracte.core.sql import rows
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import ENOUGH, SHARE, Head, Report, Row, percent
from tracte.inbox.models import Opinion

SAID = """
SELECT o.satisfaction, o.effort, o.why FROM inbox_asking k JOIN {closure} c ON c.id = k.{closure_column}
JOIN {whose} v ON v.id = c.{column} AND {mine} LEFT JOIN inbox_opinion o ON o.asking_id = k.id
WHERE k.at >= %s::timestamptz AND k.at < %s::timestamptz
"""
ANSWERED = (
    SAID.format(
        closure="inbox_closure",
        closure_column="closure_id",
        whose="inbox_conversation",
        column="conversation_id",
        mine=WHOSE,
    )
    + "UNION ALL"
    + SAID.format(
        closure="inbox_caseclosure",
        closure_column="case_closure_id",
        whose="inbox_case",
        column="case_id",
        mine=WHOSE,
    )
)
ALL = "SELECT count(*) FROM inbox_asking k JOIN inbox_opinion o ON o.asking_id = k.id WHERE k.at >= %s::timestamptz AND k.at < %s::timestamptz"  # noqa: E501
HEADS = (
    Head("satisfaction", _("Com els hem atès")),
    Head("satisfaction_percent", _("de cada cent"), SHARE),
    Head("effort", _("Si els ha estat fàcil")),
    Head("effort_percent", _("de cada cent"), SHARE),
)
METHOD = (
    _(
        "Es pregunta un cop, una hora després de tancar el que ha contestat una persona, a qui es pot escriure: mai a "
        "qui ja s’ha preguntat els darrers trenta dies, a qui espera una altra resposta, ni per un servei "
        "confidencial. Es compta el dia que es pregunta, i qui contesta més tard encara hi suma: durant trenta-set "
        "dies la xifra pot créixer."
    ),
    _(
        "Contesta qui vol: els que contesten no són tots els que s’han atès, i amb pocs no es pot dir res. Amb menys "
        "de deu respostes no es mostren, ni quan restant-les del total en quedarien menys de deu. El que escriuen no "
        "surt mai d’aquí: només ho llegeix qui els atén. El 5 és el millor en tots dos."
    ),
)


def ask(period: Period) -> Report:
    """Who was asked and answered, and with which marks, when enough did."""
    found = rows(ANSWERED, *(*period.whose, *period.span) * 2)
    said = [row for row in found if row[0] is not None]
    summary, title = _summary(len(found), len(said)), _("Què en diuen")
    if not found:
        return Report(title, HEADS, [], METHOD, trouble=_("En aquests dies no s’ha preguntat a ningú."))
    others = rows(ALL, *period.span)[0][0] - len(said)
    if len(said) < ENOUGH or 0 < others < ENOUGH:
        few = _("Són massa pocs per mostrar què diuen: es podria saber qui ho ha dit.")
        return Report(title, HEADS, [], METHOD, summary=summary, trouble=few)
    return Report(title, HEADS, _rows(said), METHOD, drawn=0, summary=summary)


def _rows(said: list[tuple]) -> list[Row]:
    satisfaction, effort, why = (Counter(row[n] for row in said if row[n]) for n in range(3))
    told = []
    for mark in (5, 4, 3, 2, 1):
        label = f"{mark}. {Opinion.Satisfaction(mark).label} · {Opinion.Effort(mark).label}"
        shares = [(counted[mark], percent(counted[mark], counted.total())) for counted in (satisfaction, effort)]
        told.append(Row(str(mark), label, [*shares[0], *shares[1]]))
    return told + [
        Row(
            f"why_{reason.value}",
            gettext("Per què: %(why)s") % {"why": reason.label},
            [why[reason.value], None, None, None],
        )
        for reason in Opinion.Why
        if why[reason.value]
    ]


def _summary(asked: int, said: int) -> str:
    told = ngettext("S’ha preguntat una vegada", "S’ha preguntat %(n)s vegades", asked) % {"n": asked}
    answered = ngettext("i ha contestat una", "i han contestat %(n)s", said) % {"n": said}
    return f"{told} {answered} ({percent(said, asked) or 0} %)."
