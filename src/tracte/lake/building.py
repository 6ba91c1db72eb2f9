"""A new snapshot: written aside, whole, then made current in one step; the former one stays as it was.

Killed at any point, the former snapshot is current and the next build tidies up. Files that did not change are
hard-linked from the former snapshot after their bytes were checked.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tracte.lake import snapshots
from tracte.lake.snapshots import CURRENT, FORMAT, MANIFEST, LakeProblem, Manifest, Part, Table, place

KEPT = 3  # snapshots, the current one among them
DRAFT, GONE = ".draft-", ".gone-"
NAME = "%Y%m%dT%H%M%S%fZ"


class Build:
    """A snapshot in the making. `write` or `keep` every part of every table, then `publish`."""

    def __init__(self, folder: Path, at: dt.datetime):
        self.folder, self.former = folder, _former(folder)
        if self.former:  # a clock that was set back must not make this snapshot older than its former one
            at = max(at, dt.datetime.fromisoformat(self.former.made_at) + dt.timedelta(microseconds=1))
        self.at, self.name = at, at.astimezone(dt.UTC).strftime(NAME)
        self.draft, self._tables = folder / f"{DRAFT}{self.name}", dict[str, Table]()
        self.files_written = self.rows_written = 0

    def start(self, table: str, *, recipe: str, schema: pa.Schema) -> None:
        """A table of the snapshot, which may turn out to have no rows."""
        self._tables[table] = Table(recipe, {column.name: str(column.type) for column in schema})
        (self.draft / table).mkdir(mode=0o700, parents=True)

    def keep(self, table: str, month: str, *, source: str) -> bool:
        """Use the former snapshot's file again; False if it is not of these rows, or not as it was written."""
        before = self.former.tables.get(table) if self.former and self.former.format == FORMAT else None
        part = before.parts.get(month) if before and before.recipe == self._tables[table].recipe else None
        if not self.former or part is None or part.source != source:
            return False
        file = self.folder / self.former.snapshot / place(table, month)
        if not file.is_file() or snapshots.digest(file) != part.sha256:
            return False
        os.link(file, self._place(table, month))
        self._tables[table].parts[month] = part
        return True

    def write(
        self, table: str, month: str, batches: Iterable[pa.RecordBatch], *, source: str, schema: pa.Schema
    ) -> Part:
        """Write a part as the batches come, each a row group: memory holds one of them."""
        path, rows = self._place(table, month), 0
        with pq.ParquetWriter(path, schema, compression="zstd", compression_level=6) as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        path.chmod(0o400)
        _to_disk(path)
        part = Part(rows, path.stat().st_size, snapshots.digest(path), source)
        self._tables[table].parts[month] = part
        self.files_written += 1
        self.rows_written += rows
        return part

    @property
    def has_news(self) -> bool:
        """Something differs from the former snapshot."""
        before = {name: table.parts.keys() for name, table in self.former.tables.items()} if self.former else None
        return bool(self.files_written) or before != {name: table.parts.keys() for name, table in self._tables.items()}

    def publish(self, *, as_of: str) -> Manifest:
        """Make this snapshot the current one. With no news it is thrown away, and the former one stays current."""
        if self.former and not self.has_news:
            return self.former
        manifest = Manifest(self.name, self.at.isoformat(), as_of, self._tables)
        (self.draft / MANIFEST).write_text(manifest.to_json())
        (self.draft / MANIFEST).chmod(0o400)
        _to_disk(self.draft / MANIFEST)
        for folder in (*(path for path in self.draft.rglob("*") if path.is_dir()), self.draft):
            folder.chmod(0o500)
            _to_disk(folder)
        self.draft.rename(self.folder / self.name)
        link = self.folder / f"{DRAFT}{CURRENT}"
        link.symlink_to(self.name)
        _to_disk(self.folder)
        link.replace(self.folder / CURRENT)
        _to_disk(self.folder)
        return manifest

    def _place(self, table: str, month: str) -> Path:
        path = self.draft / place(table, month)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return path


@contextmanager
def begin(folder: Path, *, at: dt.datetime, tell: Callable[[str], None]) -> Iterator[Build]:
    """A build, alone: a second one waits until the first has ended, and then starts from what that one made.

    Raises LakeProblem when the files cannot be written; the former snapshot stays current.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with (folder / "lock").open("w") as lock:
            _alone(lock.fileno(), folder, tell)
            _tidy(folder)
            build = Build(folder, at)
            try:
                yield build
            finally:
                _remove(build.draft)
            _prune(folder)
    except OSError as error:
        why = error.strerror or str(error)
        raise LakeProblem(
            f"cannot write the lake in {folder}: {why}; mend it and run tracte lake build again"
        ) from error


def _alone(lock: int, folder: Path, tell: Callable[[str], None]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell(f"another build works in {folder}: waiting for it to end")
        fcntl.flock(lock, fcntl.LOCK_EX)


def _former(folder: Path) -> Manifest | None:
    """The current manifest. None as well if it cannot be read: then everything is written anew."""
    snapshot = snapshots.current(folder)
    try:
        return snapshots.read(snapshot) if snapshot else None
    except (LakeProblem, OSError):
        return None


def _made(folder: Path) -> list[Path]:
    """Snapshots, oldest first."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0].isdigit())


def _tidy(folder: Path) -> None:
    """Away with what a killed build left: drafts, and a snapshot that was finished and never became current."""
    newest = snapshots.current(folder)
    for path in folder.glob(".*"):
        _remove(path)
    for path in _made(folder):
        if newest is None or path.name > newest.name:
            _remove(path)


def _prune(folder: Path) -> None:
    """Away with old snapshots, but for those that somebody is reading: they go after a later build."""
    for old in _made(folder)[:-KEPT]:
        with (old / MANIFEST).open("rb") as manifest:
            try:
                fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            gone = folder / f"{GONE}{old.name}"
            old.rename(gone)  # at once: a reader finds all of it or nothing
            _remove(gone)


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    elif path.is_dir():
        for folder in (path, *(one for one in path.rglob("*") if one.is_dir())):
            folder.chmod(0o700)
        shutil.rmtree(path)


def _to_disk(path: Path) -> None:
    """What was written survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
