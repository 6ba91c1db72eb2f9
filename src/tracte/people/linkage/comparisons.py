"""How two records are compared, column by column: levels from the same to different, each with words for a reader.

The conditions are SQL that every engine reads the same way: `l` and `r` are the two records, `&&` is an overlap of
lists. What a level weighs is not written here: training finds it (`training`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

ELSE = "ELSE"


@dataclass(frozen=True)
class Level:
    """One answer to a comparison. `{c}` in the condition is the column; `rare` adjusts by how frequent the value is."""

    label: str
    condition: str
    rare: bool = False
    fixed_m: float | None = None
    fixed_u: float | None = None
    needs: tuple[str, ...] = ()  # columns without which the level cannot be asked


@dataclass(frozen=True)
class Comparison:
    """A column (with those it needs beside it) and its levels, strictest first. Either one unknown says nothing."""

    column: str
    levels: tuple[Level, ...]
    needs: tuple[str, ...] = ()


SAME = "l.{c} = r.{c}"
NEVER_BY_CHANCE = 1e-7  # chance that two different people bear one identifier that is given to one only


def edits(most: int, column: str = "{c}") -> str:
    return f"levenshtein(l.{column}, r.{column}) <= {most}"


def holds(whole: str, part: str) -> str:
    """The words of one given name are in the other: Àngels in Maria dels Àngels, Pep in Josep Maria."""
    return f"position(' ' || {part}.given_root || ' ' IN ' ' || {whole}.given_root || ' ') > 0"


INITIAL = "(length(l.given) = 1 OR length(r.given) = 1) AND substr(l.given, 1, 1) = substr(r.given, 1, 1)"
BY_INITIAL = (0.05, 0.005)  # m, u: of a true pair it always fits, of strangers one in ten; how often one is written
# at all, which is what would be learnt, says nothing of who it is
SWAPPED_1 = "l.sur1 = r.sur2 OR l.sur2 = r.sur1"
SWAPPED_2 = "l.sur1 = r.sur2 AND l.sur2 = r.sur1"
LOOSE = "levenshtein(l.{c}, r.{c}) * 4 <= length(l.{c}) + length(r.{c})"


def _surname(column: str, swapped: str) -> Comparison:
    return Comparison(
        column,
        (
            Level("same", SAME, rare=True),
            Level("swapped", swapped, needs=("sur1", "sur2")),
            Level("one letter", edits(1)),
            Level("alike", f"{edits(2)} OR l.{column}_sound = r.{column}_sound"),
            Level("different", ELSE),
        ),
        needs=(f"{column}_sound",),
    )


def _plain(column: str, *, loose: bool) -> Comparison:
    levels: tuple[Level, ...] = (Level("same", SAME, rare=True), Level("one letter", edits(1)))
    if loose:
        levels += (Level("alike", LOOSE),)
    return Comparison(column, (*levels, Level("different", ELSE)))


def _reached(column: str) -> Comparison:
    return Comparison(column, (Level("same", "l.{c} && r.{c}"), Level("different", ELSE)))


ALL = (
    Comparison(
        "given",
        (
            Level("same", SAME, rare=True),
            Level("nickname", "l.given_root = r.given_root"),
            Level("one letter", edits(1)),
            Level("part", f"{holds('l', 'r')} OR {holds('r', 'l')}"),
            Level("initial", INITIAL, fixed_m=BY_INITIAL[0], fixed_u=BY_INITIAL[1]),
            Level("alike", f"{edits(2)} OR l.given_sound = r.given_sound"),
            Level("different", ELSE),
        ),
        needs=("given_root", "given_sound"),
    ),
    _surname("sur1", SWAPPED_1),
    _surname("sur2", SWAPPED_2),
    Comparison(
        "born",
        (
            Level("same", SAME),
            Level("one digit", f"{edits(1)} OR l.born = r.born_swapped"),
            Level("two digits", edits(2)),
            Level("within a year", "abs(l.born_day - r.born_day) <= 366"),
            Level("different", ELSE),
        ),
        needs=("born_swapped", "born_day"),
    ),
    Comparison(
        "national_id",
        (Level("same", SAME, fixed_u=NEVER_BY_CHANCE), Level("one letter", edits(1)), Level("different", ELSE)),
    ),
    _plain("phone", loose=False),
    _plain("email", loose=True),
    Comparison("documents", (Level("same", "l.{c} && r.{c}", fixed_u=NEVER_BY_CHANCE), Level("different", ELSE))),
    _reached("phones"),
    _reached("emails"),
    Comparison(
        "postcode",
        (
            Level("same", SAME, rare=True),
            Level("one letter", edits(1)),
            Level("same area", "substr(l.{c}, 1, 3) = substr(r.{c}, 1, 3)"),
            Level("different", ELSE),
        ),
    ),
    Comparison("place", (Level("same", SAME, rare=True), Level("different", ELSE))),
    _plain("address", loose=True),
    _plain("locality", loose=True),
    _plain("birth_place", loose=True),
    _plain("region", loose=False),
    _plain("sex", loose=False),
    _plain("occupation", loose=True),
    _plain("text", loose=True),
)


RARE = frozenset(c.column for c in ALL if any(level.rare for level in c.levels))  # whose shares are counted


def available(columns: Collection[str]) -> Iterator[Comparison]:
    """The comparisons that a table with these columns allows."""
    for comparison in ALL:
        if {comparison.column, *comparison.needs} <= set(columns):
            levels = tuple(level for level in comparison.levels if set(level.needs) <= set(columns))
            yield replace(comparison, levels=levels)
