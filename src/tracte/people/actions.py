"""What is done to records and persons: recognise who comes, merge and unmerge by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from dataclasses import dataclass

from django.db import transaction

from tracte.core.events import announce
from tracte.core.models import User
from tracte.people import components, reading, recognise, writing
from tracte.people.appearance import Appearance
from tracte.people.matching import Id
from tracte.people.models import Edge, Freeze, Membership, Person, SourceRecord, Thaw


class Refused(Exception):
    """Why this merge or split cannot be: one line for the person who asked."""


@transaction.atomic(savepoint=False)
def recognise_many(appearances: list[tuple[Id, Appearance]], *, at: dt.datetime) -> list[Id]:
    """The source record of each (source, appearance), in order; new ones are made and linked to their person.

    The same appearance of the same source is the same record, whenever it comes. Cost grows with the batch only. No
    savepoint of its own: its writes may be on their way when it returns (`sql.unanswered`).
    """
    return recognise.recognise(appearances, at)


@dataclass(frozen=True)
class Preview:
    """What a merge or a split would do: the records that change person, and why it cannot be, if it cannot."""

    survivor: uuid.UUID
    moving: list[uuid.UUID]
    refusal: str = ""


def preview_merge(a: uuid.UUID, b: uuid.UUID) -> Preview:
    """Two persons become one: the older id stays, the records of the other move."""
    survivor, absorbed = sorted((a, b))
    moving = _records(absorbed) if a != b else []
    refusal = ""
    if a == b:
        refusal = "same"
    elif not moving or not _records(survivor):
        refusal = "gone"
    else:
        one, other = reading.known([a.bytes, b.bytes]).values()
        refusal = one.never(other)
    return Preview(survivor, moving, refusal)


@dataclass(frozen=True)
class Evidence:
    """What somebody was looking at: two records, and what each comparison of a model said of them."""

    a: uuid.UUID
    b: uuid.UUID
    model: uuid.UUID
    weights: dict[str, tuple[int, float]]


@transaction.atomic
def merge(
    a: uuid.UUID, b: uuid.UUID, *, by: User, at: dt.datetime, reason: str = "", seen: Evidence | None = None
) -> uuid.UUID:
    """Make one person of two; the survivor. Refused: one that is no person now, two different verified documents, no
    common purpose.

    The edge joins the two records that were `seen`, if it was those that told; otherwise the oldest of each person.
    """
    lock_all()
    preview = preview_merge(a, b)
    if preview.refusal:
        raise Refused(preview.refusal)
    mine = (seen.a, seen.b) if seen else (preview.survivor, max(a, b))
    pairs = [*sorted(_standing_cannots(a, b) - {mine}), mine]
    seq = _append([("must", *pair) for pair in pairs], at=at, by=by, reason=reason, seen=seen)
    writing.move({max(a, b).bytes: preview.survivor.bytes}, {preview.survivor.bytes: seq})
    announce("people.person.merged", survivor=preview.survivor, absorbed=max(a, b), edge=seq)
    return preview.survivor


def preview_unmerge(person: uuid.UUID, records: list[uuid.UUID]) -> Preview:
    """These records leave the person together."""
    all_records = _records(person)
    leaving, staying = sorted(set(records) & set(all_records)), sorted(set(all_records) - set(records))
    if not leaving or not staying:
        return Preview(person, leaving, "nothing")
    moving = leaving if staying[0] == person else staying
    return Preview(person, moving)


@transaction.atomic
def unmerge(
    person: uuid.UUID, records: list[uuid.UUID], *, by: User, at: dt.datetime, reason: str = ""
) -> list[uuid.UUID]:
    """Part these records from the person and keep them apart; the persons that result, oldest first.

    Every standing link between the two sides is undone; each side, which somebody just looked at, is held together,
    and both stay apart from whom the person was kept apart from.
    """
    lock_all()
    everything = _records(person)
    leaving, staying = set(records) & set(everything), set(everything) - set(records)
    if not leaving or not staying:
        raise Refused("nothing")
    joins = _standing_joins(everything)
    edges = [("unlink", a, b) for a, b in joins if (a in leaving) != (b in leaving)]
    rest: list[
        components.LogLine
    ] = []  # what nobody parted and nothing else holds: together, but nobody vouched for it
    for side in (leaving, staying):
        heads = [part[0] for part in components.parts(side, [pair for pair in joins if side.issuperset(pair)])]
        rest += [("must", a, b) for a, b in itertools.pairwise(heads)]
    a, b = sorted((min(leaving), min(staying)))
    others = {uuid.UUID(bytes=one) for pair in reading.barriers([person.bytes]) for one in pair} - {person}
    edges += [("cannot", min(head, other), max(head, other)) for other in sorted(others) for head in (a, b)]
    edges.append(("cannot", a, b))
    if rest:
        _append(rest, at=at, by=by, reason=reason, rule="rest")
    seq = _append(edges, at=at, by=by, reason=reason)
    _settle(everything, {r: min(side) for side in (leaving, staying) for r in side}, seq, at)
    announce("people.person.split", persons=[a, b], edge=seq)
    return [a, b]


@transaction.atomic
def keep_apart(
    a: uuid.UUID, b: uuid.UUID, *, by: User, at: dt.datetime, reason: str = "", seen: Evidence | None = None
) -> int:
    """Two records of different persons, and whoever is one with them, are not to be joined by themselves, ever; the
    edge that says so. Refused: they are one person already."""
    lock_all()
    a, b = sorted((a, b))
    one, other = (reading.persons([a.bytes, b.bytes])[record.bytes] for record in (a, b))
    if one == other:
        raise Refused("same")
    seq = _append([("cannot", a, b)], at=at, by=by, reason=reason, seen=seen)
    announce("people.person.kept_apart", persons=[uuid.UUID(bytes=one), uuid.UUID(bytes=other)], edge=seq)
    return seq


@transaction.atomic
def take_back(edge: int, *, by: User, at: dt.datetime) -> None:
    """As if this edge had never been: what it joined falls apart unless something else holds it, and whom it kept apart
    may meet again. Refused: something was said of the two since."""
    lock_all()
    gone = Edge.objects.get(seq=edge)
    if Edge.objects.filter(a_id=gone.a_id, b_id=gone.b_id, seq__gt=edge).exists():
        raise Refused("changed")
    seq = _append([("unlink", gone.a_id, gone.b_id)], at=at, by=by, reason="")
    together = _records(uuid.UUID(bytes=reading.persons([gone.a_id.bytes])[gone.a_id.bytes]))
    parts = components.parts(together, _standing_joins(together))
    if len(parts) > 1:
        _settle(together, {record: part[0] for part in parts for record in part}, seq, at)
        announce("people.person.split", persons=[part[0] for part in parts], edge=seq)


@transaction.atomic
def thaw(freeze_id: uuid.UUID, *, by: User, at: dt.datetime, reason: str) -> Thaw:
    """Let a frozen person grow again, to the next power of two of the usual limits that they are below; of a component
    of the batch pass: it was looked at. Refused: `thawed` already."""
    lock_all()
    freeze = Freeze.objects.get(id=freeze_id)
    if Thaw.objects.filter(freeze=freeze).exists():
        raise Refused("thawed")
    person = reading.persons([freeze.record_id.bytes])[freeze.record_id.bytes]
    known, times = reading.known([person])[person], freeze.times
    while freeze.why != Freeze.Why.COMPONENT and known.reaches(times):
        times *= 2
    return Thaw.objects.create(freeze=freeze, by=by, at=at, reason=reason, times=times)


@dataclass(frozen=True)
class Undoing:
    """What would be without one join: the records that part from the rest, or the joins that hold both all the same."""

    leaving: list[uuid.UUID]
    held_by: list[tuple[uuid.UUID, uuid.UUID]]


def preview_undo(edge: Edge) -> Undoing:
    """Of a join that stands: who parts when it goes, the fewer of the two sides."""
    together = _records(uuid.UUID(bytes=reading.persons([edge.a_id.bytes])[edge.a_id.bytes]))
    joins = [pair for pair in _standing_joins(together) if pair != (edge.a_id, edge.b_id)]
    if held_by := components.path(edge.a_id, edge.b_id, joins):
        return Undoing([], held_by)
    return Undoing(min(reversed(components.parts(together, joins)), key=len), [])


def _append(
    edges: list[components.LogLine],
    *,
    at: dt.datetime,
    by: User,
    reason: str,
    seen: Evidence | None = None,
    rule: str = "hand",
) -> int:
    """Write these edges, in this order; the seq of the last one, which bears what was `seen`."""
    rows = [Edge(at=at, by=by, kind=kind, a_id=a, b_id=b, rule=rule, reason=reason) for kind, a, b in edges]
    if seen:
        rows[-1].model_id, rows[-1].weights = seen.model, seen.weights
    return Edge.objects.bulk_create(rows)[-1].seq


def lock_all() -> None:
    """Nobody recognises while a person is being merged or split."""
    recognise.lock()


def _records(person: uuid.UUID) -> list[uuid.UUID]:
    return list(
        Membership.objects.live().filter(person_id=person).order_by("record_id").values_list("record_id", flat=True)
    )


def _standing_joins(records: list[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Pairs among these records that a link or a must holds together today."""
    log = Edge.objects.filter(a_id__in=records, b_id__in=records).order_by("seq").values_list("kind", "a_id", "b_id")
    return [pair for pair, kind in components.standing(log).items() if kind in components.JOINS]


