"""`tracte inbox`: what is learnt of what people write, and cases that come from elsewhere."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from tracte.config import installation


@click.group()
def inbox() -> None:
    """What people write, what it is about, and what comes from another system."""


@inbox.command("train")
@click.option("--json", "as_json", is_flag=True)
def inbox_train(as_json: bool) -> None:
    """Learn which topic a message is about from this installation's own history; with too little, say how much."""
    administration = installation.ready()
    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.inbox.suggesting import training

    with tenancy.acting_for(administration):
        made = training.train(at=now())
    told = made.measured
    summary = {"model": str(made.id), "records": made.records, "topics": made.classes, "held": told["held"]}
    summary |= {name: told[name] for name in ("accuracy", "baseline", "among_three", "accuracy_new")}
    line = (
        f"model {made.id}, learnt from {made.records} messages of {made.classes} topics: {told['accuracy']:.1%} right "
        f"of the newest {told['held']}, where always saying the most frequent would be {told['baseline']:.1%}"
    )
    click.echo(json.dumps(summary) if as_json else line)


@inbox.command("import-cases")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def import_cases(file: Path, mapping: Path, as_json: bool) -> None:
    """Cases of another system from a CSV. What cannot come in goes to a file beside it, with line and reason."""
    administration = installation.ready()
    from tracte.core.clock import now
    from tracte.inbox import importing

    started = time.monotonic()
    done = importing.import_cases(administration, file, mapping, by=None, at=now())
    told = {"received": done.received, "new": done.new, "duplicate": done.duplicate, "rejected": len(done.rejected)}
    beside = file.with_name(f"{file.name}.rejects.ndjson")
    if done.rejected:
        rows = ({"line": line, "id": number, "reason": reason} for line, number, reason in sorted(done.rejected))
        beside.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    line = ", ".join(f"{name} {n}" for name, n in told.items()) + (f"; see {beside.name}" if done.rejected else "")
    click.echo(json.dumps(told | {"seconds": round(time.monotonic() - started, 1)}) if as_json else line)
