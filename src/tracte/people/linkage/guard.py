"""What no weight can outvote. A model takes its comparisons for independent; a household shows that they are not.

Telephone, address, surname and postcode belong to a family as much as to a person. So a pair is linked by itself only
when the given names are one, no birth date or document differs, and something besides the name agrees: a document, a
telephone, an address, a birth date; a postcode or a town, or nothing at all, only for a name that hardly anybody else
can bear there, or anywhere.

`levels`: of each comparison (-1 unknown, 0 different); `weight`: that of the whole pair, in bits, prior included; and
what else the two rows tell (`circumstances`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

UNKNOWN, DIFFERENT = -1, 0
NAME = "given"
NEVER_DIFFERENT = ("born", "documents", "national_id")
ONE_NAME, REACHED = "one_name", "reached"
RARE = {  # so few others may bear that name: with one surname in that place, the whole name there, or anywhere
    "rare_here": ("others_here", 0.06),
    "whole_rare_here": ("others_whole_here", 0.05),
    "whole_rare": ("others_whole", 0.06),
}
CIRCUMSTANCES = (ONE_NAME, REACHED, *RARE)
BESIDES = (  # column -> least level; one of these must hold
    {"documents": 1},
    {"national_id": 2},
    {"phones": 1},
    {"emails": 1},
    {"born": 3},
    {"postcode": 3, "rare_here": 1},
    {"postcode": 3, "sur2": 1, "whole_rare_here": 1},
    {"place": 1, "sur1": 1, "sur2": 1, "whole_rare_here": 1},
    {"place": 1, "sur1": 4, "rare_here": 1},
    {"sur1": 3, "sur2": 3, "whole_rare": 1, REACHED: 1},
)
MOST_BY_NAME = 4  # records that a name and a place move: two who are both well known are for people to join
OWN = ("documents", "national_id", "phones", "emails", "born")
SLIPS = (1, 4)  # levels of the given name where a slip of the pen or of the ear may be, or another name
RARER, SELDOM = 50, 3  # a slip is so many times rarer than the name, or was met so seldom


def holds(levels: Mapping[str, float]) -> bool:
    """May a pair be linked without a human? Circumstances that are not told are taken for good."""
    told = {**dict.fromkeys(CIRCUMSTANCES, 1), **levels}
    return (
        told.get(NAME, UNKNOWN) > DIFFERENT
        and told[ONE_NAME] > 0
        and all(told.get(column, UNKNOWN) != DIFFERENT for column in NEVER_DIFFERENT)
        and any(all(told.get(column, UNKNOWN) >= least for column, least in each.items()) for each in BESIDES)
    )


def is_by_name(levels: Mapping[str, float]) -> bool:
    """Does nothing of their own agree but what they are called, and where they live?"""
    return all(
        levels.get(column, UNKNOWN) < least for each in BESIDES for column, least in each.items() if column in OWN
    )


def condition(levels: Mapping[str, str], weight: str) -> str:
    """The same as SQL. `levels`: an expression of each comparison's level, and of each circumstance; `weight`: one of
    the whole weight."""
    if NAME not in levels:
        return "false"
    columns = {**levels, "weight": weight}
    never = [f"({columns[column]}) <> {DIFFERENT}" for column in (*NEVER_DIFFERENT, ONE_NAME) if column in columns]
    besides = [
        " AND ".join(f"({columns[column]}) >= {least}" for column, least in each.items())
        for each in BESIDES
        if each.keys() <= columns.keys()
    ]
    return " AND ".join([f"({columns[NAME]}) > {DIFFERENT}", *never, f"({' OR '.join(besides) or 'false'})"])


def circumstances(levels: Mapping[str, str], told: Callable[[str, str], str], records: int) -> dict[str, str]:
    """What two rows `l` and `r` tell beside the levels: name -> SQL that is 1 or 0. Two usual names are two names,
    however alike: Marta and Maria. `levels`: an expression of each comparison's level; `told`: of (what, side), what
    that row tells of how frequent its name is (`frequencies`); `records`: how many there were to count."""
    seen = [f"coalesce({told('share_given', side)}, {1 / max(records, 1)!r})" for side in "lr"]
    rare, usual = f"least({', '.join(seen)})", f"greatest({', '.join(seen)})"
    spelt = "length(l.given) > 1 AND length(r.given) > 1"  # an initial is no name
    found = {
        ONE_NAME: f"({levels[NAME]}) NOT IN {SLIPS} OR {rare} * {RARER} <= {usual} OR {rare} * {records} <= {SELDOM}",
        REACHED: " AND ".join(
            f"({' OR '.join(f'{side}.{column} IS NOT NULL' for column in ('documents', 'phones', 'emails'))})"
            for side in "lr"
        ),
    }
    for name, (others, few) in RARE.items():
        borne = " AND ".join(f"{told(others, side)} <= {few}" for side in "lr")
        known = "".join(f" AND NOT {told('namesakes', side)}" for side in "lr") if others == "others_here" else ""
        found[name] = f"{spelt} AND {borne}{known}"
    return {name: f"(CASE WHEN {holds} THEN 1 ELSE 0 END)" for name, holds in found.items()}
