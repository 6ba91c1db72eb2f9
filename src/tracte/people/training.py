"""The model of an administration: learnt from its own records, kept for ever, the newest in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import duckdb
from django.db import transaction

from tracte.core.sql import column, run
from tracte.people import table
from tracte.people.linkage import blocking, training, weights
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
        for name in weights.frequencies(learnt):
            _frequencies(con, made, name)
        calibrating.calibrate(at=at)
    finally:
        con.close()
    return made


def _frequencies(con: duckdb.DuckDBPyConnection, made: LinkModel, name: str) -> None:
    found = con.execute(
        f"SELECT {name}, count(*)::DOUBLE / sum(count(*)) OVER () FROM {table.NAME} "  # noqa: S608
        f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    run(
        'INSERT INTO people_frequency (model_id, "column", value, share) '
        "SELECT %s, %s, * FROM unnest(%s::text[], %s::float8[])",
        made.id,
        name,
        column("text", [value for value, _ in found]),
        [share for _, share in found],
    )
