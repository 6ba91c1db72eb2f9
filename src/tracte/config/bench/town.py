"""A town of any size in a database of its own administration: who came, in which words, and the model that learnt it.

The people are those of the demo (families, twins, namesakes, switchboards), written by the demo's own clerks. They come
by the door that everybody comes by, `people.actions.recognise_many`. Made once a run: all figures of `resolve` share it.
"""

from __future__ import annotations

import functools
import gc
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import duckdb

from tracte.config import installation, postgres
from tracte.config.demo import writing
from tracte.config.demo.people import Person
from tracte.config.demo.population import population
from tracte.people.appearance import Appearance, Identifier

if TYPE_CHECKING:
    from tracte.people.models import LinkModel

RECORDS = int(os.environ.get("TRACTE_BENCH_RECORDS", "1000000"))
BATCH, NEWCOMERS = 20_000, 3000
PEOPLE = 0.65  # persons for each record: a third of the records are of somebody who came before
SOURCE = uuid.uuid5(uuid.NAMESPACE_DNS, "town.bench")
# Chance that a record has it.
SECOND_SURNAME, BORN, PHONE, EMAIL, DOCUMENT, POSTCODE, PLACE = 0.72, 0.7, 0.62, 0.5, 0.3, 0.6, 0.5
BORN_WRONG, MOVED, BY_LANDLINE = 0.03, 0.08, 0.2


@dataclass(frozen=True)
class Town:
    """Where its records are, the model in use, and everybody as it learnt them, in Parquet (`people.table`); what nobody
    has seen yet; what loading and learning took."""

    administration: uuid.UUID
    model: LinkModel
    records: Path
    newcomers: list[Appearance]
    seconds: dict[str, int]


def appearances(records: int, *, seed: int = 1) -> Iterator[Appearance]:
    """So many records of 0.65 times so many persons, in no order. The same seed gives the same."""
    rng = Random(f"town {seed}")  # noqa: S311 - who comes, no secret
    everybody = population(max(int(records * PEOPLE), 100), seed)
    coming = [*everybody, *(everybody[int(len(everybody) * rng.random())] for _ in range(records))][:records]
    rng.shuffle(coming)
    for number, person in enumerate(coming):
        yield _appearance(f"{number}", person, rng)


def _appearance(key: str, person: Person, rng: Random) -> Appearance:
    given, surname, surname2 = writing.name(person, rng, SECOND_SURNAME)
    home = person.home
    door = home.left if home.left and rng.random() < MOVED else home.door
    found = []
    phone = home.landline if home.landline and rng.random() < BY_LANDLINE else person.work_phone or person.mobile
    if phone and rng.random() < PHONE:
        found.append(Identifier("phone", writing.phone(phone, rng.random())))
    if person.email and rng.random() < EMAIL:
        found.append(Identifier("email", writing.email(person.email, rng)))
    if person.document and rng.random() < DOCUMENT:
        found.append(Identifier("national_id", writing.document(person.document, rng, checked=False)))
    born = person.born if rng.random() < BORN else None
    if born and rng.random() < BORN_WRONG:
        born = born.replace(year=born.year - 1, day=min(born.day, 28))
    return Appearance(
        key,
        given_name=given,
        surname=surname,
        surname2=surname2,
        birth_date=born,
        postcode=door.postcode if rng.random() < POSTCODE else "",
        place=uuid.uuid5(SOURCE, door.town.code) if rng.random() < PLACE else None,
        identifiers=found,
    )


@functools.cache
def town() -> Town:
    """Found it, let everybody in, learn the model."""
    installation.ready()
    from django.db import connections

    from tracte.core import tenancy
    from tracte.core.actions import found_administration
    from tracte.core.clock import now
    from tracte.people import training

    administration = found_administration(slug="vila", name="Vila de la mesura", host="vila.bench")
    started, coming = time.perf_counter(), appearances(RECORDS + NEWCOMERS)
    with _uncollected():
        for first in range(0, RECORDS, BATCH):
            receive(administration, [next(coming) for _ in range(min(BATCH, RECORDS - first))])
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    loaded = time.perf_counter()
    with tenancy.acting_for(administration):
        model = training.train(at=now(), tell=_tell)
        records = _everybody(model)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_frequency")
    spent = {"loading": round(loaded - started), "learning": round(time.perf_counter() - loaded)}
    return Town(administration, model, records, list(coming), spent)


def _everybody(model: LinkModel) -> Path:
    """The table that the batch pass reads. Who comes later is not in it: the model does not know how frequent they are."""
    from tracte.people import table

    path = postgres.home() / "records.parquet"
    with database() as con:
        table.load(con, model)
        con.execute(f"COPY {table.NAME} TO '{path}' (FORMAT parquet)").fetchall()
    return path


@contextmanager
def database(records: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB without a progress bar, which it draws on the stdout where the figures go; `records` as its table."""
    con = duckdb.connect()
    try:
        con.execute("SET enable_progress_bar = false").fetchall()
        if records:
            con.execute(f"CREATE TABLE records AS FROM '{records}'").fetchall()
        yield con
    finally:
        con.close()


def receive(administration: uuid.UUID, who: list[Appearance]) -> None:
    """In one transaction, to its commit."""
    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.people.actions import recognise_many

    with tenancy.acting_for(administration):
        recognise_many([(SOURCE.bytes, one) for one in who], at=now())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Half a million homes are no garbage, and looking for it each time takes longer than making them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _tell(line: str) -> None:
    sys.stderr.write(f"tracte: {line}\n")
