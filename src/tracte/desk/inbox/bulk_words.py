"""What a bulk act is, in words: to whom, how, until when, about what."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from tracte.core.models import UnitVersion, User
from tracte.desk.inbox import lists
from tracte.inbox.models import BulkAct, Closure
from tracte.vocabularies.models import Concept

What = BulkAct.What


def titles(acts: Sequence[BulkAct]) -> list[str]:
    """«Donar-les a Aina Soler», «Tancar-les: correu brossa». Three queries for all of them."""
    names = _names(acts)
    return [_title(act, {key: names.get(value) for key, value in act.said.items() if value}) for act in acts]


def _title(act: BulkAct, named: dict[str, str | None]) -> str:
    gone = gettext("algú o alguna cosa que ja no hi és")
    if act.what == What.ASSIGN:
        whom = [named[key] or gone for key in ("agent", "unit") if key in named]
        return (
            gettext("Donar-les a %(whom)s") % {"whom": ", ".join(whom)}
            if whom
            else gettext("Deixar-les per a qui pugui")
        )
    if act.what == What.CLOSE:
        return gettext("Tancar-les: %(how)s") % {"how": Closure.How(act.said["how"]).label}
    if act.what == What.SNOOZE:
        return gettext("Ajornar-les")
    return gettext("Posar-hi el tema %(topic)s") % {"topic": named.get("topic") or gone}


def _names(acts: Sequence[BulkAct]) -> dict[str, str]:
    """id -> how whom or what it names is called today."""

    def ids(key: str) -> list[uuid.UUID]:
        return [uuid.UUID(act.said[key]) for act in acts if act.said.get(key)]

    newest = UnitVersion.objects.filter(unit__in=ids("unit")).order_by("unit", "-valid_from").distinct("unit")
    topics = Concept.objects.filter(id__in=ids("topic"))
    found: dict[Any, str] = dict(User.objects.filter(id__in=ids("agent")).values_list("id", "full_name"))
    found |= {one.unit_id: one.name for one in newest} | {one.id: str(one) for one in topics}
    return {str(id): name for id, name in found.items()}


def chosen(act: BulkAct) -> str:
    """How they were chosen."""
    if view := act.chosen.get("view"):
        label = act.chosen.get("name") or (lists.BY_KEY[view].label if view in lists.BY_KEY else view)
        more = gettext(", amb filtres") if act.chosen.get("filters") and not act.chosen.get("name") else ""
        return gettext("Totes les de la vista «%(view)s»%(more)s") % {"view": label, "more": more}
    return gettext("Triades una per una")
