"""Who lives together and what they are called: surnames inherited, twins, a father and a son of the same name."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import NamedTuple

from tracte.config.demo.names import (
    COMMUNITIES,
    cohort,
    community,
    native_given,
    native_surname,
    skewed,
    staff,
    twin_pairs,
)

YEAR = 2026
NAMESAKES = 0.03  # of the families: the eldest bears the parent's name
TWINS = 0.035  # of the families with two children or more
_NAMES, _SHARES = list(COMMUNITIES), list(COMMUNITIES.values())


class Kin(NamedTuple):
    """A member of a household before they have numbers. `twin` is 1 or 2 for twins."""

    given: str
    surname: str
    surname2: str
    sex: str
    born: dt.date
    community: str
    twin: int = 0
    heir: bool = False  # bears the given name of a parent on purpose


def household(rng: Random, kind: str) -> list[Kin]:
    """The members of a new household of that kind, eldest generation first."""
    members, taken = [], set()
    for kin in _MAKERS[kind](rng, rng.choices(_NAMES, _SHARES)[0]):
        while kin.given in taken and not kin.heir:
            kin = kin._replace(given=_given(rng, kin.community, kin.sex, kin.born.year))
        taken.add(kin.given)
        members.append(kin)
    return members


def _born(rng: Random, age: float) -> dt.date:
    return dt.date(YEAR, 1, 1) - dt.timedelta(days=int(age * 365.25) + int(rng.random() * 365))


def _given(rng: Random, where: str, sex: str, year: int) -> str:
    if where == "native":
        return native_given(rng, sex, year)
    return skewed(rng, community(where).given[sex, cohort(year)])


def _surnames(rng: Random, where: str) -> tuple[str, str]:
    if where == "native":
        return native_surname(rng), native_surname(rng)
    own = community(where)
    return skewed(rng, own.surnames), skewed(rng, own.surnames) if own.two_surnames else ""


def _sex(rng: Random) -> str:
    return "female" if rng.random() < 0.51 else "male"


def _adult(rng: Random, where: str, age: float, sex: str = "", surnames: tuple[str, str] | None = None) -> Kin:
    """Somebody whose name no member of the staff bears."""
    sex, born, surnames = sex or _sex(rng), _born(rng, age), surnames or _surnames(rng, where)
    given = _given(rng, where, sex, born.year)
    while f"{given} {surnames[0]}" in staff():
        given = _given(rng, where, sex, born.year)
    return Kin(given, *surnames, sex, born, where)


def _single(rng: Random, where: str) -> list[Kin]:
    return [_adult(rng, where, 20 + 72 * rng.random() ** 0.8)]


def _couple(rng: Random, where: str, low: int = 24, high: int = 90) -> list[Kin]:
    age = low + (high - low) * rng.random()
    other = where if rng.random() < 0.92 else rng.choices(_NAMES, _SHARES)[0]
    one = _adult(rng, where, age, "male")
    two = _adult(rng, other, max(19.0, age - 6 + 10 * rng.random()), "female" if rng.random() < 0.96 else "male")
    return [one, two]


def _family(rng: Random, where: str) -> list[Kin]:
    parents = _couple(rng, where, 27, 63)
    return parents + _children(rng, parents, 1 + int(2.6 * rng.random() ** 1.2))


def _single_parent(rng: Random, where: str) -> list[Kin]:
    parent = _adult(rng, where, 26 + 34 * rng.random(), "female" if rng.random() < 0.82 else "male")
    absent = _surnames(rng, where)[0]
    return [parent, *_children(rng, [parent], 1 + int(2 * rng.random() ** 1.5), absent)]


def _three_generations(rng: Random, where: str) -> list[Kin]:
    """The grandmother is the mother's mother: her first surname is the mother's second."""
    family = _family(rng, where)
    mother = family[1]
    age = YEAR - mother.born.year + 22 + 14 * rng.random()
    _, second = _surnames(rng, mother.community)
    grandmother = _adult(rng, mother.community, min(age, 97), "female", (mother.surname2 or mother.surname, second))
    return [*family, grandmother]


def _flatmates(rng: Random, where: str) -> list[Kin]:
    others = [
        where if rng.random() < 0.5 else rng.choices(_NAMES, _SHARES)[0] for _ in range(1 + int(3 * rng.random()))
    ]
    return [_adult(rng, one, 19 + 22 * rng.random() ** 1.4) for one in (where, *others)]


def _grown_twins(rng: Random, where: str) -> list[Kin]:
    return _twins(rng, _surnames(rng, where), _born(rng, 18 + 50 * rng.random()), where)


def _twins(rng: Random, surnames: tuple[str, str], born: dt.date, where: str) -> list[Kin]:
    """Same birth date and surnames; half of the pairs have given names that clerks mix up."""
    if where == "native" and rng.random() < 0.5:
        given, sex = list(twin_pairs()[int(rng.random() * len(twin_pairs()))]), ""
    else:
        sex = _sex(rng)
        given = [_given(rng, where, sex, born.year) for _ in range(2)]
    while given[0] == given[1] or any(f"{name} {surnames[0]}" in staff() for name in given):
        given = [_given(rng, where, sex or "female", born.year) for _ in range(2)]
    return [Kin(name, *surnames, sex or "female", born, where, place) for place, name in enumerate(given, 1)]


def _children(rng: Random, parents: list[Kin], count: int, absent: str = "") -> list[Kin]:
    """Up to 30 years old. `absent` is the surname of a parent who lives elsewhere."""
    eldest_age = min(YEAR - parent.born.year for parent in parents) - 21 - 14 * rng.random()
    ages = [age for age in (min(eldest_age, 30) - 3.2 * place for place in range(count)) if age >= 0]
    surnames, where = _inherited(rng, parents, absent), parents[0].community
    if len(ages) > 1 and rng.random() < TWINS:
        return _twins(rng, surnames, _born(rng, ages[0]), where) + [
            _adult(rng, where, age, "", surnames) for age in ages[2:]
        ]
    children = [_adult(rng, where, age, "", surnames) for age in ages]
    if children and rng.random() < NAMESAKES:
        elder = next((parent for parent in parents if parent.sex == children[0].sex), parents[0])
        children[0] = children[0]._replace(given=elder.given, sex=elder.sex, heir=True)
    return children


def _inherited(rng: Random, parents: list[Kin], absent: str) -> tuple[str, str]:
    first, second = parents[0].surname, parents[1].surname if len(parents) > 1 else absent
    if (len(parents) == 1 and rng.random() < 0.75) or rng.random() < 0.07:
        first, second = second, first
    both = any(parent.community in ("native", "latin") for parent in parents)
    return first, second if both else ""


_MAKERS = {
    "single": _single, "couple": _couple, "family": _family, "single_parent": _single_parent,
    "three_generations": _three_generations, "flatmates": _flatmates, "twins": _grown_twins,
}  # fmt: skip
