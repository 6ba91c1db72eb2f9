"""A model written as SQL: the match weight of two rows, comparison by comparison, in the words of any engine.

Beside two rows it needs the relative frequency of the values they share: `tf_given` and so on, in each row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracte.people.linkage import dialects
from tracte.people.linkage.model import Model, weight

POSTGRES = "postgres"


def expressions(model: Model, dialect: str) -> dict[str, tuple[str, str]]:
    """column -> (number of the level, weight in bits), two expressions over rows `l` and `r`. Unknown: -1 and 0."""
    return {
        comparison["output_column_name"]: (
            _case(comparison, dialect, of=_number),
            _case(comparison, dialect, of=_weight),
        )
        for comparison in model.comparisons
    }


def frequencies(model: Model) -> list[str]:
    """The columns whose agreement weighs more when the value is rare."""
    return [
        comparison["output_column_name"]
        for comparison in model.comparisons
        if any(level.get("tf_adjustment_column") for level in comparison["comparison_levels"])
    ]


def _case(comparison: dict[str, Any], dialect: str, of: Callable[..., str]) -> str:
    levels = comparison["comparison_levels"]
    last = len(levels) - 2 if levels[0].get("is_null_level") else len(levels) - 1
    branches, place = [], last
    for level in levels:
        number = -1 if level.get("is_null_level") else place
        place -= not level.get("is_null_level")
        told = of(level, number, dialect, levels)
        if level["sql_condition"] == "ELSE":
            branches.append(f"ELSE {told}")
        else:
            branches.append(f"WHEN {dialects.rowwise(level['sql_condition'], dialect)} THEN {told}")
    return f"CASE {' '.join(branches)} END"


def _number(level: dict, number: int, dialect: str, levels: list[dict]) -> str:
    return str(number)


def _weight(level: dict, number: int, dialect: str, levels: list[dict]) -> str:
    """Bits of a level; the adjustment is that of Splink: log2 of how much rarer the value is than agreement in all."""
    if level.get("is_null_level"):
        return _float("0", dialect)
    bits = _float(repr(weight(level)), dialect)
    column = level.get("tf_adjustment_column")
    if not column:
        return bits
    exact = next(one for one in levels if not one.get("is_null_level"))
    share = f"greatest(coalesce(l.tf_{column}, r.tf_{column}), coalesce(r.tf_{column}, l.tf_{column}))"
    rarer = f"{_float(repr(exact['u_probability']), dialect)} / {share}"
    return f"{bits} + {level['tf_adjustment_weight']} * coalesce({_log2(rarer, dialect)}, {_float('0', dialect)})"


def _float(number: str, dialect: str) -> str:
    return f"{number}::float8" if dialect == POSTGRES else f"CAST({number} AS DOUBLE)"


def _log2(number: str, dialect: str) -> str:
    return f"(ln({number}) / {_LN2}::float8)" if dialect == POSTGRES else f"log2({number})"


_LN2 = "0.69314718055994530942"
