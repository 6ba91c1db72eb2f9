"""`tracte resolve`: who is who."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tracte.config import installation


@click.group()
def resolve() -> None:
    """Who is who."""


@resolve.command("file")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def resolve_file(files: tuple[Path, ...], mapping: Path, out: Path, engine: str, as_json: bool) -> None:
    """Deduplicate a table, or link two: CSV or Parquet, unsupervised. Needs no installation."""
    if len(files) > 2:
        raise ValueError(f"{len(files)} files: give one to deduplicate, or two to link")
    from tracte.people.linkage import tables

    done = tables.resolve(files, mapping, out, engine=engine, tell=_tell)
    line = f"{done['records']} records, {done['pairs']} pairs that are one person, in {done['seconds']} s: {out}"
    click.echo(json.dumps(done) if as_json else line)


@resolve.command("train")
@click.option("--json", "as_json", is_flag=True)
def resolve_train(as_json: bool) -> None:
    """Learn how to compare from the records of this installation; a model that cannot be trusted is refused."""
    administration = installation.ready()
    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.people import training

    with tenancy.acting_for(administration):
        made = training.train(at=now(), tell=_tell)
        columns = made.learnt.columns
    summary = {"model": str(made.id), "records": made.records, "comparisons": columns}
    line = f"model {made.id}, learnt from {made.records} records by {', '.join(columns)}"
    click.echo(json.dumps(summary) if as_json else line)


@resolve.command("batch")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def resolve_batch(engine: str, as_json: bool) -> None:
    """Compare everybody with everybody by the model in use, and link who is one person."""
    administration = installation.ready()
    from tracte.core.clock import now
    from tracte.people import batch

    done = batch.resolve(administration, at=now(), engine=engine, tell=_tell)
    line = f"{done['proposed']} links proposed, {done['linked']} made, {done['frozen']} components frozen"
    line += f", {done['doubts']} new doubts to review"
    click.echo(json.dumps(done) if as_json else line)


def _tell(line: str) -> None:
    click.echo(f"tracte: {line}", err=True)


@resolve.command("evaluate")
@click.option("--truth", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--json", "as_json", is_flag=True)
def resolve_evaluate(truth: Path, as_json: bool) -> None:
    """Pairwise precision, recall, F1 and B-cubed of the memberships as they stand, against truth.csv."""
    administration = installation.ready()
    from tracte.config import evaluation

    result = evaluation.evaluate(administration, truth)
    click.echo(json.dumps(result) if as_json else "\n".join(f"{name:24} {value}" for name, value in result.items()))
