"""A government with its units, territories and a few services."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tracte.core.actions import add_unit
from tracte.core.models import Unit
from tracte.knowledge import actions
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept, Scheme, TerritoryMembership

AT = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
LONG_AGO = dt.date(2020, 1, 1)


@dataclass
class Town:
    """Riudeclar lies in the Baix Camp (comarca), Camp (vegueria) and Tarragona (province); Vielha in Aran alone."""

    units: dict[str, Unit]
    places: dict[str, Concept]
    services: dict[str, Service]


def build() -> Town:
    units = {
        code: add_unit(code=code, name=code.title(), since=LONG_AGO) for code in ("llums", "aran", "camp", "bustia")
    }
    units["govern"] = Unit.objects.get(code="govern")
    scheme = Scheme.objects.create(key="territories", labels={"ca": "Territoris"})
    kinds = {"riudeclar": "municipality", "vielha": "municipality", "baixcamp": "comarca", "aran": "comarca"}
    kinds |= {"camp": "vegueria", "tarragona": "province", "barri": ""}
    places = {
        code: Concept.objects.create(scheme=scheme, code=code, kind=kind, labels={"ca": code.title()})
        for code, kind in kinds.items()
    }
    Concept.objects.filter(id=places["barri"].id).update(parent=places["riudeclar"])
    for small, large in (
        ("riudeclar", "baixcamp"),
        ("riudeclar", "tarragona"),
        ("baixcamp", "camp"),
        ("vielha", "aran"),
    ):
        TerritoryMembership.objects.create(
            territory=places[small], member_of=places[large], level=kinds[large], valid_from=LONG_AGO
        )
    services = {
        key: actions.add_service(key=key, names={"ca": name}, parent=parent, by=None, at=AT)
        for key, name, parent in (
            ("carrer", "Carrer", None),
            ("carrer.llum", "Enllumenat", "carrer"),
            ("carrer.llum.fanal", "Fanal apagat", "carrer.llum"),
        )
    }
    return Town(units, places, services)
