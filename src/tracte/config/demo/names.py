"""Names as Catalonia has them: given names by age, surnames by community, nicknames, twins. Read from `names.yml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from random import Random
from typing import NamedTuple

import yaml

COMMUNITIES = {  # share of households, of 100
    "native": 79.0, "moroccan": 5.0, "latin": 7.0, "romanian": 2.2, "pakistani": 1.6, "senegalese": 1.5,
    "chinese": 1.4, "ukrainian": 1.2, "european": 1.1,
}  # fmt: skip
_PET = frozenset(
    "Chema Chucho Chus Chuy Curro Dani Nando Nano Pepe Poncio Quique Rafa Tito Toño Ligia Luchi Maite Nanda Ani".split()
)
OLD_BEFORE, NEW_FROM = 1962, 1994  # birth years that part the cohorts of given names


class Community(NamedTuple):
    """How one community is named. `given` is keyed by (sex, cohort); lists run from common to rare."""

    given: dict[tuple[str, str], list[str]]
    surnames: list[str]
    nie: float  # share holding a NIE instead of a DNI
    two_surnames: bool


def skewed(rng: Random, items: list[str]) -> str:
    """One item, the head of the list far likelier than its tail."""
    return items[int(len(items) * rng.random() ** 2)]


def cohort(year: int) -> str:
    """Which generation's given names somebody born in `year` bears: old, mid or new."""
    return "old" if year < OLD_BEFORE else "mid" if year < NEW_FROM else "new"


@cache
def _raw() -> dict:
    return yaml.safe_load(files(__package__).joinpath("names.yml").read_text("utf-8"))


def _split(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


@cache
def community(name: str) -> Community:
    """The lists of one community of `names.yml`; castilian gets Faker's es_ES lists as its long tail."""
    raw, given = _raw()[name], {}
    for sex in ("female", "male"):
        for age in ("old", "mid", "new"):
            by_age = raw[sex]
            given[sex, age] = _split(by_age if isinstance(by_age, str) else by_age[age])
    surnames = _split(raw["surnames"])
    if name == "castilian":
        from faker.providers.person.es_ES import Provider as Castilian  # here: importing Faker takes most of a second

        surnames += _tail(Castilian.last_names, surnames)
        given["female", "mid"] += _tail(Castilian.first_names_female, given["female", "mid"])
        given["male", "mid"] += _tail(Castilian.first_names_male, given["male", "mid"])
    two = raw.get("two_surnames", name in ("catalan", "castilian"))
    return Community(given, surnames, raw.get("nie", 0.0), two)


def _tail(names: Iterable[str], known: list[str]) -> list[str]:
    """Rare names in no order of the alphabet; what is shorter than four letters is a pet name."""
    rare = sorted({name for name in names if len(name) > 3 and name not in _PET} - set(known))
    Random(0).shuffle(rare)
    return rare


@cache
def nicknames() -> dict[str, list[str]]:
    """Formal given name -> what else it is written as."""
    return {formal: _split(others) for formal, others in _raw()["nicknames"].items()}


@cache
def twin_pairs() -> list[tuple[str, str]]:
    """Given names that parents give to twins and clerks mix up."""
    return [(one, other) for one, other in (pair.split("/") for pair in _split(_raw()["twins"]))]


@cache
def staff() -> frozenset[str]:
    """`Given Surname` of the house's own people, whom no citizen may resemble."""
    return frozenset(_split(_raw()["staff"]))


def native_surname(rng: Random) -> str:
    """Catalan in just over half of the cases, else from the rest of the peninsula."""
    return skewed(rng, community("catalan" if rng.random() < 0.56 else "castilian").surnames)


def native_given(rng: Random, sex: str, year: int) -> str:
    """A given name of the place, by sex and birth year."""
    return skewed(rng, community("catalan" if rng.random() < 0.74 else "castilian").given[sex, cohort(year)])
