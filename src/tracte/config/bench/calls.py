"""A call log of any size, quickly: people in households, some numbers shared, some calls anonymous."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from random import Random

GIVEN = "Mercè Jordi Montserrat Josep Núria Pere Laia Youssef Fatoumata Ion Anna Marc Rosa Aleix Joan Maria".split()
SURNAMES = (
    "Puig Ferrer Serra Vila Soler Camps Vidal Bonet Roca Pons Mas El-Amrani Diallo Popescu García López Font".split()
)
LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
COLUMNS = "id,started_at,duration_s,direction,phone,name,document,agent,topic,municipality,language,summary".split(",")
START = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)


def write(path: Path, size: int, *, seed: int = 1) -> None:
    """`size` calls of about 0.6 `size` people over two years."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        out.writerows(rows(size, seed=seed))


def rows(size: int, *, seed: int = 1) -> Iterator[tuple]:
    random = Random(seed)  # noqa: S311 - not a secret
    people = max(int(size * 0.6), 1)
    for n in range(size):
        yield _call(n, int(people * random.random() ** 1.5), random, size)


def _call(n: int, person: int, random: Random, size: int) -> tuple:
    at = START + dt.timedelta(seconds=int(n * 63_000_000 / size))
    given, first = GIVEN[person % 16], SURNAMES[person // 16 % 17]
    second = SURNAMES[person * 7 // 3 % 17]
    household = person if person % 5 else person // 7
    phone = f"6{10_000_000 + household * 61 % 89_999_999:08d}"
    number = 10_000_000 + person
    document = f"{number}{LETTERS[number % 23]}" if random.random() < 0.25 else ""
    name = f"{given} {first} {second}" if random.random() < 0.9 else ""
    summary = f"Pregunta per l’ajut {n % 400} i li diem quins documents hi falten i fins quan els pot portar."
    who = (phone, name, document)
    return (f"{n}-{person}", at.isoformat(), 40 + n % 600, "in", *who, f"a{n % 40}", "", "", "ca", summary)
