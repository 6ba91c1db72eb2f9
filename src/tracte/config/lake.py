"""`tracte lake`: the facts of all rooms as files."""

from __future__ import annotations

import json

import click

from tracte.config import installation


@click.group()
def lake() -> None:
    """Facts as files, for questions over years."""


@lake.command("build")
@click.option("--json", "as_json", is_flag=True)
def lake_build(as_json: bool) -> None:
    """Publish the facts of all rooms as one new snapshot; only months that changed are written."""
    administration = installation.ready()
    from tracte.config import filling

    done = filling.build(administration, tell=lambda line: click.echo(f"tracte: {line}", err=True))
    news = f"{done['files_written']} of {done['files']} files written" if done["is_new"] else "nothing new"
    line = f"{done['snapshot']}: {done['rows']} rows, {news}, in {done['seconds']} s"
    click.echo(json.dumps(done) if as_json else line)
