"""Cases of another system come in from a CSV: open ones to go on with, closed ones with how their promise ended.

A mapping says which columns tell what; services that the table names and we lack are made from it. Each case comes in
once, by its number there. A row that cannot come in is told with its line and its reason; its neighbours come in.
"""

from __future__ import annotations

import csv
import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from tracte.core import tenancy
from tracte.core.models import User
from tracte.inbox import promising
from tracte.inbox.actions.cases import changed
from tracte.inbox.models import Case, CaseClosure, Promise, Step
from tracte.inbox.similar import to_the_centimetre
from tracte.knowledge import competence, loading
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept

BATCH = 1000
NEEDED = ("id", "service", "opened_at")
ROLES = (*NEEDED, "closed_at", "asked", "place", "territory", "latitude", "longitude")

Refusal = tuple[int, str, str]  # line of the file, number there, reason


class CannotImport(ValueError):
    """One line: what is wrong with the file or its mapping. Nothing came in."""


@dataclass
class Outcome:
    received: int = 0
    new: int = 0
    duplicate: int = 0
    rejected: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A case as the table tells it."""

    line: int
    id: str
    names: tuple[str, ...]  # of its service, from the widest
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    asked: str
    place: str
    territory: str
    point: tuple[float, float] | None


class Wrong(ValueError):
    """What is wrong with a row."""


def import_cases(administration: uuid.UUID, path: Path, mapping: Path, *, by: User | None, at: dt.datetime) -> Outcome:
    """Bring them in, a batch a transaction; run again it goes on where it stopped. Raises CannotImport."""
    columns = _columns(mapping)
    source, language = columns["source"], columns["language"]
    outcome = Outcome()
    parsed = [_read(line, row, columns) for line, row in _lines(path, columns)]
    outcome.received = len(parsed)
    outcome.rejected = [one for one in parsed if not isinstance(one, Row)]
    found = [one for one in parsed if isinstance(one, Row)]
    tree = dict.fromkeys(one.names for one in found)
    with tenancy.acting_for(administration):
        loading.load_tree(tree, language=language, by=by, at=at, source=path.name)
        services = {one.key: one for one in Service.objects.select_related("parent")}
        places = {one.code: one for one in Concept.objects.of("territories")}
    for first in range(0, len(found), BATCH):
        with tenancy.acting_for(administration):
            _import(found[first : first + BATCH], source, services, places, outcome, by=by, at=at)
    return outcome


def _import(
    batch: list[Row],
    source: str,
    services: Mapping[str, Service],
    places: Mapping[str, Concept],
    outcome: Outcome,
    *,
    by: User | None,
    at: dt.datetime,
) -> None:
    """One batch, in the transaction of its administration."""
    known = set(Case.objects.filter(key__in=[f"{source}:{one.id}" for one in batch]).values_list("key", flat=True))
    made: dict[str, tuple[Case, Row]] = {}
    for one in batch:
        key = f"{source}:{one.id}"
        if key in known or key in made:
            outcome.duplicate += 1
        elif one.territory and one.territory not in places:
            outcome.rejected.append((one.line, one.id, f"there is no territory with the code '{one.territory}'"))
        else:
            made[key] = (_drafted(key, one, services, places, by), one)
    _route([case for case, _ in made.values()])
    promises = _promised([case for case, _ in made.values()], by, at)
    closures = [_closed(case, row.closed_at, promises.get(case.id), by) for case, row in made.values() if row.closed_at]
    Case.objects.bulk_create([case for case, _ in made.values()])
    CaseClosure.objects.bulk_create(closures)
    Promise.objects.bulk_create(promises.values())
    Step.objects.bulk_create(_steps(made.values(), by))
    outcome.new += len(made)
    if made:
        changed(*(case for case, _ in list(made.values())[:50]))


def _drafted(
    key: str, row: Row, services: Mapping[str, Service], places: Mapping[str, Concept], by: User | None
) -> Case:
    service = services[".".join(loading.slug(name) for name in row.names)]
    latitude, longitude = row.point or (None, None)
    return Case(
        key=key,
        service=service,
        original_service=service,
        territory=places.get(row.territory),
        place=row.place,
        latitude=to_the_centimetre(latitude),
        longitude=to_the_centimetre(longitude),
        asked=row.asked or service.name(),
        opened_at=row.opened_at,
        by=by,
    )


def _route(cases: list[Case]) -> None:
    """Who was competent on the day on which each was opened."""
    asked = {one.id: (one.service_id, one.territory_id, timezone.localdate(one.opened_at)) for one in cases}
    routes = competence.route(asked.values())
    for one in cases:
        one.unit_id = routes[asked[one.id]].unit


def _promised(cases: list[Case], by: User | None, at: dt.datetime) -> dict[uuid.UUID, Promise]:
    """What was promised of each, counted from when it was opened; each service is asked once. What was broken before it
    came rings nobody's bell."""
    terms = {one.service_id: promising.of_service(one.service) for one in cases}
    made = {}
    for one in cases:
        if term := terms[one.service_id]:
            promise = made[one.id] = promising.of_case(one, term, since=one.opened_at, by=by)
            promise.rings_at = at if promise.due_at and promise.due_at > at else None
    return made


