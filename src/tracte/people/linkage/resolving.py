"""A whole table at once: block, weigh, and part components into people. DuckDB does what is large, or Spark what is too
large for one machine (`distributed`): an engine proposes pairs and weighs them (`pairs`), and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import duckdb
import pyarrow as pa

from tracte.people.linkage import clustering, dialects, pairs, weights
from tracte.people.linkage.model import Model

KEPT = 2 / 3  # of the prior: what a pair inside a component does not have to make up for
Pair = tuple[int, int]  # unique_id of two records, the smaller first
Weigher = Callable[..., str]  # as `weigh`


@dataclass
class Resolved:
    """Groups of units that are one person, each unit named by its first record; of every two units of a group, the pair
    of records that agrees most and its weight (bits, prior included); and the records of components too large to be
    looked into (nothing of them is in a group)."""

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
    dialects.teach(con)
    rows = f"({weights.rows(tables)})"
    met = pairs.meeting(model, rows, dialect="duckdb", link=len(tables) > 1)
    con.execute(f"CREATE OR REPLACE TABLE met AS {met}").fetchall()  # its size, once known, tells how best to join
    asked = pairs.statement(model, rows, "met", least, dialect="duckdb", guarded=guarded)
    con.execute(f"CREATE OR REPLACE TABLE weighed AS {asked}").fetchall()
    return "weighed"


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
    unit: str = "unique_id",
    never: Iterable[Pair] = (),
) -> Resolved:
    """Who is one person in one table, or across two.

    `guarded`: only pairs that the guard lets pass pull two records together; the others can but push them apart.
    `unit`: the column in which records that are one person already say the same; `never`: pairs that cannot be one.
    `heed`: bits from which `weighed` keeps all.
    """
    weighed = weigher(con, tables, model, least=min(least, heed, 0.0), guarded=guarded)
    small, frozen = clustering.bounded(_links(con, tables, weighed, unit, least))
    resolved = Resolved(frozen=[_members(con, nodes) for nodes in frozen])
    apart = _units(con, never)
    for nodes, ties in _ties(con, tables, model, weighed, small, guarded):
        sums = {pair: tie.sum for pair, tie in ties.items()}
        sizes = {one: size for (a, b), tie in ties.items() for one, size in ((a, tie.size_a), (b, tie.size_b))}
        barred = [pair for pair in ties if pair in apart] if apart else []
        for group in clustering.groups(nodes, sums, barred, sizes):
            if len(group) > 1:
                members = set(group)
                resolved.groups.append(group)
                resolved.weights |= {t.best: t.weight for pair, t in ties.items() if members.issuperset(pair)}
    return resolved


def _links(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], weighed: str, unit: str, least: float
) -> dict[Pair, float]:
    """The units (table `units`) that some pair of their records pulls together, with the weight of the strongest."""
    con.execute(
        f"CREATE OR REPLACE TABLE units AS SELECT unique_id, min(unique_id) OVER (PARTITION BY {unit}) AS unit "
        f"FROM ({weights.rows(tables)})"
    )
    found = con.execute(
        f"SELECT least(x.unit, y.unit), greatest(x.unit, y.unit), max(w) FROM {weighed} "
        f"JOIN units x ON x.unique_id = a JOIN units y ON y.unique_id = b "
        "WHERE may AND w >= ? AND x.unit <> y.unit GROUP BY ALL",
        [least],
    ).fetchall()
    return {(a, b): w for a, b, w in found}


class Tie(NamedTuple):
    """What two units say of each other: the sum over all pairs of their records, which of these agrees most and its
    weight, and how many records each has."""

    sum: float
    best: Pair
    weight: float
    size_a: int
    size_b: int


def _ties(
    con: duckdb.DuckDBPyConnection,
    tables: Sequence[str],
    model: Model,
    weighed: str,
    small: list[list[int]],
    guarded: bool,
) -> Iterator[tuple[list[int], dict[Pair, Tie]]]:
    """Each component, with the tie of every two of its units. Blocking did not propose all pairs: the rest is weighed
    here.

    That nothing is known of a pair is not against it: of the prior, which speaks for strangers drawn at random and not
    for two who have a friend in common, a negative weight keeps a third."""
    _place(con, small)
    asked = pairs.weighing(model, "duckdb", guarded=guarded)
    rows, held = f"({weights.rows(tables)})", "place, one, other, a, b, size_a, size_b"
    dialects.teach(con)
    found = con.execute(
        f"""WITH pair AS MATERIALIZED (
        SELECT x.place, x.unit AS one, y.unit AS other, least(x.unique_id, y.unique_id) AS a,
        greatest(x.unique_id, y.unique_id) AS b, x.size AS size_a, y.size AS size_b
        FROM members x JOIN members y ON x.place = y.place AND x.unit < y.unit),
        rest AS (SELECT pair.*, {asked.told} FROM pair ANTI JOIN {weighed} USING (a, b)
        JOIN {rows} l ON l.unique_id = a JOIN {rows} r ON r.unique_id = b),
        said AS (SELECT {held}, w, may FROM pair JOIN {weighed} USING (a, b)
        UNION ALL SELECT {held}, w, {asked.may} FROM (SELECT *, {asked.total} AS w FROM rest)),
        held AS (SELECT *, CASE WHEN may THEN w ELSE least(w, 0) END AS v FROM said)
        SELECT place, one, other, sum(CASE WHEN v > 0 THEN least(v, {clustering.CAP})
        ELSE greatest(least(v - {model.prior * KEPT!r}, 0), -{clustering.CAP}) END), arg_max(a, (v, -a, -b)),
        arg_max(b, (v, -a, -b)), max(v), any_value(size_a), any_value(size_b) FROM held GROUP BY ALL ORDER BY place"""
    ).fetchall()
    for place, lines in itertools.groupby(found, key=itemgetter(0)):
        yield small[place], {(one, other): Tie(s, (a, b), w, n, m) for _, one, other, s, a, b, w, n, m in lines}


def _place(con: duckdb.DuckDBPyConnection, small: list[list[int]]) -> None:
    """Make the table `members`: each record of these components, with its unit and how many records that has."""
    places = pa.table(
        {"unit": [n for nodes in small for n in nodes], "place": [p for p, nodes in enumerate(small) for _ in nodes]}
    )
    con.register("places", places)
    con.execute(
        "CREATE OR REPLACE TABLE members AS SELECT place, units.unit AS unit, unique_id, "
        "count(*) OVER (PARTITION BY units.unit) AS size FROM units JOIN places ON places.unit = units.unit"
    )
    con.unregister("places")


def _members(con: duckdb.DuckDBPyConnection, units: list[int]) -> list[int]:
    """The records of these units."""
    found = con.execute("SELECT unique_id FROM units WHERE unit IN (SELECT unnest(?)) ORDER BY 1", [units]).fetchall()
    return [record for (record,) in found]


def _units(con: duckdb.DuckDBPyConnection, pairs: Iterable[Pair]) -> set[Pair]:
    """The units of these records."""
    told = list(pairs)
    asked = list({record for pair in told for record in pair})
    found = con.execute("SELECT unique_id, unit FROM units WHERE unique_id IN (SELECT unnest(?))", [asked]).fetchall()
    unit = dict(found)
    return {(min(unit[a], unit[b]), max(unit[a], unit[b])) for a, b in told}


def between(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, pairs: list[Pair]
) -> dict[Pair, float]:
    """The match weight of any pairs, which blocking need not have proposed."""
    said = weights.expressions(model, "duckdb")
    total = " + ".join([repr(model.prior), *(bits for _, bits in said.values())])
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
