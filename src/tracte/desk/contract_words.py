"""A service's contract in words: who gets it, by when, how it is answered, and what changed in each edit."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracte.core.clock import now
from tracte.core.models import UnitVersion
from tracte.desk.knowledge_forms import CHANNELS, KINDS, NAMES
from tracte.knowledge import competence, contract
from tracte.knowledge.answers.models import Answer
from tracte.knowledge.models import LANGUAGES, Service, ServiceRevision, said

PARTS = {
    "key": _("Clau"),
    "parent": _("Penja de"),
    "topic": _("Tema"),
    "names": _("Nom"),
    "descriptions": _("Descripció"),
    "keywords": _("Paraules clau"),
    "fields": _("Camps del formulari"),
    "fallback_unit": _("Unitat de reserva"),
    "term_amount": _("Termini"),
    "term_unit": _("Unitat del termini"),
    "calendar_key": _("Calendari"),
    "channels": _("Canals de resposta"),
    "citizen_texts": _("Què llegeix la ciutadania"),
    "acknowledgements": _("Justificant de recepció"),
    "scripts": _("Guió de qui atén"),
    "is_confidential": _("Confidencial"),
    "readers": _("Qui ho pot veure"),
    "open_data": _("Dades obertes"),
    "similar_metres": _("Metres per semblar-se"),
    "similar_hours": _("Hores per semblar-se"),
    "claim_days": _("Dies per reclamar"),
    "visibilities": _("On i quan es veu"),
    "competence": _("Competència"),
    "retired": _("Retirada"),
}


@dataclass(frozen=True)
class Rule:
    """One row of competence: where, who, since when, and until when the next one begins."""

    place: str
    unit: str
    since: dt.date
    until: dt.date | None
    is_now: bool


def above(service: Service) -> list[Service]:
    """The services above it, the widest first."""
    line, one = [], service.parent
    while one is not None:
        line.append(one)
        one = one.parent
    return line[::-1]


def lines(service: Service) -> list[tuple[str, str]]:
    """(what, in words) of each part of the contract that says something."""
    promised, today = contract.promise(service), now().date()
    told = [
        (gettext("Qui el rep"), competence.who(service, None, today).why),
        (gettext("Per quan"), term(promised)),
        (gettext("Com es contesta"), channels(promised.channels)),
        (gettext("Qui el pot veure"), readers(service)),
        (gettext("Què se’n pot publicar"), f"{service.get_open_data_display()}.".capitalize()),
        (gettext("Casos repetits"), similar(service)),
        (gettext("Reclamacions"), claims(service)),
        (gettext("On es veu"), visible(service)),
    ]
    return [(what, words) for what, words in told if words]


def day(date: dt.date) -> str:
    """In words, in the page's language."""
    code = (get_language() or "ca").split("-")[0]
    return format_date(date, "long", locale="oc_ES" if code == "oc" else code)


def term(promised: contract.Promise) -> str:
    if not promised.amount:
        return gettext("Encara no té termini.")
    n = promised.amount
    words = {
        "working_hours": ngettext("%(n)d hora laborable", "%(n)d hores laborables", n),
        "working_days": ngettext("%(n)d dia laborable", "%(n)d dies laborables", n),
        "calendar_days": ngettext("%(n)d dia natural", "%(n)d dies naturals", n),
        "months": ngettext("%(n)d mes", "%(n)d mesos", n),
    }[promised.unit] % {"n": n}
    if promised.calendar_key:
        return gettext("En %(term)s com a molt, pel calendari «%(calendar)s».") % {
            "term": words,
            "calendar": promised.calendar_key,
        }
    return gettext("En %(term)s com a molt.") % {"term": words}


def channels(kinds: list[str]) -> str:
    if not kinds:
        return gettext("Per on ens ha escrit.")
    return f"{', '.join(str(CHANNELS.get(kind, kind)) for kind in kinds)}."


def readers(service: Service) -> str:
    if not service.is_confidential:
        return gettext("Tothom qui atén.")
    units = [competence.unit_name(one.unit_id, now().date()) for one in service.readers.order_by("unit__code")]
    if not units:
        return gettext("És confidencial, i encara ningú no en pot veure el detall: digues quines unitats.")
    return gettext("És confidencial: només %(units)s. La resta no en veu ni el text ni la persona.") % {
        "units": ", ".join(units)
    }


