"""What of a view is wanted: by unit, channel, language, topic and promise; as an address says it, and in words.

What filters ask for stands in an index (of a unit, what is awake, by account, by topic, by language), so that a rare
one is found as fast as a frequent one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Account
from tracte.core.clock import now
from tracte.core.sql import column, rows
from tracte.desk.knowledge_forms import NAMES
from tracte.inbox.models.conversation import NO_TERM
from tracte.vocabularies.models import Concept

NONE = "none"
CONDITIONS = {
    "unit": "unit_id = %s::uuid",
    "account": "account_id = %s::uuid",
    "kind": "account_id IN (SELECT id FROM channels_account WHERE kind = %s::text)",
    # Said, or where nobody said one, seeming: in this form row-level security lets the index be used.
    "language": "(language = %s::text OR language = '' AND seems_language = %s::text)",
    "topic": "topic_id = %s::uuid",
    "due": "due_at < %s::timestamptz",
    "waits": "waiting_since IS NOT NULL",
}
LABELS = {
    "unit": _("Unitat"),
    "kind": _("Mena de canal"),
    "account": _("Canal"),
    "language": _("Llengua"),
    "topic": _("Tema"),
    "due": _("Termini"),
    "waits": _("Resposta"),
}
KINDS = {
    "email": _("Correu"),
    "telegram": _("Telegram"),
    "webform": _("Formulari"),
    "calls": _("Telèfon"),
    "visits": _("En persona"),
    "cloudevents": _("Altres programes"),
    "tabular": _("Taules"),
}
DUE = {"late": _("Fora de termini"), "today": _("Avui"), "week": _("D’aquí a set dies"), NONE: _("Sense termini")}
WAITS = {"yes": _("Esperen resposta")}
UNITS = """
SELECT unit_id, name FROM (
  SELECT DISTINCT ON (unit_id) unit_id, name, is_closed FROM core_unitversion
  WHERE unit_id = ANY(%s::uuid[]) AND valid_from <= current_date ORDER BY unit_id, valid_from DESC) v
WHERE NOT is_closed ORDER BY name
"""
Filters = dict[str, str]
Choices = dict[str, object]  # value -> how it is said


@dataclass(frozen=True)
class Chosen:
    """One filter in words. `is_gone`: what it names is no more."""

    name: str
    label: object
    value: object
    is_gone: bool


def read(given: Mapping[str, str]) -> Filters:
    """The filters of an address or a form; what is none, or was cut, is left out."""
    return {name: given[name] for name in CONDITIONS if given.get(name) and _is_sound(name, given[name])}


def _is_sound(name: str, value: str) -> bool:
    if name in ("due", "waits"):
        return value in (DUE if name == "due" else WAITS)
    if name in ("kind", "language"):
        return value.isascii() and value.replace("-", "").isalnum() and len(value) <= 40
    try:
        return bool(uuid.UUID(value))
    except ValueError:
        return name == "topic" and value == NONE


def conditions(filters: Filters) -> tuple[str, list[object]]:
    """What follows WHERE ..., and its parameters."""
    parts, asked = [], list[object]()
    for name, value in filters.items():
        if value == NONE:
            parts.append("topic_id IS NULL" if name == "topic" else "due_at >= %s::timestamptz")
            asked += [] if name == "topic" else [NO_TERM]
        else:
            parts.append(CONDITIONS[name])
            asked += [_moment(value) if name == "due" else value] * CONDITIONS[name].count("%s")
    return "".join(f" AND {part}" for part in parts), asked


def _moment(due: str) -> dt.datetime:
    midnight = timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return now() if due == "late" else midnight + dt.timedelta(days=1 if due == "today" else 8)


class Options(dict[str, Choices]):
    """What each filter offers, of what there is today to whoever sees these units; asked for when it is read."""

    def __init__(self, units: list[uuid.UUID]) -> None:
        super().__init__(language=dict(NAMES), due=dict(DUE), waits=dict(WAITS))
        self._units = units

    def __missing__(self, name: str) -> Choices:
        self[name] = getattr(self, f"_{name}")()
        return self[name]

    @cached_property
    def _accounts(self) -> list[tuple[uuid.UUID, str, str]]:
        return list(Account.objects.exclude(attended_since=None).order_by("name").values_list("id", "kind", "name"))

    def _unit(self) -> Choices:
        return {str(id): name for id, name in rows(UNITS, column("uuid", self._units))}

    def _kind(self) -> Choices:
        return {kind: KINDS.get(kind, kind) for kind in sorted({kind for _, kind, _ in self._accounts})}

    def _account(self) -> Choices:
        return {str(id): name for id, _, name in self._accounts}

    def _topic(self) -> Choices:
        topics = Concept.objects.of("topics").in_use().order_by("code")
        return {NONE: _("Sense tema")} | {str(one.id): str(one) for one in topics}


def in_words(filters: Filters, offered: Mapping[str, Choices]) -> list[Chosen]:
    """Each filter as the page says it, with those whose unit, channel or topic is gone."""
    return [
        Chosen(name, LABELS[name], offered[name].get(value, ""), value not in offered[name])
        for name, value in filters.items()
    ]


def fields(filters: Filters, offered: Mapping[str, Choices]) -> Iterable[tuple[str, object, Choices, str]]:
    """(name, label, what can be chosen, what is chosen) of each that has something to choose from."""
    return [
        (name, LABELS[name], offered[name], filters.get(name, ""))
        for name in LABELS
        if len(offered[name]) > (1 if name in ("unit", "kind", "account", "topic") else 0) or name in filters
    ]
