"""The batch pass: look at everybody at once, and append the links that the live path could not see.

It proposes from what the records say and decides nothing that a human decided: what was kept apart stays apart, what
was joined stays joined. Each link is checked again under the lock, since people arrived meanwhile.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import duckdb
from django.db import transaction

from tracte.core import tenancy
from tracte.core.sql import column, rows
from tracte.people import reading, recognise, table, training, writing
from tracte.people.components import Forest
from tracte.people.linkage import guard, resolving, weights
from tracte.people.matching import Id
from tracte.people.models import LinkModel
from tracte.people.protections import degrees, freezing, relations
from tracte.people.review import doubts, finding
from tracte.people.review.doubts import Doubtful

Some = TypeVar("Some")
AT_ONCE = 500  # links, or doubts, under one lock


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two records that are one person by the model, and what each comparison said: column -> (level, bits)."""

    a: Id
    b: Id
    weight: float
    said: dict[str, tuple[int, float]]


def resolve(
    administration: uuid.UUID, *, at: dt.datetime, engine: str = "duckdb", tell: Callable[[str], object] = print
) -> dict[str, int]:
    """Link who is one person, and ask people about the doubtful. Counted: proposed links, those made, components frozen
    because they are too large, new doubts.

    Many short transactions: whoever comes meanwhile waits for a part of the links, never for the pass."""
    found = _find(administration, engine, tell)
    tell(f"{len(found.proposals)} links proposed")
    made = asked = 0
    for some in _parts(found.proposals):
        with tenancy.acting_for(administration):
            made += link(some, model=found.model, at=at)
    with tenancy.acting_for(administration):
        recognise.lock()  # before any row is written: who holds it may wait for what this pass wrote
        freezing.sweep(at)
        freezing.note_components(found.too_large, at)
        recounted = degrees.recount()  # for the next arrivals, and the next pass
    tell("identifiers: " + (", ".join(f"{n} {state}" for state, n in recounted.items()) or "as they were"))
    with tenancy.acting_for(administration):
        recognise.lock()
        doubts.sweep(at=at)
    for raised in _parts(found.doubtful):
        with tenancy.acting_for(administration):
            recognise.lock()
            asked += doubts.doubt_many(raised, model=found.model, at=at)
    with tenancy.acting_for(administration):
        recognise.lock()
        tell("relations: " + ", ".join(f"{n} {what}" for what, n in relations.renew(at).items()))
    return {"proposed": len(found.proposals), "linked": made, "frozen": found.frozen, "doubts": asked}


def _parts(everything: list[Some]) -> Iterator[list[Some]]:
    return (everything[start : start + AT_ONCE] for start in range(0, len(everything), AT_ONCE))


@dataclass(frozen=True, slots=True)
class Found:
    """What a model says of everybody: links, records of components too large to be looked into (and how many such there
    are, those that a frozen person makes included), doubts."""

    model: uuid.UUID
    proposals: list[Proposal]
    too_large: list[list[Id]]
    frozen: int
    doubtful: list[Doubtful]


def _find(administration: uuid.UUID, engine: str, tell: Callable[[str], object]) -> Found:
    """Only the reading is a transaction."""
    weigher = resolving.engine(engine)
    con = duckdb.connect()
    try:
        with tenancy.acting_for(administration):
            kept = LinkModel.in_use()
            if kept is None:
                raise training.NotTrained("there is no model yet: tracte resolve train")
            model, frozen = kept.learnt, set(freezing.everybody())
            tell(f"{table.load(con, kept)} records")
            never = table.apart(con)
        resolved = resolving.people(
            con,
            [table.NAME],
            model,
            weigher=weigher,
            least=kept.link_at,
            heed=kept.ask_at,
            guarded=True,
            unit="person",
            never=never,
        )
        proposals = _proposals(con, kept, resolved, frozen)
        too_large = list(_components(con, resolved, frozen))
        return Found(kept.id, proposals, too_large, len(resolved.frozen), finding.doubtful(con, kept))
    finally:
        con.close()


def _components(con: duckdb.DuckDBPyConnection, resolved: resolving.Resolved, frozen: set[Id]) -> Iterator[list[Id]]:
    """Records of the components that are too large, but for those that a frozen person makes so."""
    find = f"SELECT id::VARCHAR, person::VARCHAR FROM {table.NAME} WHERE unique_id IN (SELECT unnest(?))"  # noqa: S608
    for numbers in resolved.frozen:
        found = con.execute(find, [numbers]).fetchall()
        if frozen.isdisjoint(uuid.UUID(person).bytes for _, person in found):
            yield [uuid.UUID(record).bytes for record, _ in found]


