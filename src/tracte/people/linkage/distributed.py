"""Block and weigh on Spark, for what one machine cannot hold: the same model, the same rows, the same pairs.

DuckDB writes the rows once as Parquet, each with how frequent its values are; Spark lets them meet and weighs them in
the same statement in its own words (`pairs`), and what is left (few pairs) comes back as Parquet.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from tracte.lake import spark
from tracte.people.linkage import pairs, weights
from tracte.people.linkage.model import Model

VIEW = "tracte_records"
ROW_GROUP = 20_480  # rows of what one task reads at least
_named = re.compile(r"\b[lr]\.(\w+)")


def weigh(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, *, least: float, guarded: bool = False
) -> str:
    """As `resolving.weigh`: the name of a table (a, b, w, may). What is written meanwhile only its owner can read, and
    it is removed at the end. Raises NoSpark."""
    met = pairs.meeting(model, VIEW, dialect="spark", link=len(tables) > 1)
    asked = pairs.statement(model, VIEW, f"({met})", least, dialect="spark", guarded=guarded)
    with tempfile.TemporaryDirectory(prefix="tracte-", dir=spark.shared()) as made, spark.failing():
        folder = Path(made).resolve()
        _write(con, tables, set(_named.findall(asked)), folder / "records.parquet")
        session = spark.session()
        session.read.parquet((folder / "records.parquet").as_uri()).createOrReplaceTempView(VIEW)
        try:
            session.sql(asked).write.parquet((folder / "weighed").as_uri())
        finally:
            session.catalog.dropTempView(VIEW)
        con.execute("CREATE OR REPLACE TABLE weighed AS FROM read_parquet(?)", [f"{folder}/weighed/*.parquet"])
    return "weighed"


def _write(con: duckdb.DuckDBPyConnection, tables: Sequence[str], columns: set[str], file: Path) -> None:
    """The rows of all tables, with the columns that are asked for and no other. Spark has no UUID: it is text."""
    rows = weights.rows(tables)
    described = con.execute(f"DESCRIBE {rows}").fetchall()
    said = [f"{c}::VARCHAR[] AS {c}" if kind.endswith("[]") else c for c, kind, *_ in described if c in columns]
    con.execute(
        f"COPY (SELECT {', '.join(said)} FROM ({rows})) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
    )
