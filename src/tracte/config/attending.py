"""`tracte inbox`: what is learnt of what people write."""

from __future__ import annotations

import json

import click

from tracte.config import installation


@click.group()
def inbox() -> None:
    """What people write, and what it is about."""


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
