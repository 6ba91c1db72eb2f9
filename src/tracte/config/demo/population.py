"""The people of the demo in their homes: families, twins, flatmates; who shares what with whom."""

from __future__ import annotations

import datetime as dt
from random import Random

from tracte.config.demo import cast
from tracte.config.demo.contacts import equip
from tracte.config.demo.identifiers import Numbers
from tracte.config.demo.kinship import Kin, household
from tracte.config.demo.people import Home, Person
from tracte.config.demo.towns import some_door, some_town

FIRST_DAY, LAST_DAY = dt.date(2024, 5, 20), dt.date(2026, 11, 20)
MOVED = 0.09  # share of homes that moved within the months of the demo


def population(people: int, seed: int, first: dt.date = FIRST_DAY, last: dt.date = LAST_DAY) -> list[Person]:
    """Exactly `people` persons, numbered from 1, Mercè first; `home.members` has those who live together.

    Moves and changed numbers fall between `first` and `last`. Raises ValueError when there is no room for the cast.
    """
    if people < cast.SIZE:
        raise ValueError(f"people: at least {cast.SIZE}, the cast needs that many; you asked for {people}")
    rng, numbers = Random(f"population {seed}"), Numbers(seed, cast.TAKEN)
    everybody = cast.people()
    emails = {person.email for person in everybody}
    homes = everybody[-1].home.number
    while len(everybody) < people:
        homes += 1
        home = _home(rng, homes, numbers, first, last)
        kin = household(rng, home.kind)[: people - len(everybody)]
        home.members = [_person(len(everybody) + place, home, one) for place, one in enumerate(kin, 1)]
        _mark_namesakes(home)
        equip(rng, home, numbers, emails, first, last)
        everybody += home.members
    return everybody


_KINDS = {  # of homes, by share
    "single": 27, "couple": 24, "family": 27, "single_parent": 9, "three_generations": 5, "flatmates": 6, "twins": 2,
}  # fmt: skip
_KIND_NAMES, _KIND_SHARES = list(_KINDS), list(_KINDS.values())


def _home(rng: Random, number: int, numbers: Numbers, first: dt.date, last: dt.date) -> Home:
    town = some_town(rng)
    kind = rng.choices(_KIND_NAMES, _KIND_SHARES)[0]
    home = Home(number, kind, some_door(rng, town))
    if rng.random() < {"flatmates": 0.2, "single": 0.45}.get(kind, 0.65):
        home.landline = numbers.landline(number, town.province)
    if rng.random() < MOVED:
        home.left = some_door(rng, town if rng.random() < 0.6 else some_town(rng))
        home.moved_on = first + dt.timedelta(days=int(rng.random() * (last - first).days))
    return home


def _person(number: int, home: Home, kin: Kin) -> Person:
    return Person(
        number, home, kin.given, kin.surname, kin.surname2, kin.sex, kin.born, kin.community, "", twin=kin.twin
    )


def _mark_namesakes(home: Home) -> None:
    given = [person.given for person in home.members]
    for person in home.members:
        person.namesake = given.count(person.given) > 1
