"""`ingest`: rows/s through receive_many, recognition included, against raw COPY of the same rows.
`ingest_with_model`: the same where a small town came before, and the model learnt from it weighs each newcomer.

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
from tracte.config.bench.town import appearances, receive

SIZE = int(os.environ.get("TRACTE_BENCH_ROWS", "1000000"))
GATE, GATE_WITH_MODEL, MEMORY_MB, TOWN = 0.35, 0.25, 400, 20_000
TABLES = (
    "people_sourcerecord people_nametoken people_identifier people_recordidentifier people_edge people_person "
    "people_membership channels_interactionkey channels_rawpayload channels_interaction core_event"
).split()


def measure(_: dict[str, Figure]) -> Figure:
    return _measured(installation.ready(), before=0, gate=GATE)


def with_model(_: dict[str, Figure]) -> Figure:
    installation.ready()
    from tracte.core.actions import found_administration

    administration = found_administration(slug="recorda", name="Vila que recorda", host="recorda.bench")
    _learn(administration)
    return _measured(administration, before=TOWN, gate=GATE_WITH_MODEL)


def _measured(administration: uuid.UUID, *, before: int, gate: float) -> Figure:
    """`before`: records that are there already; they are copied too."""
    from tracte.channels import actions
    from tracte.core import tenancy

    with tenancy.acting_for(administration):
        actions.open_account(key="bench", kind="calls", name="Bench")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "calls.csv"
        calls.write(path, SIZE)
        done = _in_child(administration, path)
        copied = _copy_seconds(administration, Path(directory))
    return figure(
        done["received"] / done["receiving"],
        "rows/s",
        "raw COPY of the same rows into identically indexed tables",
        (before + done["received"]) / copied,
        gate,
        at_least=True,
        rows=done["received"],
        new=done["new"],
        whole_import_rows_s=round(done["received"] / done["seconds"]),
        peak_memory_mb=done["memory"],
        also={f"peak memory under {MEMORY_MB} MB": done["memory"] < MEMORY_MB, "nothing lost": done["new"] == SIZE},
    )


def _in_child(administration: uuid.UUID, path: Path) -> dict:
    command = [sys.executable, "-m", __name__, str(administration), str(path)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        raise ValueError(f"the import of the benchmark failed: {child.stderr.strip().splitlines()[-1]}")
    return json.loads(child.stdout)


def _learn(administration: uuid.UUID) -> None:
    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.people import training

    receive(administration, list(appearances(TOWN)))
    with tenancy.acting_for(administration):
        training.train(at=now(), tell=lambda line: sys.stderr.write(f"tracte: {line}\n"))


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


def _import(administration: uuid.UUID, path: Path) -> dict:
    """What the child does: what an import does, with the receiving, to its commit, timed apart from the parsing."""
    installation.ready()
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
    print(json.dumps(_import(uuid.UUID(sys.argv[1]), Path(sys.argv[2]))))  # noqa: T201 - read by the parent
