"""Make one person of two, or two of one, by hand: what will happen, and that it is still so when the agent confirms."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext

from tracte.core.models import User
from tracte.desk import counts
from tracte.people import actions
from tracte.people.models import Membership, Person


class Changed(Exception):
    """Somebody, or something that arrived, changed these people while the agent was looking."""


@dataclass(frozen=True)
class Plan:
    """What would happen: records that change person, and the contacts that go with them. `seen` is its fingerprint."""

    survivor: uuid.UUID
    moving: list[uuid.UUID]
    contacts: int
    refusal: str
    seen: str


def plan_merge(a: uuid.UUID, b: uuid.UUID) -> Plan:
    preview = actions.preview_merge(a, b)
    return _plan(preview, [a, b], [])


def plan_split(person: uuid.UUID, leaving: list[uuid.UUID]) -> Plan:
    preview = actions.preview_unmerge(person, leaving)
    return _plan(preview, [person], leaving)


def merge(a: uuid.UUID, b: uuid.UUID, *, by: User, at: dt.datetime, reason: str, seen: str) -> uuid.UUID:
    """The survivor. Raises Changed or Refused, with nothing done."""
    actions.lock_all()
    if plan_merge(a, b).seen != seen or any(Person.now_at(one) != one for one in (a, b)):
        raise Changed
    return actions.merge(a, b, by=by, at=at, reason=reason)


def split(
    person: uuid.UUID, leaving: list[uuid.UUID], *, by: User, at: dt.datetime, reason: str, seen: str
) -> tuple[uuid.UUID, uuid.UUID]:
    """(who stays, who left), each a person. Raises Changed or Refused, with nothing done."""
    actions.lock_all()
    if plan_split(person, leaving).seen != seen:
        raise Changed
    first, second = actions.unmerge(person, leaving, by=by, at=at, reason=reason)
    return (second, first) if first in leaving else (first, second)


def refusal(code: str) -> str:
    """Why it cannot be, for the person who asked."""
    return {
        "same": gettext("Són la mateixa persona: les seves fitxes ja van juntes."),
        "documents": gettext(
            "Tenen dos documents verificats diferents, i un document és d’una sola persona. "
            "Si un dels dos és erroni, cal corregir-lo a la font abans d’ajuntar-les."
        ),
        "purposes": gettext(
            "Les seves fitxes van arribar per a finalitats diferents, i no en tenen cap en comú: "
            "unir-les seria fer servir les dades per a una cosa que ningú no els va dir."
        ),
        "nothing": gettext("Tria alguna fitxa per separar, i deixa’n almenys una."),
    }.get(code, code)


def _plan(preview: actions.Preview, persons: list[uuid.UUID], leaving: list[uuid.UUID]) -> Plan:
    everything = Membership.objects.live().filter(person_id__in=persons).values_list("person_id", "record_id")
    seen = repr((sorted(everything), sorted(leaving))).encode()
    contacts = sum(counts.by_record(preview.moving).values())
    return Plan(preview.survivor, preview.moving, contacts, preview.refusal, hashlib.sha256(seen).hexdigest()[:32])
