"""Who meets whom, and what it weighs: a model as a statement over all rows, for DuckDB and for Spark.

Splink can do it too, but joins rule by rule and makes a table of every step: on DuckDB it takes half as long again, on
Spark many times as long.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from tracte.people.linkage import guard, weights
from tracte.people.linkage.model import Model


def statement(model: Model, rows: str, met: str, least: float, *, dialect: str, guarded: bool) -> str:
    """SQL for the pairs (a, b, w, may) of `met` (a, b), at `least` bits. `rows`: a relation of all rows; `may`: the
    guard, if asked, lets the pair be linked without a human."""
    asked = weighing(model, dialect, guarded=guarded)
    return (
        f"SELECT a, b, w, {asked.may} AS may FROM (SELECT *, {asked.total} AS w FROM (SELECT a, b, {asked.told} "
        f"FROM {met} JOIN {rows} l ON l.unique_id = a JOIN {rows} r ON r.unique_id = b) t) t "
        f"WHERE w >= CAST({least!r} AS DOUBLE)"
    )


class Weighing(NamedTuple):
    """What is asked of rows `l` and `r`, in steps: `told`, columns; from them `total`, the weight of the pair; from
    them and the weight, `w`, whether the guard lets it pass, `may`."""

    told: str
    total: str
    may: str


def weighing(model: Model, dialect: str, *, guarded: bool) -> Weighing:
    """Each condition is asked once: the bits follow from the level."""
    said = {column: level for column, (level, _) in weights.expressions(model, dialect).items()}
    told = {f"level_{column}": level for column, level in said.items()}
    told |= {f"share_{column}": weights.share(column) for column in weights.frequencies(model)}
    levels = {column: f"level_{column}" for column in said}
    if guarded and guard.NAME in said:  # without given names the guard lets nothing pass
        found = guard.circumstances(said, weights.told, model.records)
        told |= {f"level_{name}": expression for name, expression in found.items()}
        levels |= {name: f"level_{name}" for name in found}
    bits = weights.bits(model, dialect, "level_{}".format, "share_{}".format)
    return Weighing(
        ", ".join(f"{expression} AS {name}" for name, expression in told.items()),
        " + ".join([f"CAST({model.prior!r} AS DOUBLE)", *bits.values()]),
        guard.condition(levels, "w") if guarded else "true",
    )


def meeting(model: Model, rows: str, *, dialect: str, link: bool) -> str:
    """SQL for the pairs (a, b) that some blocking rule proposes, each once. `rows` with `side`, the number of the
    table."""
    apart = "x.a < y.a AND x.side <> y.side" if link else "x.a < y.a"
    keyed = KEYED[dialect](model.settings["blocking_rules_to_generate_predictions"], rows)
    return (
        f"WITH keyed AS ({keyed}) "
        f"SELECT DISTINCT x.a AS a, y.a AS b FROM keyed x JOIN keyed y ON x.key = y.key AND {apart}"
    )


def _duckdb(rules: list[dict[str, Any]], rows: str) -> str:
    """The keys (a, side, key) of each row under each rule. A key is a hash: two rows that meet by chance are weighed
    like any others."""
    asked = []
    for number, rule in enumerate(rules):
        equal, column = _equal(rule)
        if column:
            equal = [re.sub(rf"\bl\.{column}\b", "one", each) for each in equal]
        source = f"(SELECT l.*, unnest(l.{column}) AS one FROM {rows} l) l" if column else f"{rows} l"
        known = " AND ".join(f"{each} IS NOT NULL" for each in equal)
        asked.append(
            f"SELECT l.unique_id AS a, l.side AS side, hash({number}, {', '.join(equal)}) AS key "
            f"FROM {source} WHERE {known}"
        )
    return " UNION ALL ".join(asked)


def _spark(rules: list[dict[str, Any]], rows: str) -> str:
    """The same in one reading of the rows. What is unknown has no key (NULL). Only e-mails can hold the separator, and
    they are a rule by themselves."""
    keys = ", ".join(map(_spark_keys, rules, itertools.count()))
    return f"SELECT l.unique_id AS a, l.side AS side, explode(flatten(array({keys}))) AS key FROM {rows} l"


def _spark_keys(rule: dict[str, Any], number: int) -> str:
    """Of one rule, as an array: a list has a key for each of its identifiers."""
    equal, column = _equal(rule)
    key = f"concat('{number}', {', '.join(f'chr(31), {one}' for one in equal)})"
    if not column:
        return f"array({key})"
    one = re.sub(rf"\bl\.{column}\b", "one", key)
    return f"coalesce(transform(l.{column}, one -> {one}), array())"


KEYED: dict[str, Callable[[list[dict[str, Any]], str], str]] = {"duckdb": _duckdb, "spark": _spark}


def _equal(rule: dict[str, Any]) -> tuple[list[str], str]:
    """What of a row `l` must be equal under a rule, and the column of it that is a list, if one is. Splink wrote the
    rule: expressions joined by AND."""
    lists = rule.get("arrays_to_explode") or [""]
    parts = rule["blocking_rule"].replace('"', "").split(" AND ")
    return [part.strip("()").partition(" = ")[0] for part in parts], lists[0]
