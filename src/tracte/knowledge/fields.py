"""The fields of a service's form: what each may be, and whether what somebody filled in is right.

A field is {key, kind, labels: {language: text}} and, when they say so, `is_required`, `for_agents` (the citizen does
not see it), `hints: {language: text}` and, of a choice, `choices: [{value, labels}]`. Anything else is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

KINDS = ("text", "long_text", "choice", "date", "number", "place", "file")
LANGUAGES = {"ca", "es", "oc", "en"}
MOST = 40
LONGEST = {"text": 200, "long_text": 10_000, "place": 300, "file": 300}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAY = {"key", "kind", "labels", "is_required", "for_agents", "hints", "choices"}


class Wrong(ValueError):
    """What is wrong, where, and how to mend it: one line for each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


def check(fields: Any) -> list[dict[str, Any]]:
    """The fields as they are kept. Raises Wrong with a line for each problem."""
    if not isinstance(fields, list) or len(fields) > MOST:
        raise Wrong(_("Els camps han de ser una llista, i com a molt n’hi pot haver %(most)d.") % {"most": MOST})
    problems = [line for place, field in enumerate(fields, 1) for line in _problems(place, field)]
    keys = [field["key"] for field in fields if isinstance(field, dict) and isinstance(field.get("key"), str)]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    problems += [_("Hi ha dos camps «%(key)s»: posa un altre nom intern a un dels dos.") % {"key": k} for k in twice]
    if problems:
        raise Wrong(*problems)
    return [{name: value for name, value in field.items() if value not in (False, {}, [], "")} for field in fields]


def _problems(place: int, field: Any) -> list[str]:
    if not isinstance(field, dict):
        return [_("El camp %(n)d no és un camp.") % {"n": place}]
    found, name = [], field.get("key") if isinstance(field.get("key"), str) else place
    if unknown := sorted(field.keys() - _MAY):
        found.append(_("El camp «%(key)s» porta «%(what)s», que no existeix.") % {"key": name, "what": unknown[0]})
    if not _KEY.fullmatch(str(field.get("key", ""))):
        found.append(_("El nom intern «%(key)s» ha de començar per lletra i tenir només a-z, 0-9 i _.") % {"key": name})
    if field.get("kind") not in KINDS:
        found.append(_("El camp «%(key)s» ha de ser d’un tipus conegut.") % {"key": name})
    if not _are_texts(field.get("labels")) or not field["labels"].get("ca"):
        found.append(_("El camp «%(key)s» necessita l’etiqueta en català.") % {"key": name})
    if not _are_texts(field.get("hints", {})):
        found.append(_("L’ajuda del camp «%(key)s» ha de ser un text per llengua.") % {"key": name})
    if not all(isinstance(field.get(mark, False), bool) for mark in ("is_required", "for_agents")):
        found.append(
            _("El camp «%(key)s» ha de dir sí o no si és obligatori i si és només de l’equip.") % {"key": name}
        )
    return found + _problems_of_choices(name, field)


def _problems_of_choices(name: object, field: dict[str, Any]) -> list[str]:
    choices = field.get("choices", [])
    if field.get("kind") != "choice":
        return [_("El camp «%(key)s» no és per triar: treu-ne les opcions.") % {"key": name}] if choices else []
    are_right = isinstance(choices, list) and all(
        isinstance(one, dict)
        and one.keys() == {"value", "labels"}
        and isinstance(one["value"], str)
        and one["value"]
        and _are_texts(one["labels"])
        and one["labels"].get("ca")
        for one in choices
    )
    if not are_right or len(choices) < 2 or len({one["value"] for one in choices}) < len(choices):
        return [_("El camp «%(key)s» necessita dues opcions diferents o més, en català.") % {"key": name}]
    return []


def _are_texts(texts: Any) -> bool:
    return isinstance(texts, dict) and texts.keys() <= LANGUAGES and all(isinstance(t, str) for t in texts.values())


def filled(fields: list[dict[str, Any]], values: Mapping[str, Any], *, by_agent: bool = False) -> dict[str, Any]:
    """What somebody filled in, cleaned: text stripped, a date as ISO text, a number as a number. Raises Wrong.

    A citizen fills in the fields that they see; those of agents are refused from them. Files come as their names.
    """
    asked = {field["key"]: field for field in fields if by_agent or not field.get("for_agents")}
    problems, kept = [], {}
    if unknown := sorted(values.keys() - asked.keys()):
        problems.append(_("El formulari no té cap camp «%(key)s».") % {"key": unknown[0]})
    for key, field in asked.items():
        given = str(values.get(key, "")).strip()
        if not given and not field.get("is_required"):
            continue
        try:
            kept[key] = _cleaned(field, given)
        except ValueError:
            problems.append(_complaint(field, given))
    if problems:
        raise Wrong(*problems)
    return kept


def _cleaned(field: dict[str, Any], given: str) -> str | float:
    kind = field["kind"]
    if not given:
        raise ValueError
    if kind == "date":
        return dt.date.fromisoformat(given).isoformat()
    if kind == "number":
        if not re.fullmatch(r"-?\d{1,15}([.,]\d{1,6})?", given):
            raise ValueError
        return float(given.replace(",", "."))
    if kind == "choice" and given not in {choice["value"] for choice in field["choices"]}:
        raise ValueError
    if len(given) > LONGEST.get(kind, 200):
        raise ValueError
    return given


def _complaint(field: dict[str, Any], given: str) -> str:
    label = field["labels"]["ca"]
    if not given:
        return _("Falta «%(label)s».") % {"label": label}
    if field["kind"] == "date":
        return _("«%(label)s» ha de ser un dia, com 2026-04-23.") % {"label": label}
    if field["kind"] == "number":
        return _("«%(label)s» ha de ser un nombre.") % {"label": label}
    if field["kind"] == "choice":
        return _("«%(label)s» ha de ser una de les opcions.") % {"label": label}
    return _("«%(label)s» és massa llarg.") % {"label": label}
