"""A whole table at once: block, weigh, and part components into people. Splink on DuckDB does what is large, or Spark
what is too large for one machine (`distributed`): an engine proposes pairs and weighs them, and nothing else."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from tracte.people.linkage import clustering, dialects, guard, weights
from tracte.people.linkage.model import Model
from tracte.people.linkage.training import linker

Pair = tuple[int, int]  # unique_id of two records, the smaller first
Weigher = Callable[..., str]  # as `weigh`


@dataclass
class Resolved:
    """Groups of records that are one person, the weight of each pair inside (bits, prior included), and components too
    large to be looked into (nothing of them is in a group)."""

    groups: list[list[int]] = field(default_factory=list)
    weights: dict[Pair, float] = field(default_factory=dict)
    frozen: list[list[int]] = field(default_factory=list)

    @property
    def pairs(self) -> list[tuple[int, int, float]]:
        return [(a, b, w) for (a, b), w in self.weights.items()]


def weigh(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, *, least: float, guarded: bool = False
) -> str:
    """Weigh every pair that a blocking rule proposes: the name of a table with (a, b, w, may), w at least `least` bits.
    `may`: the guard, if asked, lets it be linked without a human. The rows carry their shares (`frequencies`)."""
    told = {**model.settings, "retain_matching_columns": True}  # and, by that, the levels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        predicted = linker(con, tables, told, shares=True).inference.predict(threshold_match_weight=least)
    levels = {column: f"gamma_{column}" for column in model.columns}
    may, beside = "true", ""
    if guarded:
        may = _may(levels, "match_weight", model)
        beside = "".join(f" JOIN ({weights.rows(tables)}) {x} ON {x}.unique_id = unique_id_{x}" for x in "lr")
    con.execute(
        f"CREATE OR REPLACE TABLE weighed AS SELECT least(unique_id_l, unique_id_r) AS a, "
        f"greatest(unique_id_l, unique_id_r) AS b, match_weight AS w, {may} AS may "
        f"FROM {predicted.physical_name}{beside}"
    ).fetchall()
    return "weighed"


def _may(levels: dict[str, str], weight: str, model: Model) -> str:
    """The guard over rows `l` and `r` that carry their shares."""
    if guard.NAME not in levels:
        return "false"
    told = guard.circumstances(levels[guard.NAME], weights.share, model.records)
    return guard.condition(levels | told, weight)


def engine(name: str) -> Weigher:
    """Who blocks and weighs: DuckDB here, or Spark, which is started now, so that what it lacks is said at once."""
    if name == "duckdb":
        return weigh
    from tracte.lake import spark
    from tracte.people.linkage import distributed

    spark.shared()
    spark.session()
    return distributed.weigh


def people(
    con: duckdb.DuckDBPyConnection,
    tables: Sequence[str],
    model: Model,
    *,
    weigher: Weigher = weigh,
    least: float = 0.0,
    heed: float = 0.0,
    guarded: bool = False,
    together: Iterable[Pair] = (),
    never: Iterable[Pair] = (),
) -> Resolved:
    """Who is one person in one table, or across two.

    `guarded`: only pairs that the guard lets pass pull two records together; the others can but push them apart.
    `together`: pairs that are one person already; `never`: that cannot be. `heed`: bits from which `weighed` keeps all.
    """
    may = "may" if guarded else "true"
    found = con.execute(
        f"SELECT a, b, CASE WHEN {may} THEN w ELSE least(w, 0) END, {may} AND w >= ? "
        f"FROM {weigher(con, tables, model, least=min(least, heed, 0.0), guarded=guarded)}",
        [least],
    ).fetchall()
    known = {(a, b): w for a, b, w, _ in found}
    links = {(a, b): w for a, b, w, pulls in found if pulls} | dict.fromkeys(together, clustering.CAP)
    small, frozen = clustering.bounded(links)
    resolved = Resolved(frozen=frozen)
    missing = [pair for nodes in small if len(nodes) > 2 for pair in _missing(nodes, known)]
    known |= between(con, tables, model, missing, guarded=guarded)
    known |= dict.fromkeys(together, clustering.CAP)
    place = {node: number for number, nodes in enumerate(small) for node in nodes}
    inside = _by_place(known, place)
    apart = _by_place(dict.fromkeys(never, 0.0), place)
    for number, nodes in enumerate(small):
        for group in clustering.groups(nodes, inside[number], apart[number]):
            if len(group) > 1:
                members = set(group)
                resolved.groups.append(group)
                resolved.weights |= {pair: w for pair, w in inside[number].items() if members.issuperset(pair)}
    return resolved


def _by_place(pairs: dict[Pair, float], place: dict[int, int]) -> dict[int, dict[Pair, float]]:
    """The pairs that lie in one component, by component."""
    found: dict[int, dict[Pair, float]] = defaultdict(dict)
    for (a, b), weight in pairs.items():
        if (number := place.get(a)) is not None and place.get(b) == number:
            found[number][a, b] = weight
    return found


def _missing(nodes: list[int], known: dict[Pair, float]) -> list[Pair]:
    return [(a, b) for n, a in enumerate(nodes) for b in nodes[n + 1 :] if (a, b) not in known]


def between(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, pairs: list[Pair], *, guarded: bool = False
) -> dict[Pair, float]:
    """The match weight of any pairs, which blocking need not have proposed. `guarded` as in `people`."""
    if not pairs:
        return {}
    said = weights.expressions(model, "duckdb")
    total = " + ".join([repr(model.prior), *(bits for _, bits in said.values())])
    if guarded:
        may = _may({column: level for column, (level, _) in said.items()}, total, model)
        total = f"CASE WHEN {may} THEN {total} ELSE least({total}, 0) END"
    return {(a, b): w for a, b, w in compare(con, tables, model, pairs, total)}


def compare(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, pairs: list[Pair], *told: str
) -> list[tuple]:
    """(a, b, and what is asked of the rows `l` and `r`) for each pair."""
    dialects.teach(con)
    con.register("asked", pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}))
    found = con.execute(
        f"WITH known AS MATERIALIZED ({weights.rows(tables)}) "
        f"SELECT p.a, p.b, {', '.join(told)} FROM asked p JOIN known l ON l.unique_id = p.a "
        f"JOIN known r ON r.unique_id = p.b"
    ).fetchall()
    con.unregister("asked")
    return found