def _standing_cannots(a: uuid.UUID, b: uuid.UUID) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Pairs of records of two persons that somebody kept apart."""
    mine, theirs = _records(a), _records(b)
    everything = [*mine, *theirs]
    log = (
        Edge.objects.filter(a_id__in=everything, b_id__in=everything)
        .order_by("seq")
        .values_list("kind", "a_id", "b_id")
    )
    return {
        (x, y) for (x, y), kind in components.standing(log).items() if kind == "cannot" and (x in mine) != (y in mine)
    }


def _settle(records: list[uuid.UUID], target: dict[uuid.UUID, uuid.UUID], seq: int, at: dt.datetime) -> None:
    """Write the memberships that follow; only records whose person changes get a new row."""
    current = dict(Membership.objects.live().filter(record_id__in=records).values_list("record_id", "person_id"))
    changed = [r for r in records if current[r] != target[r]]
    Person.objects.bulk_create(
        [Person(id=person, created_at=at) for person in sorted(set(target.values()))], ignore_conflicts=True
    )
    Membership.objects.live().filter(record_id__in=changed).update(to_seq=seq)
    Membership.objects.bulk_create([Membership(record_id=r, person_id=target[r], from_seq=seq) for r in changed])


def drift() -> list[uuid.UUID]:
    """Replay the whole log and compare with the memberships as they stand: the records that differ (none, or a bug)."""
    log = Edge.objects.order_by("seq").values_list("kind", "a_id", "b_id")
    expected = components.replay(SourceRecord.objects.values_list("id", flat=True), log)
    live = dict(Membership.objects.live().values_list("record_id", "person_id"))
    return [record for record, person in expected.items() if live.get(record) != person]
