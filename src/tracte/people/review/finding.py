"""The doubts of the batch pass: everybody was weighed, the sure ones are linked, and these are left."""

from __future__ import annotations

import uuid

import duckdb

from tracte.people import table
from tracte.people.linkage import resolving, weights
from tracte.people.models import LinkModel
from tracte.people.review import doubts
from tracte.people.review.doubts import Doubtful

MOST = 20_000  # pairs of one pass, the strongest: more than that nobody reads


def doubtful(con: duckdb.DuckDBPyConnection, kept: LinkModel) -> list[Doubtful]:
    """The strongest pair of each two persons, from `weighed`, which the pass leaves behind; with what it rests on."""
    found = con.execute(
        f"SELECT a, b, may FROM (SELECT w.a, w.b, w.w, w.may, x.person AS p, y.person AS q FROM weighed w "
        f"JOIN {table.NAME} x ON x.unique_id = w.a JOIN {table.NAME} y ON y.unique_id = w.b "
        f"WHERE w.w >= ? AND x.person <> y.person AND (w.may OR (x.given IS NOT NULL AND y.given IS NOT NULL))) "
        f"QUALIFY row_number() OVER (PARTITION BY least(p, q), greatest(p, q) ORDER BY w DESC, a, b) = 1 "
        f"ORDER BY w DESC, a, b LIMIT {MOST}",
        [kept.ask_at],
    ).fetchall()
    may = {(a, b): is_let for a, b, is_let in found}
    if not may:
        return []
    record = dict(con.execute(f"SELECT unique_id, id::VARCHAR FROM {table.NAME}").fetchall())
    said = weights.expressions(kept.learnt, "duckdb")
    asked = [expression for pair in said.values() for expression in pair]
    raised = []
    for a, b, *told in resolving.compare(con, [table.NAME], kept.learnt, list(may), *asked):
        each = dict(zip(said, zip(told[::2], told[1::2], strict=True), strict=True))
        weight = kept.learnt.prior + sum(bits for _, bits in each.values())
        one, other = sorted(uuid.UUID(record[number]).bytes for number in (a, b))
        raised.append(Doubtful(one, other, weight, doubts.why(weight, may[a, b], kept.link_at), doubts.evidence(each)))
    return sorted(raised, key=lambda one: (-one.weight, one.a, one.b))
