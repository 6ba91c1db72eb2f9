"""Where people live: the municipalities of `territories.yml` with a weight, streets, postal codes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import sqrt
from random import Random
from typing import NamedTuple

import yaml

RIUDECLAR = "43999"
_BOOST = {RIUDECLAR: 4.0, "c39": 2.2}  # the town of the cast; Aran, so that Aranese is heard
STREETS = (
    "Major,de la Font,Nou,de Sant Josep,de Baix,de Dalt,de l'Església,de Sant Pere,del Mig,de Sant Antoni,"
    "de les Escoles,del Pi,de la Creu,de Barcelona,del Molí,de l'Hospital,de Sant Joan,de Pau Casals,"
    "de Jacint Verdaguer,de Prim,dels Horts,de la Riera,de Santa Anna,del Forn,de Montserrat,d'Anselm Clavé,"
    "de l'Estació,de Girona,de Lleida,de les Flors,de la Pau,del Sol,de la Lluna,del Castell,de la Unió,"
    "de Mossèn Cinto,d'Àngel Guimerà,de Catalunya,de les Oliveres,de la Salut,del Bisbe,dels Teixidors,"
    "de la Muralla,de Gaudí,del Carme,d'en Bosc,de les Vinyes,de Josep Pla,de la Indústria,de l'Onze de Setembre"
).split(",")
_WAYS = ["Carrer"] * 17 + ["Avinguda", "Passeig", "Rambla"]
_DOORS = ["1r 1a", "1r 2a", "2n 1a", "2n 2a", "3r 1a", "3r 2a", "4t 1a", "baixos", "entresòl 2a", "àtic", "5è 3a"]


class Town(NamedTuple):
    """A municipality. `at` and `of` are its name behind a preposition: `al Vendrell`, `d'Olot`."""

    code: str
    name: str
    province: str
    postcode: str
    is_aranese: bool
    at: str
    of: str


class Door(NamedTuple):
    """Where a household lives. `street` goes behind `carrer`: `de la Font`."""

    town: Town
    street: str
    address: str
    postcode: str


def _town(row: dict) -> Town:
    name, code = row["name"], row["code"]
    if name.startswith("el "):
        at, of = f"al {name[3:]}", f"del {name[3:]}"
    else:
        at, of = f"a {name}", f"d'{name}" if name[0] in "AEIOUÀÈÉÍÒÓÚH" else f"de {name}"
    return Town(code, name, code[:2], row["postcode"], row["parent"] == "c39", at, of)


@cache
def _towns() -> tuple[list[Town], list[float]]:
    rows = yaml.load(files(__package__).joinpath("territories.yml").read_text("utf-8"), yaml.CSafeLoader)
    rows = [row for row in rows if row["kind"] == "municipality"]
    weights = [sqrt(row["population"]) * _BOOST.get(row["code"], _BOOST.get(row["parent"], 1.0)) for row in rows]
    return [_town(row) for row in rows], list(accumulate(weights))


def towns() -> list[Town]:
    """Every municipality of the demo."""
    return _towns()[0]


def some_town(rng: Random) -> Town:
    """Larger towns likelier, but not by as much as they are larger."""
    every, weights = _towns()
    return rng.choices(every, cum_weights=weights)[0]


def some_door(rng: Random, town: Town) -> Door:
    """A street, number and floor of that town."""
    street = STREETS[int(len(STREETS) * rng.random() ** 1.4)]
    number, way = 1 + int(120 * rng.random() ** 2), _WAYS[int(rng.random() * len(_WAYS))]
    floor = f", {_DOORS[int(rng.random() * len(_DOORS))]}" if rng.random() < 0.85 else ""
    last = int(town.postcode[-2:]) + int(rng.random() * 6) if town.code != RIUDECLAR else 99
    return Door(town, street, f"{way} {street}, {number}{floor}", f"{town.postcode[:3]}{min(last, 99):02d}")
