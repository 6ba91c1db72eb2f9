"""`resolve_batch`: the batch pass's own work (block, weigh, part components into people) beside bare Splink.

Bare Splink is `predict` and its own clustering: same table, same model, same blocking rules, same threshold, on DuckDB.
Each runs in a process of its own, so that its peak memory is its own; by turns, and the faster of its turns counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from tracte.config.bench import Figure, figure, peak_kb
from tracte.config.bench.town import RECORDS, database, town
from tracte.people.linkage import calibration, resolving, training
from tracte.people.linkage.model import Model

TURNS, GATE = int(os.environ.get("TRACTE_BENCH_TURNS", "2")), 1.15
TABLE, LEAST = "records", calibration.LINK


def measure(_: dict[str, Figure]) -> Figure:
    where = town()
    settings = where.records.with_name("model.json")
    settings.write_text(json.dumps(where.model.learnt.settings))
    turns = [(name, _child(where.records, settings, name)) for _ in range(TURNS) for name in ENGINES]
    best = {name: min((t for n, t in turns if n == name), key=lambda turn: turn["seconds"]) for name in ENGINES}
    ours, peer = best["ours"], best["splink"]
    return figure(
        ours["seconds"],
        "s",
        "predict and clustering of bare Splink",
        peer["seconds"],
        GATE,
        at_least=False,
        records=RECORDS,
        pairs={name: turn["pairs"] for name, turn in best.items()},
        persons_found={name: turn["groups"] for name, turn in best.items()},
        peak_memory_mb={name: turn["memory"] for name, turn in best.items()},
        all_seconds={name: [t["seconds"] for n, t in turns if n == name] for name in ENGINES},
    )


def _child(records: Path, settings: Path, engine: str) -> dict[str, Any]:
    """A process that knows no database."""
    command = [sys.executable, "-m", __name__, str(records), str(settings), engine]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        raise ValueError(f"the batch pass of {engine} failed: {child.stderr.strip().splitlines()[-1]}")
    return json.loads(child.stdout)


def _ours(con: duckdb.DuckDBPyConnection, model: Model) -> tuple[int, int]:
    """Pairs inside persons, and persons of two records and more."""
    found = resolving.people(con, [TABLE], model, least=LEAST, heed=calibration.ASK, guarded=True, unit="person")
    return len(found.weights), len(found.groups)


def _splink(con: duckdb.DuckDBPyConnection, model: Model) -> tuple[int, int]:
    """Pairs at the threshold, and clusters of two records and more."""
    linker = training.linker(con, [TABLE], model.settings)
    pairs = linker.inference.predict(threshold_match_weight=LEAST)
    clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_weight=LEAST)
    sizes = f"SELECT count(*) FROM {clustered.physical_name} GROUP BY cluster_id HAVING count(*) > 1"
    counted = f"SELECT (SELECT count(*) FROM {pairs.physical_name}), (SELECT count(*) FROM ({sizes}))"
    return con.execute(counted).fetchall()[0]


ENGINES: dict[str, Callable[[duckdb.DuckDBPyConnection, Model], tuple[int, int]]] = {"ours": _ours, "splink": _splink}


def _run(records: Path, settings: Path, engine: str) -> dict[str, Any]:
    """What a child does; reading the table is not counted."""
    model = Model(json.loads(settings.read_text()), RECORDS)
    with database(records) as con:
        started = time.perf_counter()
        pairs, groups = ENGINES[engine](con, model)
        seconds = time.perf_counter() - started
    return {"seconds": round(seconds, 2), "pairs": pairs, "groups": groups, "memory": round(peak_kb() / 1024)}


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))  # noqa: T201 - read by the parent
