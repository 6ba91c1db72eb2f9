"""The few words in which the engines differ. Conditions are written once, with `l.`, `r.` and `&&`."""

from __future__ import annotations

import re

import duckdb

_side = re.compile(r"\b([lr])\.(\w+)")
_overlap = re.compile(r"(\S+) && (\S+)")
_edits = re.compile(r"levenshtein\((\w+), (\w+)\) <= (\d+)")
_OVERLAPS = {"duckdb": r"list_has_any(\1, \2)", "spark": r"arrays_overlap(\1, \2)", "postgres": r"\1 && \2"}


_splink = re.compile(r"\b(\w+)_([lr])\b")
_has_any = re.compile(r"list_has_any\(([^,]+), ([^)]+)\)")


def rowwise(condition: str, dialect: str) -> str:
    """A condition of a stored model (Splink's, DuckDB's words) over two rows `l` and `r`."""
    if dialect == "postgres":
        condition = _edits.sub(r"tracte_near(\1, \2, \3)", condition)
    return _splink.sub(r"\2.\1", _has_any.sub(_OVERLAPS[dialect], condition))


def translated(condition: str, dialect: str) -> str:
    """A condition of a stored model in the words of another engine, for Splink there."""
    return _has_any.sub(_OVERLAPS[dialect], condition)


def pairwise(condition: str, dialect: str) -> str:
    """A condition over the pairs that Splink makes, with columns `given_l`, `given_r`."""
    return _side.sub(r"\2_\1", _overlap.sub(_OVERLAPS[dialect], condition))


_ALONE = "".join(map(chr, [*range(1, 32), *range(65, 91)]))  # never in a column, but for capitals of identifiers


def teach(con: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB's Levenshtein count letters, as PostgreSQL and Spark do: its own counts bytes, so that one other
    letter of Greek or Arabic would be two. Letters that are not ASCII become one byte each, for this pair alone (the
    first 57 different ones)."""
    letters = "array_to_string(list_distinct(regexp_extract_all(x || y, '[^\\x00-\\x7f]')), '')"
    alone = " || ".join(f"chr({ord(letter)})" for letter in _ALONE)
    con.execute(
        f"CREATE OR REPLACE MACRO levenshtein(x, y) AS CASE WHEN strlen(x) = length(x) AND strlen(y) = length(y) "
        f"THEN system.main.levenshtein(x, y) ELSE system.main.levenshtein("
        f"translate(x, {letters}, {alone}), translate(y, {letters}, {alone})) END"
    ).fetchall()