def similar(service: Service) -> str:
    told = []
    if service.similar_metres:
        n = service.similar_metres
        told.append(ngettext("a menys d’un metre", "a menys de %(n)d metres", n) % {"n": n})
    if service.similar_hours:
        n = service.similar_hours
        told.append(ngettext("en menys d’una hora", "en menys de %(n)d hores", n) % {"n": n})
    return gettext("Es proposa ajuntar els que arriben %(near)s.") % {"near": ", ".join(told)} if told else ""


def claims(service: Service) -> str:
    if service.claim_days is None:
        return ""
    n = service.claim_days
    return ngettext("Es pot reclamar fins un dia després.", "Es pot reclamar fins a %(n)d dies després.", n) % {"n": n}


def visible(service: Service) -> str:
    told = []
    for one in service.visibilities.order_by("application"):
        since = gettext("inici, %(day)s") % {"day": day(one.since)} if one.since else ""
        until = gettext("final, %(day)s") % {"day": day(one.until)} if one.until else ""
        told.append(" ".join(filter(None, [f"{one.application}:", since, until])))
    return "; ".join(told)


def form_fields(service: Service) -> list[dict[str, Any]]:
    return [
        {
            "label": said(field["labels"]),
            "kind": KINDS[field["kind"]],
            "is_required": field.get("is_required", False),
            "for_agents": field.get("for_agents", False),
            "choices": ", ".join(said(one["labels"]) for one in field.get("choices", [])),
            "missing": [NAMES[code] for code in LANGUAGES if not field["labels"].get(code)],
        }
        for field in service.fields
    ]


def competences(service: Service, today: dt.date) -> list[Rule]:
    """Its own rules, place by place, the newest first."""
    found: list[Rule] = []
    later: dict[uuid.UUID | None, dt.date] = {}
    rows = service.competences.select_related("territory", "unit").order_by("-valid_from")
    names = dict(
        UnitVersion.objects.filter(unit__in=[row.unit_id for row in rows if row.unit_id])
        .order_by("valid_from")
        .values_list("unit_id", "name")
    )
    for row in rows:
        until = later.get(row.territory_id)
        found.append(
            Rule(
                row.territory.label() if row.territory else gettext("A tot arreu"),
                names.get(row.unit.id, row.unit.code) if row.unit else gettext("Ningú, per aquesta norma"),
                row.valid_from,
                until,
                row.valid_from <= today and (until is None or today < until),
            )
        )
        later[row.territory_id] = row.valid_from
    return sorted(found, key=lambda rule: rule.place)


def title(answer: Answer) -> str:
    """Of its texts that stand, the one in the page's language, or in its own."""
    held = {text.language: text.title for text in answer.texts.current()}
    return held.get((get_language() or "ca").split("-")[0]) or held.get(answer.language, "")


def changed(revision: ServiceRevision) -> list[tuple[str, str, str]]:
    """(part, before, after) of an edit, in words; of the first one, only that it was made."""
    if not revision.before and "names" in revision.after:
        return []
    parts = [part for part in PARTS if part in revision.before or part in revision.after]
    old, new = revision.before, revision.after
    return [
        (str(PARTS[part]), _told(_short(part, old.get(part))), _told(_short(part, new.get(part)))) for part in parts
    ]


def _short(part: str, value: Any) -> Any:
    """What a reader wants of the parts that have parts of their own."""
    if not value:
        return value
    if part == "competence":
        who = value["unit"] or gettext("Ningú, per aquesta norma")
        since = gettext("inici, %(day)s") % {"day": day(dt.date.fromisoformat(value["since"]))}
        return f"{value['territory'] or gettext('A tot arreu')}: {who}; {since}"
    if part == "retired":
        return value["reason"]
    if part == "fields":
        return [said(field["labels"]) for field in value]
    if part == "visibilities":
        return [f"{one['application']} {one['since'] or '–'} {one['until'] or '–'}" for one in value]
    return value


def _told(value: Any) -> str:
    """A value of a contract on one line; a text in four languages by those that it has."""
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return gettext("sí") if value else gettext("no")
    if isinstance(value, dict):
        return " · ".join(f"{key}: {_told(one)}" for key, one in value.items() if one not in (None, "", []))
    if isinstance(value, list):
        return ", ".join(_told(one) for one in value)
    return str(value)
