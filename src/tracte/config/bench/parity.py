"""`weights_parity`: one model, one pair, the same weight in every engine: the largest difference, in bits.

PostgreSQL weighs newcomers as they come (`people.weighing`); Splink on DuckDB says its own match weight of the same
pairs; `weights.expressions` says it in the words of DuckDB and of Spark.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path

import duckdb
import pyarrow as pa

from tracte.config.bench import Figure, figure
from tracte.config.bench.beside import asking, newcomers
from tracte.config.bench.town import RECORDS, Town, database, town
from tracte.people.linkage import resolving, weights
from tracte.people.linkage.model import Model

NEWEST, ENOUGH, GATE = int(os.environ.get("TRACTE_BENCH_PARITY", "4000")), 1000, 1e-9
Pair = tuple[int, int]
Weights = dict[Pair, float]


def measure(_: dict[str, Figure]) -> Figure:
    from tracte.core import tenancy

    where = town()
    model = where.model.learnt
    with database(where.records) as con:
        with tenancy.acting_for(where.administration):
            live, left_out = _live(con, where)
        pairs = list(live)
        told: dict[str, Weights | str] = {
            "splink": _splink(con, "records", model),
            "duckdb": resolving.between(con, ["records"], model, pairs),
            "spark": _spark(con, "records", model, pairs),
        }
    apart = {name: differences(live, said) for name, said in told.items() if not isinstance(said, str)}
    worst = max(found for found, _ in apart.values())
    found = figure(
        worst,
        "bits",
        "limit",
        1.0,
        GATE,
        at_least=False,
        pairs=len(pairs),
        records=RECORDS,
        left_out=left_out,
        differences={name: said if isinstance(said, str) else apart[name] for name, said in told.items()},
        also={f"{name} told": not isinstance(said, str) for name, said in told.items()}
        | {f"{ENOUGH} pairs or more": len(pairs) >= min(ENOUGH, RECORDS // 100)}
        | {"every engine weighs every pair": all(count == len(pairs) for _, count in apart.values())},
    )
    return {**found, "value": worst, "ratio": worst}  # not rounded away


def differences(live: Weights, said: Weights) -> tuple[float, int]:
    """The largest difference in bits, and over how many pairs."""
    both = live.keys() & said.keys()
    return max((abs(live[pair] - said[pair]) for pair in both), default=0.0), len(both)


def _live(con: duckdb.DuckDBPyConnection, where: Town) -> tuple[Weights, int]:
    """The pairs of those who came last, as PostgreSQL weighs them, by their numbers in the table. A shared telephone
    is compared by neither engine, but each has its own rule of who shares it: such records are left out, and counted."""
    from tracte.core import sql
    from tracte.people import by_model, recognise, weighing

    number = dict(con.execute("SELECT id::VARCHAR, unique_id FROM records").fetchall())
    newest = con.execute(f"SELECT id::VARCHAR FROM records ORDER BY id DESC LIMIT {NEWEST}").fetchall()
    recognise.lock()
    asked = [uuid.UUID(id_).bytes for (id_,) in newest]
    found = weighing.weigh(asked, where.model.learnt, where.model.id, least=by_model.WORST)
    sharing = sql.rows(
        "SELECT c.record_id FROM people_recordidentifier c JOIN people_identifier i ON i.id = c.identifier_id "
        "WHERE i.state = 'shared'",
        ids_as_bytes=True,
    )
    out = {record for (record,) in sharing}
    kept = [one for one in found if not {one.newcomer, one.record} & out]
    pairs = {tuple(sorted(number[str(uuid.UUID(bytes=i))] for i in (one.newcomer, one.record))): one for one in kept}
    return {(a, b): one.weight for (a, b), one in pairs.items()}, len(found) - len(kept)


def _splink(con: duckdb.DuckDBPyConnection, name: str, model: Model) -> Weights:
    """Splink's own match weight of those who came last with everybody."""
    api, ask = asking(con, name, model)
    frame = newcomers(con, api, f"SELECT * FROM {name} ORDER BY id DESC LIMIT {NEWEST}")
    said = con.execute(
        f"SELECT least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r), match_weight "
        f"FROM {ask(frame, None).physical_name} WHERE unique_id_l <> unique_id_r"
    ).fetchall()
    return {(a, b): weight for a, b, weight in said}


def _spark(con: duckdb.DuckDBPyConnection, name: str, model: Model, pairs: list[Pair]) -> Weights | str:
    """The same pairs, from Parquet, in Spark; or why not."""
    try:
        from tracte.lake.spark import session
    except ImportError as error:
        return f"not measured: {error}"
    try:
        said = weights.expressions(model, "spark")
        with tempfile.TemporaryDirectory() as directory, session() as spark:
            _write(con, name, model, pairs, Path(directory))
            for table in ("known", "pairs"):
                spark.read.parquet(f"{directory}/{table}.parquet").createOrReplaceTempView(table)
            total = " + ".join([f"CAST({model.prior!r} AS DOUBLE)", *(bits for _, bits in said.values())])
            rows = spark.sql(
                f"SELECT p.a, p.b, {total} AS w FROM pairs p JOIN known l ON l.unique_id = p.a "
                f"JOIN known r ON r.unique_id = p.b"
            ).collect()
            return {(row.a, row.b): row.w for row in rows}
    except Exception as error:
        return f"not measured: {' '.join(str(error).split())[:200]}"


def _write(con: duckdb.DuckDBPyConnection, name: str, model: Model, pairs: list[Pair], folder: Path) -> None:
    """The records of these pairs, with how frequent their values are among all; and the pairs."""
    con.register("pairs", pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}))
    con.execute(f"COPY pairs TO '{folder / 'pairs.parquet'}'").fetchall()
    lists = ", ".join(f"{column}::VARCHAR[] AS {column}" for column in ("documents", "phones", "emails"))
    con.execute(
        f"COPY (SELECT * REPLACE ({lists}) FROM {name} "
        f"WHERE unique_id IN (SELECT a FROM pairs UNION SELECT b FROM pairs)) TO '{folder / 'known.parquet'}'"
    ).fetchall()
    con.unregister("pairs")
