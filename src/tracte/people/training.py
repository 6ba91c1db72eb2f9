"""The model of an administration: learnt from its own records, kept for ever, the newest in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import duckdb
from django.db import transaction

from tracte.core.sql import column, run
from tracte.people import table
from tracte.people.linkage import blocking, frequencies, training, weights
from tracte.people.linkage.model import Insane
from tracte.people.models import LinkModel
from tracte.people.review import calibrating


class NotTrained(ValueError):
    """There is no model yet, or none could be learnt: one line that says why."""


@transaction.atomic
def train(*, at: dt.datetime, tell: Callable[[str], object] = print) -> LinkModel:
    """Learn from all records and keep what was learnt, with how frequent each name is. Raises NotTrained."""
    con = duckdb.connect()
    try:
        tell(f"{table.load(con)} records")
        try:
            learnt = training.train(con, [table.NAME], blocking.KEYS)
        except Insane as error:
            raise NotTrained(f"no model was learnt, the one in use stays: {error}") from error
        made = LinkModel.objects.create(trained_at=at, records=learnt.records, settings=learnt.settings)
        _keep_frequencies(con, made)
        calibrating.calibrate(at=at)
    finally:
        con.close()
    return made


def _keep_frequencies(con: duckdb.DuckDBPyConnection, made: LinkModel) -> None:
    """The live path looks up how frequent a name is; those that the model does not ask for are left out."""
    asked = [*weights.frequencies(made.learnt), "given", *frequencies.NAMES, frequencies.NAMESAKES]
    found = con.execute(
        f'SELECT "column", value, share FROM {frequencies.TABLE} WHERE "column" IN ? ORDER BY ALL',  # noqa: S608
        [asked],
    ).fetchall()
    run(
        'INSERT INTO people_frequency (model_id, "column", value, share) '
        "SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::float8[])",
        made.id,
        column("text", [name for name, _, _ in found]),
        column("text", [value for _, value, _ in found]),
        [share for _, _, share in found],
    )
