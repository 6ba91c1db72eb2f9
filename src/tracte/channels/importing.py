"""A file becomes interactions: read as a stream, received in batches, each its own transaction.

Killed at any point, the same command goes on: what came in is a duplicate, the rest is new.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
import json
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from tracte.channels import actions, connectors
from tracte.channels.message import Message, Reject
from tracte.channels.models import Account
from tracte.channels.receive import Report
from tracte.core import tenancy

BATCH = 5000


class NotFound(ValueError):
    """No such channel, in one line that lists those there are."""


@dataclass
class Outcome:
    """Figures of one import; `rejects` is the file with what could not come in, if anything."""

    received: int = 0
    new: int = 0
    duplicate: int = 0
    rejected: int = 0
    seconds: float = 0.0
    rejects: str = ""

    def count(self, report: Report) -> None:
        self.received += report.received
        self.new += report.new
        self.duplicate += report.duplicate
        self.rejected += len(report.rejected)


def account(key: str) -> Account:
    found = Account.objects.filter(key=key).first()
    if found is None:
        known = ", ".join(Account.objects.order_by("key").values_list("key", flat=True)) or "none yet"
        raise NotFound(f"there is no channel account '{key}'; there are: {known}. Make one with: tracte channel add")
    return found


def import_file(
    administration: uuid.UUID,
    path: Path,
    *,
    channel: str,
    mapping: str = "",
    dry_run: bool = False,
    progress: bool = True,
) -> Outcome:
    """Bring a file in. Raises ValueError with one clear line when the file, the channel or the mapping is wrong.

    Bad rows are kept in the database and written, with line and reason, to `<file>.rejects.ndjson` beside it.
    """
    with tenancy.acting_for(administration):
        door = account(channel)
    kind = "tabular" if mapping else door.kind
    chosen = mapping or door.mapping or None
    items = connectors.open_file(path, kind=kind, mapping=chosen, own=frozenset(door.own))
    first = next(items, None)  # an unreadable file says so before anything is written
    if first is None:
        raise ValueError(f"{path}: nothing in it is a {kind} message; check that the file is of that kind")
    items = itertools.chain([first], items)
    return _run(administration, door, path, tqdm(items, unit=" rows", disable=not progress, mininterval=0.5), dry_run)


def _run(
    administration: uuid.UUID, door: Account, path: Path, items: Iterable[Message | Reject], dry_run: bool
) -> Outcome:
    outcome, started, run = Outcome(), time.monotonic(), None
    if not dry_run:
        with tenancy.acting_for(administration):
            run = actions.start_import(door, file_name=path.name)
    rejects_path = None if dry_run else path.with_name(path.name + ".rejects.ndjson")
    with RejectFile(rejects_path) as rejects, _no_cycle_collector():
        for report in receive_stream(administration, door, items, dry_run=dry_run):
            outcome.count(report)
            rejects.write(report.rejected)
        outcome.rejects = str(rejects.path) if rejects.count else ""
    if run:
        with tenancy.acting_for(administration):
            actions.finish_import(
                run, received=outcome.received, new=outcome.new, duplicate=outcome.duplicate, rejected=outcome.rejected
            )
    outcome.seconds = round(time.monotonic() - started, 2)
    return outcome


def receive_stream(
    administration: uuid.UUID,
    door: Account,
    items: Iterable[Message | Reject],
    *,
    size: int = BATCH,
    dry_run: bool = False,
) -> Iterator[Report]:
    """Receive an endless stream in batches of `size`, one transaction each. A dry run takes each back."""
    stream, first = iter(items), 1
    seen: set[bytes] = set()
    while batch := list(itertools.islice(stream, size)):
        with tenancy.acting_for(administration):
            report = _rehearse(door, batch, seen) if dry_run else actions.receive_many(door, batch, first=first)
        first += len(batch)
        yield report


def _rehearse(door: Account, batch: list[Message | Reject], seen: set[bytes]) -> Report:
    """Receive and take back. `seen` marks what earlier batches would have brought in: the same again is a duplicate."""
    first = [item for item in batch if isinstance(item, Reject) or _mark(item) not in seen]
    report = actions.receive_many(door, first)
    refused = {reject.external_id for reject in report.rejected}
    seen.update(_mark(item) for item in first if isinstance(item, Message) and item.external_id not in refused)
    report.received, report.duplicate = len(batch), report.duplicate + len(batch) - len(first)
    tenancy.take_back()
    return report


def _mark(message: Message) -> bytes:
    return hashlib.blake2b(message.external_id.encode("utf-8", "surrogatepass"), digest_size=12).digest()


@contextmanager
def _no_cycle_collector() -> Iterator[None]:
    """A batch makes a hundred thousand objects and no cycles: looking for cycles in them took a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class RejectFile:
    """The rejects of one run, beside the file they come from; not made when there are none, or no path."""

    def __init__(self, path: Path | None):
        self.path, self.count = path, 0
        self._file: TextIO | None = None

    def __enter__(self) -> RejectFile:
        if self.path:
            with suppress(OSError):  # a folder that cannot be written
                self.path.unlink(missing_ok=True)
        return self

    def write(self, rejects: list[Reject]) -> None:
        for reject in rejects:
            if self.path is None:
                return
            self._file = self._file or self._open(self.path)
            line = {
                "line": reject.position,
                "id": reject.external_id,
                "reason": reject.reason,
                "raw": reject.raw.decode("utf-8", "replace"),
            }
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.count += 1

    def _open(self, path: Path) -> TextIO:
        try:
            return path.open("w", encoding="utf-8", errors="replace")
        except OSError:  # a folder that cannot be written: beside us instead
            self.path = Path(path.name)
            return self.path.open("w", encoding="utf-8", errors="replace")

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
