"""`ingest`: rows/s through receive_many, recognition included, against raw COPY of the same rows.

The import runs in a process of its own, so that its peak memory is its own. The peer copies what the import wrote,
table by table, into empty tables with the same indexes and checks; it parses and decides nothing, in one transaction.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

from tracte.config import installation
from tracte.config.bench import Figure, calls, figure, peak_kb

SIZE = int(os.environ.get("TRACTE_BENCH_ROWS", "1000000"))
GATE, MEMORY_MB = 0.35, 400
TABLES = (
    "people_sourcerecord people_nametoken people_identifier people_recordidentifier people_edge people_person "
    "people_membership channels_interactionkey channels_rawpayload channels_interaction core_event"
).split()


def measure(_: dict[str, Figure]) -> Figure:
    administration = installation.ready()
    from tracte.channels import actions
    from tracte.core import tenancy

    with tenancy.acting_for(administration):
        actions.open_account(key="bench", kind="calls", name="Bench")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "calls.csv"
        calls.write(path, SIZE)
        child = subprocess.run([sys.executable, "-m", __name__, str(path)], capture_output=True, text=True, check=False)
        if child.returncode:
            raise ValueError(f"the import of the benchmark failed: {child.stderr.strip().splitlines()[-1]}")
        done = json.loads(child.stdout)
        copied = _copy_seconds(administration, Path(directory))
    rate = done["received"] / done["receiving"]
    return figure(
        rate,
        "rows/s",
        "raw COPY of the same rows into identically indexed tables",
        done["received"] / copied,
        GATE,
        at_least=True,
        rows=done["received"],
        new=done["new"],
        whole_import_rows_s=round(done["received"] / done["seconds"]),
        peak_memory_mb=done["memory"],
        also={f"peak memory under {MEMORY_MB} MB": done["memory"] < MEMORY_MB, "nothing lost": done["new"] == SIZE},
    )


def _copy_seconds(administration: uuid.UUID, directory: Path) -> float:
    """Take out what the import wrote, as the application sees it; put it into empty twins of the tables."""
    from tracte.core.tenancy import SETTING

    with psycopg.connect(os.environ["TRACTE_APP_URL"]) as app, app.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, str(administration)])
        for table in TABLES:
            with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as out, (directory / table).open("wb") as file:
                for block in out:
                    file.write(block)
    spent = 0.0
    with psycopg.connect(os.environ["TRACTE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")
            started = time.perf_counter()
            with cursor.copy(f"COPY twin_{table} FROM STDIN") as into, (directory / table).open("rb") as file:
                while block := file.read(1 << 20):
                    into.write(block)
            spent += time.perf_counter() - started
            (directory / table).unlink()
        started = time.perf_counter()
        owner.commit()
        spent += time.perf_counter() - started
        for table in TABLES:
            cursor.execute(f"DROP TABLE twin_{table}")
        owner.commit()
    return spent


def _import(path: Path) -> dict:
    """What the child does: what an import does, with the receiving, to its commit, timed apart from the parsing."""
    administration = installation.ready()
    from tracte.channels import actions, connectors, importing
    from tracte.core import tenancy

    with tenancy.acting_for(administration):
        account = importing.account("bench")
    began, receiving, received, new = time.perf_counter(), 0.0, 0, 0
    items = connectors.open_file(path, kind=account.kind, mapping=None)
    gc.disable()  # as the import does
    while batch := list(itertools.islice(items, importing.BATCH)):
        started = time.perf_counter()
        with tenancy.acting_for(administration):
            report = actions.receive_many(account, batch, first=received + 1)
        receiving += time.perf_counter() - started
        received, new = received + report.received, new + report.new
    seconds, memory = time.perf_counter() - began, round(peak_kb() / 1024)
    return {"received": received, "new": new, "seconds": seconds, "receiving": receiving, "memory": memory}


if __name__ == "__main__":
    print(json.dumps(_import(Path(sys.argv[1]))))  # noqa: T201 - read by the parent
