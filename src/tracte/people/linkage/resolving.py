"""A whole table at once: block, weigh, and part components into people. Splink on DuckDB does what is large."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from tracte.people.linkage import clustering, weights
from tracte.people.linkage.model import Model
from tracte.people.linkage.training import linker

Pair = tuple[int, int, float]  # a < b, match weight in bits, prior included


@dataclass
class Resolved:
    """Pairs that are one person, and components too large to be looked into (nothing of them is in `pairs`)."""

    pairs: list[Pair] = field(default_factory=list)
    frozen: list[list[int]] = field(default_factory=list)


def weigh(con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, *, least: float) -> str:
    """Weigh every pair that a blocking rule proposes: the name of a table with (a, b, w), w at least `least` bits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        predicted = linker(con, tables, model.settings).inference.predict(threshold_match_weight=least)
    con.execute(
        f"CREATE OR REPLACE TABLE weighed AS SELECT unique_id_l AS a, unique_id_r AS b, match_weight AS w "
        f"FROM {predicted.physical_name}"
    ).fetchall()
    return "weighed"


def people(con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model) -> Resolved:
    """The pairs of one table (or across two) that are one person."""
    weighed = weigh(con, tables, model, least=0.0)
    known = {(min(a, b), max(a, b)): w for a, b, w in con.execute(f"SELECT a, b, w FROM {weighed}").fetchall()}
    small, frozen = clustering.bounded(known)
    resolved = Resolved(frozen=frozen)
    open_: list[list[int]] = []
    for nodes in small:
        if len(nodes) > 2:
            open_.append(nodes)
        else:
            a, b = nodes
            resolved.pairs.append((a, b, known[a, b]))
    known |= between(con, tables, model, [pair for nodes in open_ for pair in _missing(nodes, known)])
    inside: dict[int, int] = {node: place for place, nodes in enumerate(open_) for node in nodes}
    by_component: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
    for (a, b), w in known.items():
        if (place := inside.get(a)) is not None and inside.get(b) == place:
            by_component[place][a, b] = w
    for place, nodes in enumerate(open_):
        for group in clustering.groups(nodes, by_component[place]):
            members = set(group)
            resolved.pairs += [(a, b, w) for (a, b), w in by_component[place].items() if a in members and b in members]
    return resolved


def _missing(nodes: list[int], known: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    return [(a, b) for n, a in enumerate(nodes) for b in nodes[n + 1 :] if (a, b) not in known]


def between(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, pairs: list[tuple[int, int]]
) -> dict[tuple[int, int], float]:
    """The match weight of any pairs, which blocking need not have proposed."""
    import pyarrow as pa

    if not pairs:
        return {}
    asked = pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})  # noqa: F841  DuckDB reads it
    rows = " UNION ALL ".join(f"FROM {table}" for table in tables)
    joins, shares = "", ""
    for column in weights.frequencies(model):
        joins += (
            f" LEFT JOIN (SELECT {column} AS v, count(*)::DOUBLE / (SELECT count({column}) FROM every) AS tf "
            f"FROM every WHERE {column} IS NOT NULL GROUP BY 1) t_{column} ON t_{column}.v = every.{column}"
        )
        shares += f", t_{column}.tf AS tf_{column}"
    total = " + ".join([repr(model.prior), *(bits for _, bits in weights.expressions(model, "duckdb").values())])
    found = con.execute(
        f"WITH every AS ({rows}), known AS MATERIALIZED (SELECT every.*{shares} FROM every{joins}) "
        f"SELECT p.a, p.b, {total} FROM asked p JOIN known l ON l.unique_id = p.a JOIN known r ON r.unique_id = p.b"
    ).fetchall()
    return {(a, b): w for a, b, w in found}
