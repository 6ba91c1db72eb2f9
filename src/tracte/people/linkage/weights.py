"""A model written as SQL: the match weight of two rows, comparison by comparison, in the words of any engine.

Beside two rows it needs how frequent the values are that they share: `share_given` and so on (`frequencies`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tracte.people.linkage import dialects
from tracte.people.linkage.model import Model, weight

POSTGRES = "postgres"


def share(column: str, side: str = "l") -> str:
    """How frequent the value is, where the rows carry it; of one that both have, either row says the same."""
    return f"{side}.share_{column}"


def expressions(model: Model, dialect: str) -> dict[str, tuple[str, str]]:
    """column -> (number of the level, weight in bits), two expressions over rows `l` and `r`. Unknown: -1 and 0."""
    return {
        comparison["output_column_name"]: (
            _case(comparison, dialect, lambda level, number: str(number)),
            _case(comparison, dialect, lambda level, number: _weight(level, comparison, dialect, share)),  # noqa: B023
        )
        for comparison in model.comparisons
    }


def bits(model: Model, dialect: str, level: Callable[[str], str], share: Callable[[str], str]) -> dict[str, str]:
    """column -> weight in bits, where the levels are told already: `level` and `share` of a column are expressions of
    the number of its level, and of how frequent the value is."""
    found = {}
    for comparison in model.comparisons:
        column = comparison["output_column_name"]
        told = " ".join(
            f"WHEN {number} THEN {_weight(each, comparison, dialect, lambda name, _: share(name))}"
            for name, number, each in model.levels()
            if name == column
        )
        found[column] = f"CASE {level(column)} {told} ELSE {_float('0', dialect)} END"
    return found


def frequencies(model: Model) -> list[str]:
    """The columns whose agreement weighs more when the value is rare."""
    return [
        comparison["output_column_name"]
        for comparison in model.comparisons
        if any(level.get("tf_adjustment_column") for level in comparison["comparison_levels"])
    ]


def told(what: str, side: str) -> str:
    """What a row carries of how frequent its name is (`frequencies`)."""
    return f"{side}.{what}"


def rows(tables: Sequence[str]) -> str:
    """DuckDB's query for the rows of all tables, each with `side`, the number of its table."""
    return " UNION ALL BY NAME ".join(f"SELECT {side} AS side, * FROM {table}" for side, table in enumerate(tables))


def _case(comparison: dict[str, Any], dialect: str, told: Callable[[dict[str, Any], int], str]) -> str:
    levels = comparison["comparison_levels"]
    number = sum(not level.get("is_null_level") for level in levels) - 1
    branches = []
    for level in levels:
        if level.get("is_null_level"):
            said = told(level, -1)
        else:
            said = told(level, number)
            number -= 1
        condition = level["sql_condition"]
        branches.append(
            f"ELSE {said}" if condition == "ELSE" else f"WHEN {dialects.rowwise(condition, dialect)} THEN {said}"
        )
    return f"CASE {' '.join(branches)} END"


def _weight(level: dict[str, Any], comparison: dict[str, Any], dialect: str, share: Callable[[str, str], str]) -> str:
    """Bits of a level; the adjustment is that of Splink: log2 of how much rarer the value is than agreement in all."""
    if level.get("is_null_level"):
        return _float("0", dialect)
    bits = _float(repr(weight(level)), dialect)
    column = level.get("tf_adjustment_column")
    if not column:
        return bits
    exact = next(one for one in comparison["comparison_levels"] if not one.get("is_null_level"))
    rarer = f"{_float(repr(exact['u_probability']), dialect)} / {share(column, 'l')}"
    return f"{bits} + {level['tf_adjustment_weight']} * coalesce({_log2(rarer, dialect)}, {_float('0', dialect)})"


def _float(number: str, dialect: str) -> str:
    return f"{number}::float8" if dialect == POSTGRES else f"CAST({number} AS DOUBLE)"


def _log2(number: str, dialect: str) -> str:
    return f"(ln({number}) / {_LN2}::float8)" if dialect == POSTGRES else f"log2({number})"


_LN2 = "0.69314718055994530942"
