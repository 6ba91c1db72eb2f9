"""When people write: by hour and day of the week."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tracte.core.sql import rows
from tracte.desk.reports.period import WHOSE, Period
from tracte.desk.reports.report import Head, Report, Row

LOAD = f"""
SELECT extract(hour FROM here)::int, extract(isodow FROM here)::int, count(*) FROM (
  SELECT v.opened_at AT TIME ZONE %s::text AS here FROM inbox_conversation v
  WHERE {WHOSE} AND v.opened_at >= %s::timestamptz AND v.opened_at < %s::timestamptz) came
GROUP BY 1, 2
"""
DAYS = (
    ("monday", _("Dilluns")),
    ("tuesday", _("Dimarts")),
    ("wednesday", _("Dimecres")),
    ("thursday", _("Dijous")),
    ("friday", _("Divendres")),
    ("saturday", _("Dissabte")),
    ("sunday", _("Diumenge")),
)
HEADS = tuple(Head(f"h{hour:02}", f"{hour} h") for hour in range(24))
METHOD = (
    _(
        "Es compten les converses que s’obren, a l’hora que va escriure la persona. El que s’afegeix a una conversa "
        "oberta i el que es parla per telèfon no hi surten."
    ),
    _("L’hora és la d’aquí (Europe/Madrid). La nit que es canvia l’hora, una hora hi surt dues vegades, o cap."),
)


def ask(period: Period) -> Report:
    """Days of the week down, hours across."""
    found = {(hour, day): n for hour, day, n in rows(LOAD, settings.TIME_ZONE, *period.whose, *period.span)}
    told = [
        Row(key, label, [found.get((hour, day), 0) for hour in range(24)])
        for day, (key, label) in enumerate(DAYS, start=1)
    ]
    trouble = "" if found else _("En aquests dies no hi va arribar res.")
    return Report(_("Quan ens escriuen"), HEADS, told, METHOD, is_heat=True, trouble=trouble)
