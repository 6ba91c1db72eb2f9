"""Block and weigh on Spark, for what one machine cannot hold: the same model, the same rows, the same pairs.

DuckDB writes the rows once as Parquet, each with how frequent its values are; Spark lets them meet and weighs them in
one statement of its own SQL, and what is left (few pairs) comes back as Parquet. Splink can run on Spark too, but joins
rule by rule and makes a table of every step, which takes many times as long.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from tracte.lake import spark
from tracte.people.linkage import guard, weights
from tracte.people.linkage.model import Model

VIEW = "tracte_records"
ROW_GROUP = 20_480  # rows of what one task reads at least
_named = re.compile(r"\b[lr]\.(\w+)")


def weigh(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model, *, least: float, guarded: bool = False
) -> str:
    """As `resolving.weigh`: the name of a table (a, b, w, may). What is written meanwhile only its owner can read, and
    it is removed at the end. Raises NoSpark."""
    asked = statement(model, least, link=len(tables) > 1, guarded=guarded)
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


def statement(model: Model, least: float, *, link: bool, guarded: bool) -> str:
    """Spark's SQL for the pairs (a, b, w, may) that some blocking rule proposes, each once, at `least` bits."""
    said = weights.expressions(model, "spark")
    inner = {column: level for column, (level, _) in said.items()}
    if guarded:
        inner |= guard.circumstances(inner, weights.told, model.records)
    levels = {column: f"level_{column}" for column in inner}
    may = guard.condition(levels, "w") if guarded else "true"
    total = " + ".join([f"CAST({model.prior!r} AS DOUBLE)", *(bits for _, bits in said.values())])
    told = ", ".join(f"{level} AS {levels[column]}" for column, level in inner.items())
    keys = ", ".join(map(_keys, model.settings["blocking_rules_to_generate_predictions"], itertools.count()))
    apart = "x.a < y.a AND x.side <> y.side" if link else "x.a < y.a"
    return (
        f"WITH keyed AS (SELECT l.unique_id AS a, l.side AS side, explode(flatten(array({keys}))) AS key "
        f"FROM {VIEW} l), "
        f"met AS (SELECT DISTINCT x.a AS a, y.a AS b FROM keyed x JOIN keyed y ON x.key = y.key AND {apart}) "
        f"SELECT a, b, w, {may} AS may FROM (SELECT a, b, {total} AS w, {told} "
        f"FROM met JOIN {VIEW} l ON l.unique_id = a JOIN {VIEW} r ON r.unique_id = b) "
        f"WHERE w >= CAST({least!r} AS DOUBLE)"
    )


def _keys(rule: dict[str, Any], number: int) -> str:
    """The keys by which a row `l` meets others under one rule of the model, as an array: one join serves all rules.

    Splink wrote the rule: expressions that must be equal, joined by AND. What is unknown has no key (NULL); a list has
    one for each of its identifiers. Only e-mails can hold the separator, and they are a rule by themselves."""
    lists = rule.get("arrays_to_explode") or []
    equal = [one.strip("()").partition(" = ")[0] for one in rule["blocking_rule"].replace('"', "").split(" AND ")]
    key = f"concat('{number}', {', '.join(f'chr(31), {one}' for one in equal)})"
    if not lists:
        return f"array({key})"
    (column,) = lists
    one = re.sub(rf"\bl\.{column}\b", "one", key)
    return f"coalesce(transform(l.{column}, one -> {one}), array())"
