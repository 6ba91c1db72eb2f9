"""The lake of one administration, filled with the facts of all rooms."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings

from tracte.config import facts
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.sql import rows
from tracte.lake import building, snapshots


def build(administration: uuid.UUID, *, tell: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Publish a snapshot of the facts as they are now, unless nothing changed; its figures.

    Raises LakeProblem when it cannot be written: the former snapshot stays current.
    """
    started, names = time.monotonic(), keys.pseudonyms(administration)
    folder = snapshots.where(settings.TRACTE_HOME, administration)
    # The lock first, then the moment: a build that waited must not publish what it saw before the other one ended.
    with building.begin(folder, at=now(), tell=tell) as making, tenancy.acting_for(administration, frozen=True):
        [(as_of,)] = rows("SELECT pg_current_snapshot()::text")
        for one in facts.found():
            _fill(making, one, names)
        made = making.publish(as_of=as_of)
    tables = {name: sum(part.rows for part in table.parts.values()) for name, table in made.tables.items()}
    return {
        "snapshot": made.snapshot,
        "is_new": made.snapshot == making.name,
        "tables": tables,
        "rows": sum(tables.values()),
        "files": sum(len(table.parts) for table in made.tables.values()),
        "files_written": making.files_written,
        "rows_written": making.rows_written,
        "bytes": sum(part.bytes for table in made.tables.values() for part in table.parts.values()),
        "seconds": round(time.monotonic() - started, 2),
    }


def _fill(making: building.Build, one: facts.Facts, names: keys.Pseudonyms) -> None:
    """Each part of one table, from the former snapshot where nothing changed. There is always one, if only of no rows:
    so every table can be read."""
    making.start(one.table, recipe=one.recipe(names), schema=one.schema)
    nothing = {f"{making.at:%Y-%m}" if one.by_month else "": "0:0"}
    for month, source in sorted((one.sources() or nothing).items()):
        if not making.keep(one.table, month, source=source):
            making.write(one.table, month, one.batches(month, names), source=source, schema=one.schema)
