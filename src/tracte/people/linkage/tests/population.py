"""A small town on paper: people with Catalan names, some of whom are written down twice, with mistakes."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

GIVEN = (
    "Mercè Jordi Aina Pau Nil Josep Montserrat Núria Xavier Marta Oriol Laia Arnau Roser Pere Clara Biel Judit".split()
)
SURNAMES = (
    "Puig Ferrer Vila Soler Roca Serra Vidal Bosch Font Riera Costa Pujol Mas Sala Torres Casals Rovira Prat Bonet "
    "Camps Esteve Grau Miró Oliver Planas Quintana Ribas Sabater Urgell Valls Ximenis Armengol Busquets Coromines"
).split()


def write(folder: Path, people: int = 600, seed: int = 5) -> tuple[Path, dict[str, int]]:
    """A CSV, and id -> person. A third of the people come twice."""
    draw = random.Random(seed)
    rows, truth = [], {}
    for person in range(people):
        born = dt.date(1930, 1, 1) + dt.timedelta(days=draw.randrange(30000))
        given, first, second = draw.choice(GIVEN), draw.choice(SURNAMES), draw.choice(SURNAMES)
        phone, postcode = f"6{draw.randrange(10**8):08}", f"08{draw.randrange(200):03}"
        forms = [(given, first, second, born, phone, postcode)]
        if draw.random() < 0.34:
            forms.append(
                (given, _typo(first, draw), second, born, draw.choice([phone, ""]), draw.choice([postcode, ""]))
            )
        for form in forms:
            truth[f"r{len(rows)}"] = person
            rows.append([f"r{len(rows)}", *map(str, form)])
    path = folder / "town.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["id", "nom", "cognom1", "cognom2", "naixement", "telefon", "cp"], *rows])
    return path, truth


def _typo(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word))
    return word if draw.random() < 0.5 else word[:place] + draw.choice("aeiou") + word[place + 1 :]


MAPPING = """
id: id
fields: {given_name: nom, surname: cognom1, surname2: cognom2, birth_date: naixement, phone: telefon, postcode: cp}
"""
