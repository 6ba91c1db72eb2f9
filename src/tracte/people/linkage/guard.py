"""What no weight can outvote. A model takes its comparisons for independent; a household shows that they are not.

Telephone, address, surname and postcode belong to a family as much as to a person. So a pair is linked by itself only
when the given names agree in some form, no birth date or document differs, and something besides the name agrees: a
document, a telephone, an address, a birth date, a postcode; or the town, when both surnames agree as well, or the one
that is known is rare. `weight` is that of the whole pair, in bits, prior included.
"""

from __future__ import annotations

from collections.abc import Mapping

UNKNOWN, DIFFERENT = -1, 0
NAME = "given"
NEVER_DIFFERENT = ("born", "documents", "national_id")
BESIDES = (  # column -> least level; one of these must hold
    {"documents": 1},
    {"national_id": 2},
    {"phones": 1},
    {"emails": 1},
    {"born": 3},
    {"postcode": 3},
    {"place": 1, "sur1": 4, "sur2": 1},
    {"place": 1, "sur1": 1, "sur2": 4},
    {"place": 1, "sur1": 4, "weight": 12},
)


def holds(levels: Mapping[str, float]) -> bool:
    """May a pair with these levels (column -> level, -1 unknown, 0 different) be linked without a human?"""
    return (
        levels.get(NAME, UNKNOWN) > DIFFERENT
        and all(levels.get(column, UNKNOWN) != DIFFERENT for column in NEVER_DIFFERENT)
        and any(all(levels.get(column, UNKNOWN) >= least for column, least in each.items()) for each in BESIDES)
    )


def condition(levels: Mapping[str, str], weight: str) -> str:
    """The same as SQL. `levels`: column -> an expression of its level; `weight`: an expression of the whole weight."""
    columns = {**levels, "weight": weight}
    if NAME not in columns:
        return "false"
    never = [f"({columns[column]}) <> {DIFFERENT}" for column in NEVER_DIFFERENT if column in columns]
    besides = [
        " AND ".join(f"({columns[column]}) >= {least}" for column, least in each.items())
        for each in BESIDES
        if each.keys() <= columns.keys()
    ]
    return " AND ".join([f"({columns[NAME]}) > {DIFFERENT}", *never, f"({' OR '.join(besides) or 'false'})"])
