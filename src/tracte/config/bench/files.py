"""`resolve_files`: `tracte resolve file` beside bare Splink and recordlinkage's ECM, on public tables with a truth.

Splink is cut wherever it does best, which only the truth can tell; the fixed cuts are told as well. The gate is the best
of all of these less 0.003, on each table; the figure is that of the table where we stand worst.
"""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path
from typing import Any

from tracte.config.bench import Figure, figure, peers
from tracte.config.bench.truths import TABLES, Pair, Truth, folder, score

SLACK = 0.003
Row = dict[str, Any]  # table, engine, precision, recall, f1, seconds


def measure(_: dict[str, Figure]) -> Figure:
    if missing := [table.path for table in TABLES if not table.file.is_file()]:
        problem = f"no {missing[0]} in {folder()}: TRACTE_REAL_DATA says where the public tables are"
        return figure(0.0, "F1", "the better peer", 1.0, 1.0, at_least=True, also={problem: False})
    return verdict([row for table in TABLES for row in rows_of(table)])


def verdict(rows: list[Row]) -> Figure:
    """The table where our F1 is least beside that of the best peer."""
    ours = {row["table"]: row for row in rows if row["engine"] == "tracte"}
    best = {name: max((r for r in rows if r["table"] == name and r is not ours[name]), key=_f1) for name in ours}
    margins = {name: round(_f1(ours[name]) - _f1(best[name]), 4) for name in ours}
    worst = min(margins, key=margins.__getitem__)
    return figure(
        _f1(ours[worst]),
        f"F1 ({worst})",
        f"{best[worst]['engine']}, less {SLACK}",
        _f1(best[worst]) - SLACK,
        1.0,
        at_least=True,
        margins=margins,
        rows=rows,
    )


def _f1(row: Row) -> float:
    return row["f1"]


def rows_of(table: Truth) -> list[Row]:
    """Each engine on one table; the same file, without what tells who is who."""
    everything = table.rows()
    person = {row[table.id]: table.person(row) for row in everything.to_dict("records")}
    seen = everything.drop(columns=list(table.hidden))
    rows = []

    def told(engine: str, scored: dict[str, float], seconds: float) -> None:
        rows.append({"table": table.name, "engine": engine, **scored, "seconds": round(seconds, 1)})

    started = time.perf_counter()
    found = _ours(table)
    told("tracte", score(found, person), time.perf_counter() - started)
    started = time.perf_counter()
    cuts = peers.splink(table.name, seen, table.id)
    spent = time.perf_counter() - started
    for kind in ("pairs", "clusters"):
        mine = {how: score(ask(), person) for how, ask in cuts.items() if how.startswith(kind)}
        fixed = [f"{kind}, p at least {cut}" for cut in peers.FIXED]
        best = max(mine, key=lambda how: mine[how]["f1"])
        for how in dict.fromkeys([*fixed, best]):
            told(f"Splink, {how}{', its best' if how == best else ''}", mine[how], spent)
    started = time.perf_counter()
    found = peers.ecm(table.name, seen, table.id)
    told("recordlinkage ECM", score(found, person), time.perf_counter() - started)
    return rows


def _ours(table: Truth) -> set[Pair]:
    """Through the command's own door: files in, a file out."""
    from tracte.people.linkage import tables

    with tempfile.TemporaryDirectory() as directory:
        mapping, out = Path(directory) / "mapping.yml", Path(directory) / "pairs.csv"
        mapping.write_text(table.mapping())
        tables.resolve([table.file], mapping, out, tell=lambda _: None)
        with out.open(newline="") as stream:
            return {(min(a, b), max(a, b)) for a, b, *_ in list(csv.reader(stream))[1:]}


def as_table(rows: list[Row]) -> str:
    """The rows as Markdown, for the reference page."""
    lines = ["| table | engine | precision | recall | F1 | seconds |", "|---|---|---|---|---|---|"]
    for row in rows:
        figures = f"{row['precision']:.4f} | {row['recall']:.4f} | {row['f1']:.4f} | {row['seconds']}"
        lines.append(f"| {row['table']} | {row['engine']} | {figures} |")
    return "\n".join(lines)
