"""A calendar as people write it: a line of slots for each day, days off, and a question of by when."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracte.core.calendars.actions import BadCalendar
from tracte.core.calendars.business_time import Term
from tracte.core.fields import DayField, within_reach
from tracte.core.models import Calendar
from tracte.desk.knowledge_forms import NAMES
from tracte.knowledge.models import LANGUAGES, Service

DAYS = (_("Dilluns"), _("Dimarts"), _("Dimecres"), _("Dijous"), _("Divendres"), _("Dissabte"), _("Diumenge"))
PARTS = tuple(f"day_{n}" for n in range(7))
# 9-14, 09:00-14:00, 9.30 a 14.00; several by commas.
HOUR = r"(\d{1,2})(?:[:.h](\d{2}))?\s*h?"
SLOT = re.compile(rf"\s*{HOUR}\s*(?:-|–|—|\ba\b)\s*{HOUR}\s*")
LINES = {
    "unreadable": _("%(day)s: no entenem «%(written)s». Escriu-hi trams com 09:00-14:00, separats per comes."),
    "backwards": _("%(day)s: el tram %(written)s acaba abans de començar. Si passa de mitjanit, parteix-lo allà."),
    "overlap": _("%(day)s: el tram %(written)s comença abans que acabi l’anterior. Ajunta’ls o separa’ls."),
    "zone": _("No hi ha cap zona horària que es digui «%(written)s». Escriu-ne una com Europe/Madrid."),
    "land": _("No sabem les festes de «%(written)s». Escriu-hi un codi com ES-CT, o deixa-ho buit."),
}


def said(bad: BadCalendar) -> str:
    """What is wrong, in the page's language."""
    line = LINES.get(bad.code)
    return str(line) % {"day": DAYS[bad.day], "written": bad.written} if line else str(bad)


def slots(written: str) -> list[list[str]]:
    """«9-14, 16:00-19:30» -> [["09:00", "14:00"], ["16:00", "19:30"]]; what cannot be read stays as it is written."""
    found = []
    for part in re.split(r"[,;]", written):
        if read := SLOT.fullmatch(part):
            hours = [f"{int(read[n]):02d}:{read[n + 1] or '00'}" for n in (1, 3)]
            found.append(["00:00" if hour == "24:00" else hour for hour in hours])
        elif part.strip():
            found.append([part.strip()])
    return found


def written(day: list[list[str]]) -> str:
    return ", ".join(f"{opens}-{'24:00' if closes == '00:00' else closes}" for opens, closes in day)


class CalendarForm(forms.Form):
    """`seen`: when what the writer read had been written."""

    key = forms.SlugField(max_length=60, error_messages={"invalid": _("Lletres sense accents, xifres i guions.")})
    zone = forms.CharField(max_length=60, initial="Europe/Madrid")
    subdivision = forms.CharField(max_length=10, required=False, initial="ES-CT")
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for code in LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(required=code == "ca", max_length=100)
        for part in PARTS:
            self.fields[part] = forms.CharField(required=False, max_length=200)
        self.week = [(self[part], label) for part, label in zip(PARTS, DAYS, strict=True)]
        self.names = [(self[f"name_{code}"], NAMES[code], code) for code in LANGUAGES]

    def told(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "key": said["key"],
            "names": {code: said[f"name_{code}"] for code in LANGUAGES if said[f"name_{code}"]},
            "week": [slots(said[part]) for part in PARTS],
            "zone": said["zone"],
            "subdivision": said["subdivision"],
        }


def first(calendar: Calendar | None) -> dict[str, Any]:
    """What the form shows before anything is typed."""
    if calendar is None:
        return dict.fromkeys(PARTS[:5], "09:00-14:00")
    names = {f"name_{code}": name for code, name in calendar.names.items()}
    week = {part: written(day) for part, day in zip(PARTS, calendar.week, strict=True)}
    mine = {"key": calendar.key, "zone": calendar.zone, "subdivision": calendar.subdivision}
    return mine | names | week | {"seen": calendar.at.isoformat()}


class DayForm(forms.Form):
    """A day of its own: off, or worked although the land has it off."""

    on = DayField(error_messages={"required": _("Digues quin dia."), "invalid": _("Aquest dia no existeix.")})
    name = forms.CharField(max_length=100, error_messages={"required": _("Digues què és: Festa major, Pont…")})
    is_worked = forms.BooleanField(required=False)


class WhenForm(forms.Form):
    """If somebody writes then, with such a term."""

    since = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        validators=[within_reach],
    )
    amount = forms.IntegerField(min_value=0, max_value=3_000, initial=2)
    unit = forms.ChoiceField(choices=Service.TermUnit.choices, initial="working_days")

    def term(self) -> Term:
        return Term(self.cleaned_data["amount"], self.cleaned_data["unit"])
