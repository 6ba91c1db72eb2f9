"""Services and answers from files: a tree of services as YAML or as rows of names, answers as YAML. Again is a no-op.

A key is a path: that of the service above, a dot, and its own. The file has the last word on what it says; what it does
not say stays as it is. One broken entry refuses the file, with its place.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from tracte.core.models import Unit, User
from tracte.knowledge import actions
from tracte.knowledge.answers.models import Answer
from tracte.knowledge.fields import Wrong
from tracte.knowledge.finding.words import fold
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept

Report = dict[str, int]
OWN = {"children", "competences"}  # of a node, besides the parts of the contract


class CannotLoad(ValueError):
    """One line: which file, where, and what is wrong. Nothing was loaded."""


@transaction.atomic
def load_services(path: Path, *, by: User | None, at: dt.datetime) -> Report:
    """A YAML list of {key, names, ..., competences, children}."""
    return _store(path.name, _nodes(_read(path), None), by=by, at=at)


@transaction.atomic
def load_tree(
    rows: Iterable[Sequence[str]], *, by: User | None, at: dt.datetime, language: str = "ca", source: str = "rows"
) -> Report:
    """Rows of names from the widest to the narrowest (area, subject, detail); what repeats is one service.

    Names in another language than Catalan stand for the Catalan ones too, until somebody translates them.
    """
    nodes: dict[str, dict[str, Any]] = {}
    for row in rows:
        above: str | None = None
        for name in filter(None, (part.strip() for part in row)):
            key = f"{above}.{slug(name)}" if above else slug(name)
            nodes.setdefault(key, {"key": key, "parent": above, "names": {"ca": name, language: name}})
            above = key
    return _store(source, nodes.values(), by=by, at=at)


def slug(name: str) -> str:
    """A name as a part of a key."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "servei"


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        read = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotLoad(f"{path.name}: {' '.join(str(error).split())}") from None
    if not isinstance(read, list) or not all(isinstance(one, dict) and one.get("key") for one in read):
        raise CannotLoad(f"{path.name}: it must be a list of entries, each with its key")
    return read


def _nodes(entries: list[dict[str, Any]], above: str | None) -> Iterator[dict[str, Any]]:
    """Those above before those beneath, with their whole paths."""
    for entry in entries:
        key = f"{above}.{entry['key']}" if above else str(entry["key"])
        yield {name: value for name, value in entry.items() if name != "children"} | {"key": key, "parent": above}
        yield from _nodes(entry.get("children") or [], key)


def _store(source: str, nodes: Iterable[dict[str, Any]], *, by: User | None, at: dt.datetime) -> Report:
    report = {"new": 0, "changed": 0, "unchanged": 0}
    held = {service.key: service for service in Service.objects.all()}
    for node in nodes:
        parts = {name: value for name, value in node.items() if name not in OWN}
        try:
            service = held.get(node["key"])
            if service is None:
                service = held[node["key"]] = actions.add_service(by=by, at=at, **parts)
                report["new"] += 1
            else:
                before = service.revisions.count()
                service = actions.revise(service, by=by, at=at, **parts)
                report["changed" if service.revisions.count() > before else "unchanged"] += 1
            for rule in node.get("competences") or []:
                _assign(service, rule, by=by, at=at)
        except (Wrong, LookupError) as wrong:
            raise CannotLoad(f"{source}: {node['key']}: {' '.join(str(wrong).split())}") from None
    return report


def _assign(service: Service, rule: dict[str, Any], *, by: User | None, at: dt.datetime) -> None:
    unit = _one(Unit.objects.all(), rule.get("unit"))
    place = _one(Concept.objects.of("territories"), rule.get("territory"))
    said = service.competences.filter(territory=place, valid_from=rule["since"]).first()
    if said is None or said.unit != unit:
        actions.assign(service, unit, territory=place, since=rule["since"], by=by, at=at)


def _one(rows: Any, code: str | None) -> Any:
    if not code:
        return None
    if (found := rows.filter(code=code).first()) is None:
        raise LookupError(f"no {rows.model.__name__.lower()} has the code {code}")
    return found


@transaction.atomic
def load_answers(path: Path, *, by: User | None, at: dt.datetime) -> Report:
    """A YAML list of {key, owner, review_on, texts: {language: {title, body}}}, and what else an answer has."""
    report = {"new": 0, "changed": 0, "unchanged": 0}
    for entry in _read(path):
        try:
            report[_answer(entry, by=by, at=at)] += 1
        except (Wrong, LookupError) as wrong:
            raise CannotLoad(f"{path.name}: {entry['key']}: {' '.join(str(wrong).split())}") from None
    return report


def _answer(entry: dict[str, Any], *, by: User | None, at: dt.datetime) -> str:
    """New, changed or unchanged. The first language of the file is the one that the others come from."""
    texts = entry.get("texts") or {}
    if not texts or any(set(text) != {"title", "body"} for text in texts.values()):
        raise LookupError("texts: a title and a body for each language")
    facts = {name: value for name, value in entry.items() if name not in ("texts", "owner", "service", "topic")}
    facts |= {"owner": _one(Unit.objects.all(), entry.get("owner"))}
    facts |= {"topic": _one(Concept.objects.of("topics"), entry.get("topic"))}
    facts |= {"service": Service.objects.get(key=entry["service"]) if entry.get("service") else None}
    first, *others = texts
    answer, done = Answer.objects.filter(key=entry["key"]).first(), "unchanged"
    if answer is None:
        said = {name: text.strip() for name, text in texts[first].items()}
        answer, done = actions.write(language=first, by=by, at=at, **said, **facts), "new"
    else:
        others = [first, *others]
        if any(getattr(answer, name) != value for name, value in facts.items()):
            actions.arrange(answer, by=by, at=at, **facts)
            done = "changed"
    held = {text.language: text for text in answer.texts.current()}
    for code in others:
        said, now = {name: text.strip() for name, text in texts[code].items()}, held.get(code)
        if now is None or (now.title, now.body) != (said["title"], said["body"]):
            actions.rewrite(answer, code, by=by, at=at, seen=now.version if now else 0, **said)
            done = "changed" if done == "unchanged" else done
    return done
