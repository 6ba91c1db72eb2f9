"""Which pairs are worth comparing: rules that true pairs meet at least once and strangers seldom.

A rule is a conjunction of columns that must be equal. A rule that would give too many pairs for the size of a table
(a locality with everybody in it) is left out; a value that too many records share is skipped by the live engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

Rule = tuple[str, ...]
# A whole name, whichever surname comes first: SQL of any engine.
NAMED = "CASE WHEN sur2 IS NOT NULL THEN given_root || '|' || least(sur1, sur2) || '|' || greatest(sur1, sur2) END"
LISTS = ("documents", "phones", "emails")

KEYS: tuple[Rule, ...] = (  # of an installation, live and in batch: at most seven, each an index (`surface`)
    ("documents",),
    ("phones",),
    ("emails",),
    ("born", "sur4"),
    ("born", "root3"),
    ("sur3", "root3", "place"),
    ("named",),
)

FILE_KEYS: tuple[Rule, ...] = (  # of a file, whatever columns it has: those that its size allows, cheapest first
    ("national_id",),
    ("phone",),
    ("email",),
    ("phones",),
    ("emails",),
    ("born", "sur4"),
    ("born", "given3"),
    ("born", "postcode"),
    ("given", "sur1"),
    ("sur1", "given3"),
    ("given", "sur4"),
    ("given_sound", "sur1_sound"),
    ("given_root", "sur1_sound"),
    ("postcode", "given3"),
    ("postcode", "sur4"),
    ("address", "given3"),
    ("address", "sur4"),
    ("address", "postcode"),
    ("born", "birth_place"),
    ("born", "locality"),
    ("born", "occupation"),
    ("post3", "given", "sur2_sound"),
    ("post3", "given3", "birth_year"),
    ("post3", "sur4", "birth_year"),
    ("given2", "sur1_2", "birth_year"),
    ("locality", "sur1"),
    ("locality", "given"),
    ("birth_place", "sur1"),
    ("birth_place", "given"),
    ("locality", "birth_year"),
    ("post3", "birth_year"),
    ("post3", "given3"),
    ("post3", "sur4"),
    ("text",),
    ("sur1",),
    ("given",),
    ("born",),
)
PARTS = {  # columns that rules alone need: the beginning of another
    "given3": ("given", 3),
    "root3": ("given_root", 3),
    "given2": ("given", 2),
    "sur4": ("sur1", 4),
    "sur3": ("sur1", 3),
    "sur1_2": ("sur1", 2),
    "post3": ("postcode", 3),
    "birth_year": ("born", 4),
}


def source(column: str) -> str:
    """The column that a rule's column is made of."""
    return PARTS.get(column, (column, 0))[0]


def expression(column: str, side: str) -> str:
    base, length = PARTS.get(column, (column, 0))
    return f"substr({side}.{base}, 1, {length})" if length else f"{side}.{base}"


def possible(rules: Iterable[Rule], columns: Collection[str]) -> list[Rule]:
    """The rules that a table with these columns allows."""
    return [rule for rule in rules if all(source(column) in columns for column in rule)]
