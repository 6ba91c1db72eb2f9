"""Named figures, each a ratio against its limit or a peer of the same run. All of them in a scratch database."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

NAMES = {  # figure -> who measures it
    "ingest": "ingest.measure",
    "ingest_with_model": "ingest.with_model",
    "api": "api.measure",
    "person": "person.measure",
    "resolve_live_p50": "live.p50",
    "resolve_live_p99": "live.p99",
    "resolve_commit": "commit.measure",
    "resolve_batch": "batch.measure",
    "resolve_vs_splink": "beside.measure",
    "weights_parity": "parity.measure",
    "resolve_files": "files.measure",
    "unmerge_cost": "unmerge.measure",
    "inbox_list": "inbox.measure",
    "inbox_agents": "agents.measure",
    "inbox_case": "cases.measure",
}
Figure = dict[str, Any]


def run(names: Iterable[str]) -> dict[str, Figure]:
    """Measure these; raises ValueError for an unknown name."""
    wanted = list(names)
    for name in wanted:
        if name not in NAMES:
            raise ValueError(f"no benchmark '{name}'; there are: {', '.join(NAMES)}")
    results: dict[str, Figure] = {}
    for name in wanted:
        module, measure = NAMES[name].split(".")
        results[name] = getattr(importlib.import_module(f"{__name__}.{module}"), measure)(results)
    return results


def figure(
    value: float, unit: str, against: str, against_value: float, gate: float, *, at_least: bool, **detail: Any
) -> Figure:
    """`ratio` is value / against_value; it holds at least (or at most) at the gate, if what must hold also does."""
    ratio = value / against_value if against_value else 0.0
    holds = ratio >= gate if at_least else ratio <= gate
    return {
        "value": round(value, 3),
        "unit": unit,
        "against": against,
        "against_value": round(against_value, 3),
        "ratio": round(ratio, 3),
        "gate": gate,
        "ok": holds and all(detail.get("also", {}).values()),
        "detail": detail,
    }


def peak_kb() -> int:
    """Peak resident memory of this process alone."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


def table(results: dict[str, Figure]) -> str:
    """For people: one line a figure."""
    lines = []
    for name, f in results.items():
        sign = "ok  " if f["ok"] else "MISS"
        peer = f"{f['against_value']:,} ({f['against']})"
        lines.append(f"{sign} {name:16} {f['value']:>12,} {f['unit']} against {peer}: {f['ratio']} (gate {f['gate']})")
        lines += [f"       {key}: {value}" for key, value in f["detail"].items()]
    return "\n".join(lines)
