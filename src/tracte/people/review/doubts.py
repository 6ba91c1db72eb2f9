"""Where doubts come from: pairs that the live path or the batch pass weighed, and that nobody linked."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from tracte.core import keys, tenancy
from tracte.core.ids import uuid7_bytes
from tracte.core.sql import column, rows
from tracte.people import reading
from tracte.people.matching import Id
from tracte.people.review.models import Doubt

if TYPE_CHECKING:
    from tracte.people.models import LinkModel
    from tracte.people.weighing import Weighed

TWICE = 10  # one in so many needs two opinions
LEVEL_UNKNOWN = -1


class Doubtful(NamedTuple):
    """Two records of different persons that may be one. `said`: what each comparison said, as JSON."""

    a: Id
    b: Id
    weight: float
    why: str
    said: str


def why(weight: float, may: bool, link_at: float) -> str:
    """What keeps a pair from being linked."""
    if not may:
        return Doubt.Why.GUARD
    return Doubt.Why.BAND if weight < link_at else Doubt.Why.GROUP


def of_newcomer(found: Iterable[Weighed], is_mine: Callable[[Weighed], bool], kept: LinkModel) -> Doubtful | None:
    """The strongest doubt about a newcomer; at most one, so that a common name does not fill the queue. `is_mine`: they
    are one person already."""
    for one in sorted(found, key=lambda one: (-one.weight, one.record)):
        if one.weight < kept.ask_at:
            break
        said = dict(zip(kept.learnt.columns, zip(one.levels, one.bits, strict=True), strict=True))
        if not is_mine(one) and is_worth_asking(one.may, said["given"][0] if "given" in said else LEVEL_UNKNOWN):
            a, b = sorted((one.newcomer, one.record))
            return Doubtful(a, b, one.weight, why(one.weight, one.may, kept.link_at), evidence(said))
    return None


def is_worth_asking(may: bool, given: int) -> bool:
    """Of a pair that the guard holds, somebody can only tell when both say a given name."""
    return may or given != LEVEL_UNKNOWN


def evidence(said: dict[str, tuple[int, float]]) -> str:
    """column -> [level, bits], as JSON."""
    return json.dumps({name: [level, round(bits, 4)] for name, (level, bits) in said.items()})


def doubt_many(found: list[Doubtful], *, model: uuid.UUID, at: dt.datetime) -> int:
    """Raise these doubts, one at most for two persons; how many are new. The caller holds the lock (`recognise.lock`).

    Never two who are one person, whom somebody kept apart, or who are never joined by themselves (`Known.apart`).
    """
    person = reading.persons([record for one in found for record in (one.a, one.b)])
    everybody = sorted(set(person.values()))
    known = reading.known(everybody)
    taken = {frozenset(pair) for pair in [*reading.barriers(everybody), *_waiting(everybody)]}
    raised = []
    for one in sorted(found, key=lambda one: (-one.weight, one.a, one.b)):
        pair = frozenset((person[one.a], person[one.b]))
        if len(pair) == 2 and pair not in taken and not known[person[one.a]].apart(known[person[one.b]]):
            taken.add(pair)
            raised.append(one)
    return _raise(raised, model, at) if raised else 0


def _waiting(persons: list[Id]) -> list[tuple[Id, Id]]:
    """Pairs of persons, one of them among these, about whom a doubt waits already.

    Which of them wait is asked of what was found: while few do, their index looks empty, and would be read whole for
    each record.
    """
    return rows(
        """
        SELECT t.id, other.person_id FROM unnest(%s::uuid[]) AS t(id) CROSS JOIN LATERAL (SELECT record_id
        FROM people_membership WHERE person_id = t.id AND to_seq IS NULL OFFSET 0) m CROSS JOIN LATERAL (
        SELECT b_id AS record, closed_at FROM people_doubt WHERE a_id = m.record_id UNION ALL
        SELECT a_id, closed_at FROM people_doubt WHERE b_id = m.record_id OFFSET 0) d
        CROSS JOIN LATERAL (SELECT person_id FROM people_membership
        WHERE record_id = d.record AND to_seq IS NULL OFFSET 0) other WHERE d.closed_at IS NULL
        """,
        column("uuid", persons),
        ids_as_bytes=True,
        prepare=True,
    )


def _raise(raised: list[Doubtful], model: uuid.UUID, at: dt.datetime) -> int:
    """Write them. One that was overtaken, and that nothing joins or parts any more, waits again."""
    ids = [uuid7_bytes() for _ in raised]
    made = rows(
        """
        INSERT INTO people_doubt (id, at, a_id, b_id, model_id, weight, weights, why, opinions)
        SELECT id, %s, a, b, %s, w, said::jsonb, why, opinions
        FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::float8[], %s::text[], %s::text[], %s::smallint[])
        AS t(id, a, b, w, said, why, opinions)
        ON CONFLICT (a_id, b_id) DO UPDATE SET closed_at = NULL, at = excluded.at, model_id = excluded.model_id,
        weight = excluded.weight, weights = excluded.weights, why = excluded.why
        WHERE people_doubt.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM people_verdict v
        WHERE v.doubt_id = people_doubt.id AND v.edge_id IS NOT NULL AND v.withdrawn_at IS NULL) RETURNING true
        """,
        at,
        model,
        column("uuid", ids),
        column("uuid", [one.a for one in raised]),
        column("uuid", [one.b for one in raised]),
        [one.weight for one in raised],
        column("text", [one.said for one in raised]),
        column("text", [one.why for one in raised]),
        column("smallint", _opinions(ids)),
    )
    return len(made)


def _opinions(ids: list[Id]) -> list[int]:
    """How many must say the same of each: drawn by a key that no reader of the program has."""
    ring = keys.keyring(tenancy.required())
    drawn = (int.from_bytes(ring.fingerprint("second opinion", id_.hex())) for id_ in ids)
    return [2 if number % TWICE == 0 else 1 for number in drawn]


def sweep(*, at: dt.datetime) -> int:
    """Close the doubts that something else answered: their records were joined or kept apart meanwhile; how many."""
    waiting = list(Doubt.objects.filter(closed_at=None).values_list("id", "a", "b"))
    person = reading.persons([record.bytes for _, *pair in waiting for record in pair])
    barred = {frozenset(pair) for pair in reading.barriers(sorted(set(person.values())))}
    overtaken = []
    for id_, a, b in waiting:
        pair = frozenset((person[a.bytes], person[b.bytes]))
        if len(pair) == 1 or pair in barred:
            overtaken.append(id_)
    return Doubt.objects.filter(id__in=overtaken).update(closed_at=at)
