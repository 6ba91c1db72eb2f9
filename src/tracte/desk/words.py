"""What the desk's pages say of codes and moments, in the page's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracte.core.clock import now
from tracte.desk.timeline import Contact
from tracte.inbox.models import Closure
from tracte.inbox.sharing.words import LANGUAGES
from tracte.people.profile import Join, Profile

FACTS = {
    "name": _("Nom i cognoms"),
    "national_id": _("DNI o NIE"),
    "birth_date": _("Va néixer el"),
    "email": _("Correu"),
    "phone": _("Telèfon"),
    "address": _("Adreça"),
    "language": _("Llengua"),
}
KINDS = {
    "message": _("Missatge"),
    "call": _("Trucada"),
    "visit": _("Visita"),
    "form": _("Formulari"),
    "request": _("Petició"),
    "post": _("Publicació"),
    "alert": _("Avís"),
}
AUTOMATIC = {
    "bounce": _("Correu retornat"),
    "complaint": _("Queixa de correu brossa"),
    "receipt": _("Justificant de recepció"),
    "auto_reply": _("Resposta automàtica"),
    "list": _("Llista de correu"),
    "bulk": _("Enviament massiu"),
    "notification": _("Avís automàtic"),
}
# What was kept although it came dirty. Flags that are not here are said by their code, on the contact's own page.
FLAGS = {
    "date_missing": _("Sense data: és la d’arribada"),
    "date_invalid": _("Data il·legible: és la d’arribada"),
    "date_out_of_range": _("Data impossible: és la d’arribada"),
    "edited": _("Editat"),
    "forwarded": _("Reenviat"),
    "bot": _("L’envia un robot"),
    "timezone_assumed": _("Hora sense zona: és la d’aquí"),
}
SAME = {"national_id": _("El mateix document"), "phone": _("El mateix telèfon"), "email": _("El mateix correu")}
RULES = {
    "document": _("verificat a totes dues fitxes"),
    "proved": _("comprovat a totes dues fitxes"),
    "name": _("i el mateix nom de pila"),
}
BONDS = {
    "document": _("amb document"),
    "proved": _("per codi"),
    "name": _("pel nom"),
    "model": _("pel pes"),
    "hand": _("a mà"),
    "rest": _("a mà"),
}
BY = {"national_id": _("pel document"), "phone": _("pel telèfon"), "email": _("pel correu")}
FREEZES = {
    "records": _("Té massa fitxes"),
    "phones": _("Té massa telèfons"),
    "emails": _("Té massa correus"),
    "component": _("S’assemblen massa fitxes alhora"),
}
CLOSURES = dict(Closure.How.choices)
OPINIONS = {"same": _("diu que són la mateixa persona."), "different": _("diu que no són la mateixa persona.")}
IDENTITY = {1: _("Identitat declarada"), 2: _("Identitat comprovada"), 3: _("Identitat verificada")}
SPOKEN = LANGUAGES
PREFERS = {
    "ca": _("Prefereix el català"),
    "es": _("Prefereix el castellà"),
    "oc": _("Prefereix l’aranès"),
    "en": _("Prefereix l’anglès"),
}


def period(moment: dt.datetime) -> str:
    """«Aquesta setmana», «Aquest mes», «Setembre», «2024»: the further back, the wider."""
    today, day = timezone.localdate(now()), timezone.localdate(moment)
    if day > today:
        return gettext("Més endavant")
    if (today - day).days <= today.weekday():
        return gettext("Aquesta setmana")
    if (day.year, day.month) == (today.year, today.month):
        return gettext("Aquest mes")
    if day.year < today.year:
        return str(day.year)
    code = (get_language() or "ca").split("-")[0]
    return format_date(day, "LLLL", locale="oc_ES" if code == "oc" else code).capitalize()


def by_period(contacts: Iterable[Contact]) -> list[tuple[str, list[Contact]]]:
    return [(heading, list(group)) for heading, group in groupby(contacts, lambda contact: period(contact.at))]


def lasting(time: dt.timedelta) -> str:
    """«40 min», «3 h», «2 dies»."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return gettext("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return gettext("%(n)s h") % {"n": round(minutes / 60)}
    return ngettext("%(n)s dia", "%(n)s dies", round(minutes / 1440)) % {"n": round(minutes / 1440)}


def title(contact: Contact) -> str:
    """Its subject, or its text when that is one short line, or what kind of contact it is."""
    short = contact.excerpt.strip() if contact.is_told_by_title else ""
    return contact.subject or short or str(KINDS.get(contact.kind, contact.kind))


def why(join: Join) -> str:
    """What two records have in common: «El mateix telèfon, 600 000 417, i el mateix nom de pila»."""
    if join.edge.rule == "model":
        return gettext("Pel pes de tot el que diuen, són la mateixa persona")
    if not join.shared or join.edge.rule not in RULES:
        return ""
    return f"{SAME[join.shared.kind]}, {join.shared.value}, {RULES[join.edge.rule]}"


def bond(person: Profile, record) -> str:
    """How surely a record hangs with the others: the best of its joins."""
    mine = {join.edge.rule: join for join in person.joins if record in (join.a, join.b)}
    rule = next((rule for rule in BONDS if rule in mine), "")
    shared = mine[rule].shared if rule else None
    return str(BY[shared.kind] if rule == "name" and shared else BONDS.get(rule, ""))
