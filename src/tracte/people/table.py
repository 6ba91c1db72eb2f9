"""All records of an administration as one DuckDB table, with the columns that they are compared by."""

from __future__ import annotations

import io
from collections.abc import Iterable

import duckdb
import pyarrow as pa
from django.db import connection
from pyarrow import csv

from tracte.people.linkage import blocking, frequencies
from tracte.people.linkage.comparisons import RARE
from tracte.people.models import LinkModel
from tracte.people.protections.degrees import MOST_NAMES

NAME = "records"
RECORDS = f"""
SELECT r.id, m.person_id AS person, r.given, r.given_root, r.given_sound, r.sur1, r.sur1_sound, r.sur2, r.sur2_sound,
to_char(r.birth_date, 'YYYYMMDD') AS born,
CASE WHEN extract(day FROM r.birth_date) <= 12 THEN to_char(r.birth_date, 'YYYYDDMM') END AS born_swapped,
r.birth_date - date '0001-01-01' + 1 AS born_day, r.area AS postcode, r.place, {blocking.NAMED} AS named,
array_to_string(r.purposes, ' ') AS purposes
FROM people_sourcerecord r JOIN people_membership m ON m.record_id = r.id AND m.to_seq IS NULL ORDER BY r.id
"""
CARRIED = """
SELECT c.record_id AS id, c.identifier_id AS identifier, i.kind
FROM people_recordidentifier c JOIN people_identifier i ON i.id = c.identifier_id AND i.state <> 'blocked'
"""
SHARES = 'SELECT "column", value, share FROM people_frequency'
CANNOT = """
SELECT e.a_id AS a, e.b_id AS b FROM people_edge e WHERE e.kind = 'cannot'
AND NOT EXISTS (SELECT FROM people_edge later WHERE later.a_id = e.a_id AND later.b_id = e.b_id AND later.seq > e.seq)
"""
MOST_PERSONS = 30  # that bear one, however they are called: a switchboard where everybody says "Maria"
LISTS = {"documents": "national_id", "phones": "phone", "emails": "email"}


def load(con: duckdb.DuckDBPyConnection, kept: LinkModel | None = None) -> int:
    """Make the table `records`; how many there are. Its shares are those that a model was kept with, or, for learning
    one, counted now. `unique_id` counts them, oldest first; a list that would be empty
    is NULL, and an identifier that too many people share is in none."""
    con.execute("SET enable_progress_bar = false").fetchall()  # it is drawn on stdout, where `--json` answers
    con.register("told", _read(RECORDS, {"born_day": pa.int32()}))
    con.register("carried", _read(CARRIED, {}))
    lists = ", ".join(
        f"list(identifier ORDER BY identifier) FILTER (WHERE kind = '{kind}') AS {name}" for name, kind in LISTS.items()
    )
    con.execute(
        f"CREATE TABLE {NAME} AS SELECT row_number() OVER (ORDER BY told.id) AS unique_id, told.*, {', '.join(LISTS)} "
        f"FROM told LEFT JOIN (SELECT id, {lists} FROM (SELECT id, identifier::UUID AS identifier, kind FROM carried "
        f"WHERE identifier NOT IN (SELECT identifier FROM carried JOIN told USING (id) GROUP BY identifier "
        f"HAVING count(DISTINCT given_root) > {MOST_NAMES} OR count(DISTINCT person) > {MOST_PERSONS})) "
        f"GROUP BY id) c USING (id)"
    ).fetchall()
    con.unregister("told")
    con.unregister("carried")
    records = con.execute(f"SELECT count(*) FROM {NAME}").fetchall()[0][0]
    if kept is None:
        frequencies.count(con, [NAME], sorted(RARE), names=True)
    else:
        con.register("kept", _read(f"{SHARES} WHERE model_id = '{kept.id}'", {"share": pa.float64()}))
        con.execute(f"CREATE OR REPLACE TABLE {frequencies.TABLE} AS FROM kept")
        con.unregister("kept")
    frequencies.attach(con, NAME, sorted(RARE), records if kept is None else kept.records, names=True)
    return records


def common_purposes(told: Iterable[tuple[str, str | None]]) -> dict[str, frozenset[str]]:
    """person -> the purposes that all their records came for, from (person, purposes of a record)."""
    found: dict[str, frozenset[str]] = {}
    for person, purposes in told:
        mine = frozenset((purposes or "").split())
        found[person] = found.get(person, mine) & mine
    return found


def _read(query: str, types: dict[str, pa.DataType]) -> pa.Table:
    """The rows of a query, by COPY: as text, but for the columns with a type."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            buffer.write(block)
    buffer.seek(0)
    header = buffer.readline().decode().strip().split(",")
    buffer.seek(0)
    return csv.read_csv(
        buffer,
        convert_options=csv.ConvertOptions(
            column_types={name: types.get(name, pa.string()) for name in header},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True),
    )


def apart(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Pairs of `unique_id` that somebody kept apart and nobody joined since. (That two verified documents never meet is
    checked where links are made, under the lock.)"""
    con.register("cannot", _read(CANNOT, {}))
    found = con.execute(
        f"SELECT x.unique_id, y.unique_id FROM cannot c JOIN {NAME} x ON x.id = c.a JOIN {NAME} y ON y.id = c.b"
    ).fetchall()
    con.unregister("cannot")
    return [(min(a, b), max(a, b)) for a, b in found]