def _closed(case: Case, at: dt.datetime, promise: Promise | None, by: User | None) -> CaseClosure:
    """It ended there: its promise was kept, or it was late."""
    closure = CaseClosure(case=case, at=at, by=by, how=CaseClosure.How.ANSWERED)
    case.closure, case.answered_at = closure, at
    if promise:
        is_late = promise.due_at is not None and at > promise.due_at
        promise.ended_at, promise.end = at, Promise.End.LATE if is_late else Promise.End.KEPT
        promising.rest(case)
    return closure


def _steps(made: Any, by: User | None) -> Iterator[Step]:
    for case, row in made:
        opened = {"at": case.opened_at, "unit_id": case.unit_id, "service_id": case.service_id}
        yield Step(case=case, what=Step.What.OPENED, by=by, **opened)
        if row.closed_at:
            yield Step(case=case, what=Step.What.CLOSED, by=by, at=row.closed_at)


def _columns(mapping: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(mapping.read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotImport(f"{mapping.name}: {' '.join(str(error).split())}") from None
    fields = said.get("fields") if isinstance(said, dict) else None
    if not isinstance(fields, dict) or not all(fields.get(role) for role in NEEDED):
        raise CannotImport(f"{mapping.name}: under «fields», say the columns of: {', '.join(NEEDED)}")
    if unknown := sorted(set(fields) - set(ROLES)):
        raise CannotImport(f"{mapping.name}: nothing is called «{unknown[0]}»; there are: {', '.join(ROLES)}")
    named = {role: name if isinstance(name, list) else [name] for role, name in fields.items()}
    return {"fields": named, "source": str(said.get("source") or "import"), "language": said.get("language") or "ca"}


def _lines(path: Path, columns: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            wanted = {name for names in columns["fields"].values() for name in names}
            if missing := sorted(wanted - set(table.fieldnames or ())):
                raise CannotImport(f"{path.name}: it has no column «{missing[0]}»")
            for row in table:
                yield table.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotImport(f"{path.name}: {' '.join(str(error).split())}") from None


def _read(line: int, row: Mapping[str, str | None], columns: Mapping[str, Any]) -> Row | Refusal:
    fields = columns["fields"]

    def all_of(role: str) -> list[str]:
        return [text for name in fields.get(role, ()) if (text := (row.get(name) or "").strip())]

    said = {role: " ".join(all_of(role)) for role in fields}
    try:
        if not said["id"]:
            raise Wrong("it has no number")
        if not all_of("service"):
            raise Wrong("it names no service")
        opened_at = _moment(said["opened_at"], "opened")
        closed_at = _moment(said["closed_at"], "closed") if said.get("closed_at") else None
        if closed_at and closed_at < opened_at:
            raise Wrong("it was closed before it was opened")
        point = _point(said.get("latitude", ""), said.get("longitude", ""))
    except Wrong as wrong:
        return line, said["id"], str(wrong)
    told = {name: said.get(name, "") for name in ("place", "territory")}
    asked = "\n".join(all_of("asked"))
    return Row(line, said["id"], tuple(all_of("service")), opened_at, closed_at, asked, point=point, **told)


def _moment(text: str, what: str) -> dt.datetime:
    """A day without an hour is its beginning, here."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(f"the date on which it was {what} is none: «{text[:40]}»") from None
    return found if found.tzinfo else timezone.make_aware(found)


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    if not latitude and not longitude:
        return None
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        raise Wrong("its coordinates are no two numbers") from None
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        raise Wrong("its coordinates are outside of the world")
    return north, east