def _proposals(
    con: duckdb.DuckDBPyConnection, kept: LinkModel, resolved: resolving.Resolved, frozen: set[Id]
) -> list[Proposal]:
    """As few links as join the persons of each group, the strongest first; none of whom is `frozen`."""
    model = kept.learnt
    known = con.execute(f"SELECT unique_id, id::VARCHAR, person::VARCHAR, purposes FROM {table.NAME}").fetchall()  # noqa: S608
    record = {number: uuid.UUID(id_).bytes for number, id_, *_ in known}
    person = {number: person for number, _, person, _ in known}
    purposes = table.common_purposes((person, purposes) for *_, person, purposes in known)
    purposes |= {str(uuid.UUID(bytes=one)): frozenset() for one in frozen}
    forest: Forest[str] = Forest()
    chosen = []
    for (a, b), weight in sorted(resolved.weights.items(), key=lambda item: (-item[1], item[0])):
        one, other = forest.root(person[a]), forest.root(person[b])
        if weight >= kept.link_at and one != other and (common := purposes[one] & purposes[other]):
            purposes[forest.join(one, other)] = common
            chosen.append((a, b))
    said = weights.expressions(model, "duckdb")
    asked = [expression for pair in said.values() for expression in pair]
    made = []
    for a, b, *told in resolving.compare(con, [table.NAME], model, chosen, *asked) if chosen else ():
        each = dict(zip(said, zip(told[::2], told[1::2], strict=True), strict=True))
        made.append(Proposal(record[a], record[b], model.prior + sum(bits for _, bits in each.values()), each))
    return sorted(made, key=lambda proposal: (-proposal.weight, proposal.a, proposal.b))


@transaction.atomic
def link(proposals: list[Proposal], *, model: uuid.UUID, at: dt.datetime) -> int:
    """Append those of the links that nothing forbids now, and move whom they join; how many."""
    recognise.lock()
    person = reading.persons([record for proposal in proposals for record in (proposal.a, proposal.b)])
    everybody = sorted(set(person.values()))
    known, barred = reading.known(everybody), reading.barriers(everybody)
    forest: Forest[Id] = Forest()
    made = []
    for proposal in proposals:
        a, b = forest.root(person[proposal.a]), forest.root(person[proposal.b])
        if a == b or known[a].contradicts(known[b]) or _is_barred(forest, barred, a, b):
            continue
        by_name = guard.is_by_name({column: level for column, (level, _) in proposal.said.items()})
        if by_name and min(known[a].records, known[b].records) > guard.MOST_BY_NAME:
            continue
        stays = forest.join(a, b)
        known[stays].absorb(known[b if stays == a else a])
        made.append(proposal)
    if made:
        seqs = _append(made, model, at)
        last: dict[Id, int] = {}
        for proposal, seq in zip(made, seqs, strict=True):
            root = forest.root(person[proposal.a])
            last[root] = max(seq, last.get(root, 0))
        writing.move({one: forest.root(one) for one in forest if forest.root(one) != one}, last)
    return len(made)


def _is_barred(forest: Forest[Id], barred: list[tuple[Id, Id]], a: Id, b: Id) -> bool:
    return any({forest.root(x), forest.root(y)} == {a, b} for x, y in barred)


def _append(made: list[Proposal], model: uuid.UUID, at: dt.datetime) -> list[int]:
    """Write the edges with their evidence, in this order; the seq of each."""
    evidence = [json.dumps({c: [level, round(bits, 4)] for c, (level, bits) in p.said.items()}) for p in made]
    found = rows(
        """
        INSERT INTO people_edge (at, kind, a_id, b_id, rule, reason, model_id, weights)
        SELECT %s, 'link', a, b, 'model', '', %s, w::jsonb
        FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) WITH ORDINALITY AS t(a, b, w, n) ORDER BY n RETURNING seq
        """,
        at,
        model,
        column("uuid", [proposal.a for proposal in made]),
        column("uuid", [proposal.b for proposal in made]),
        column("text", evidence),
    )
    return [seq for (seq,) in found]
