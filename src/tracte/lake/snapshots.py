"""Snapshots: immutable folders of Parquet, one of them current.

    <home>/lake/<administration>/current -> 20261126T184512000000Z
    <home>/lake/<administration>/20261126T184512000000Z/manifest.json
                                                       /<table>/month=2026-11/part-0.parquet
                                                       /<table>/part-0.parquet          (a table without months)

The layout is Hive's, so anything that reads Parquet reads a table by its folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORMAT = 1  # of the files and of the manifest: another one, and nothing of an older snapshot is used again
CURRENT, MANIFEST, FILE = "current", "manifest.json", "part-0.parquet"


class LakeProblem(ValueError):
    """One clear line: what of the lake is wrong, where, how to mend it."""


@dataclass(frozen=True)
class Part:
    """One file. `source`: what its rows were in the database, as whoever fed them told it; `sha256` of its bytes."""

    rows: int
    bytes: int
    sha256: str
    source: str


@dataclass(frozen=True)
class Table:
    """`columns`: name -> Arrow type. `recipe`: how its rows were made; files of another recipe are not used again.
    `parts`: month ("2026-11"; "" in a table without months) -> its file."""

    recipe: str
    columns: dict[str, str]
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds. `as_of`: which transactions of the database it has seen, for people who ask."""

    snapshot: str
    made_at: str
    as_of: str
    tables: dict[str, Table]
    format: int = FORMAT

    def files(self, table: str) -> list[str]:
        """Paths of a table's files within the snapshot, oldest month first."""
        return [place(table, month) for month in sorted(self.tables[table].parts)]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)


def where(home: Path, administration: uuid.UUID) -> Path:
    """The folder of an administration's lake. Each has its own, under pseudonyms of its own."""
    return home / "lake" / str(administration)


def place(table: str, month: str) -> str:
    return f"{table}/month={month}/{FILE}" if month else f"{table}/{FILE}"


def read(snapshot: Path) -> Manifest:
    """The manifest of one snapshot. Raises LakeProblem when it is not one of ours."""
    try:
        told = json.loads((snapshot / MANIFEST).read_text())
        tables = {
            name: Table(one["recipe"], one["columns"], {month: Part(**part) for month, part in one["parts"].items()})
            for name, one in told.pop("tables").items()
        }
        return Manifest(tables=tables, **told)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LakeProblem(f"{snapshot} is no snapshot of a lake: remove it and run tracte lake build") from error


def current(folder: Path) -> Path | None:
    """The snapshot that is current now; None when there is none. To read from it, have it `held`."""
    link = folder / CURRENT
    return link.resolve() if link.is_symlink() else None


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """The current snapshot, which stays until the block is left, whatever is built meanwhile.

    A shared lock on its manifest: the kernel gives it back when the reader ends, however it ends.
    """
    while True:
        snapshot = current(folder)
        if snapshot is None:
            raise LakeProblem(f"there is no lake in {folder}: run tracte lake build")
        try:
            manifest = (snapshot / MANIFEST).open("rb")
        except FileNotFoundError as error:
            if current(folder) == snapshot:
                raise LakeProblem(f"{snapshot} is current and is gone: run tracte lake build") from error
            continue  # a build was quicker
        with manifest:
            fcntl.flock(manifest, fcntl.LOCK_SH)
            if (snapshot / MANIFEST).exists():  # not pruned between our two steps
                yield snapshot
                return
