"""Snapshots to try things on: tables of whole numbers, made without a database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa

from tracte.lake import building, opening, snapshots

AT = dt.datetime(2026, 11, 26, 18, 45, tzinfo=dt.UTC)
SCHEMA = pa.schema([("n", pa.int64())])
Content = dict[str, dict[str, list[int]]]


def batches(numbers: list[int]):
    for number in numbers:
        yield pa.record_batch([pa.array([number])], SCHEMA)


def fill(build: building.Build, content: Content, recipe: str = "") -> None:
    for table, months in content.items():
        build.start(table, recipe=recipe, schema=SCHEMA)
        for month, numbers in months.items():
            source = str(numbers)
            if not build.keep(table, month, source=source):
                build.write(table, month, batches(numbers), source=source, schema=SCHEMA)


def make(folder: Path, content: Content, *, at=AT, recipe="", tell=print) -> snapshots.Manifest:
    with building.begin(folder, at=at, tell=tell) as build:
        fill(build, content, recipe)
        return build.publish(as_of="")


def told(folder: Path) -> Content:
    """What a reader finds."""
    with opening.opened(folder) as lake:
        return content(lake)


def content(lake: opening.Lake) -> Content:
    found: Content = {}
    for (table,) in lake.ask("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
        columns = [name for name, *_ in lake.ask(f"DESCRIBE {table}").fetchall()]
        found[table] = {}
        for n, *month in lake.ask(f"SELECT {', '.join(columns)} FROM {table} ORDER BY n").fetchall():
            found[table].setdefault(month[0] if month else "", []).append(n)
    return found


def names(folder: Path) -> list[str]:
    """Of what lies in the folder: snapshots by their order of making, and what should not be there."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ("current", "lock"))
