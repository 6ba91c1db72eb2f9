"""A service's contract in plain form: what an edit may say, what a revision keeps, and what is inherited from above."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracte.core import units
from tracte.core.models import Role, Unit
from tracte.core.sql import rows
from tracte.knowledge import fields
from tracte.knowledge.fields import Wrong
from tracte.knowledge.models import KEY, LANGUAGES, Reader, Service, Visibility
from tracte.vocabularies.models import Concept

TEXTS = ("names", "descriptions", "citizen_texts", "acknowledgements", "scripts")
PLAIN = (
    *"term_amount term_unit calendar_key channels is_confidential open_data".split(),
    *"similar_metres similar_hours claim_days".split(),
)
PARTS = ("key", "parent", "topic", *TEXTS, "keywords", "fields", "fallback_unit", *PLAIN, "readers", "visibilities")
LONGEST = 20_000


def plain(service: Service) -> dict[str, Any]:
    """All of it, in words that stay: keys and codes instead of ids."""
    return {
        "key": service.key,
        "parent": service.parent.key if service.parent else None,
        "topic": service.topic.code if service.topic else None,
        **{part: getattr(service, part) for part in (*TEXTS, "keywords", "fields", *PLAIN)},
        "fallback_unit": service.fallback_unit.code if service.fallback_unit else None,
        "readers": sorted(service.readers.values_list("unit__code", flat=True)),
        "visibilities": [
            {"application": one.application, "since": _day(one.since), "until": _day(one.until)}
            for one in service.visibilities.order_by("application")
        ],
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def put(service: Service, changes: Mapping[str, Any]) -> None:
    """Write the changes, in the words of `plain`, onto the row. Raises Wrong."""
    if unknown := sorted(changes.keys() - set(PARTS)):
        raise Wrong(_("Un servei no té «%(what)s».") % {"what": unknown[0]})
    problems: list[str] = []
    for part, value in changes.items():
        try:
            _SETTERS.get(part, _set_plain)(service, part, value)
        except Wrong as wrong:
            problems += wrong.lines
    if problems:
        raise Wrong(*problems)


def hang(service: Service, changes: Mapping[str, Any]) -> None:
    """Who may read it and when it is seen; the service itself is saved by now."""
    if "readers" in changes:
        units = {unit.code: unit for unit in Unit.objects.filter(code__in=changes["readers"])}
        if missing := sorted(set(changes["readers"]) - units.keys()):
            raise Wrong(_("No hi ha cap unitat «%(code)s».") % {"code": missing[0]})
        service.readers.all().delete()
        Reader.objects.bulk_create(Reader(service=service, unit=unit) for unit in units.values())
    if "visibilities" in changes:
        service.visibilities.all().delete()
        Visibility.objects.bulk_create(Visibility(service=service, **one) for one in changes["visibilities"])


def _hung(service: Service, part: str, value: Any) -> None:
    """Rows of their own: `hang` writes them."""


def _set_plain(service: Service, part: str, value: Any) -> None:
    setattr(service, part, value)


def _set_key(service: Service, part: str, value: Any) -> None:
    if not isinstance(value, str) or len(value) > 200 or not re.fullmatch(KEY, value):
        raise Wrong(_("La clau ha de ser un camí com espai-public.enllumenat: lletres sense accents, xifres i guions."))
    service.key = value


def _set_texts(service: Service, part: str, value: Any) -> None:
    if not isinstance(value, dict) or value.keys() - set(LANGUAGES):
        raise Wrong(_("«%(part)s» ha de tenir un text per llengua: ca, es, oc, en.") % {"part": part})
    kept = {code: text.strip() for code, text in value.items() if isinstance(text, str) and text.strip()}
    if any(len(text) > LONGEST for text in kept.values()):
        raise Wrong(_("«%(part)s» és massa llarg: com a molt %(most)d lletres.") % {"part": part, "most": LONGEST})
    if part == "names" and not kept.get("ca"):
        raise Wrong(_("Falta el nom en català."))
    setattr(service, part, kept)


def _set_keywords(service: Service, part: str, value: Any) -> None:
    if not isinstance(value, dict) or value.keys() - set(LANGUAGES):
        raise Wrong(_("Les paraules clau han de ser una llista per llengua: ca, es, oc, en."))
    service.keywords = {code: [w.strip() for w in words if w.strip()] for code, words in value.items() if words}


def _set_parent(service: Service, part: str, value: Any) -> None:
    service.parent = Service.objects.filter(key=value).first() if value else None
    if value and service.parent is None:
        raise Wrong(_("No hi ha cap servei amb la clau «%(key)s».") % {"key": value})


def _set_topic(service: Service, part: str, value: Any) -> None:
    service.topic = Concept.objects.of("topics").filter(code=value).first() if value else None
    if value and service.topic is None:
        raise Wrong(_("No hi ha cap tema «%(code)s».") % {"code": value})


def _set_unit(service: Service, part: str, value: Any) -> None:
    service.fallback_unit = Unit.objects.filter(code=value).first() if value else None
    if value and service.fallback_unit is None:
        raise Wrong(_("No hi ha cap unitat «%(code)s».") % {"code": value})


def _set_fields(service: Service, part: str, value: Any) -> None:
    service.fields = fields.check(value)


_SETTERS = {
    "key": _set_key,
    "parent": _set_parent,
    "topic": _set_topic,
    "fallback_unit": _set_unit,
    "keywords": _set_keywords,
    "fields": _set_fields,
    **dict.fromkeys(TEXTS, _set_texts),
    **dict.fromkeys(("readers", "visibilities"), _hung),
}


@dataclass(frozen=True)
class Promise:
    """By when and how a service answers, after what is inherited; `of` is the service that says the term."""

    amount: int | None
    unit: str
    calendar_key: str
    channels: list[str]
    of: uuid.UUID | None


def promise(service: Service) -> Promise:
    """The nearest term, calendar and channels on the way up, each by itself."""
    line = rows(
        "WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS depth FROM knowledge_service WHERE id = %s UNION "
        "SELECT s.id, s.parent_id, up.depth + 1 FROM up JOIN knowledge_service s ON s.id = up.parent_id "
        "WHERE depth < 10) SELECT s.id, s.term_amount, s.term_unit, s.calendar_key, s.channels "
        "FROM up JOIN knowledge_service s USING (id) ORDER BY up.depth",
        service.id,
    )
    of, amount, unit = next(((row[0], row[1], row[2]) for row in line if row[1]), (None, None, ""))
    calendar = next((row[3] for row in line if row[3]), "")
    return Promise(amount, unit, calendar, next((row[4] for row in line if row[4]), []), of)


def is_visible(service: Service, application: str, on: dt.date) -> bool:
    """Whether an application that asks offers it on that day."""
    if service.is_retired:
        return False
    row = service.visibilities.filter(application=application).first()
    return row is None or ((row.since is None or row.since <= on) and (row.until is None or on < row.until))


def redacted(service: Service, user: Any) -> bool:
    """Whether this user sees the service's cases without what they say and whose they are.

    A confidential service is for those who work in its units or beneath them; being above is not enough.
    """
    if not service.is_confidential:
        return False
    readers = units.beneath(service.readers.values_list("unit_id", flat=True))
    return not Role.objects.filter(user=user.pk, unit__in=readers).exists()
