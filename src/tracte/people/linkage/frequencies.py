"""How frequent a value is: to share a rare surname says more than to share García. And which names several people bear.

Counted over different appearances, so that who calls forty times does not make their own name a common one. The rows
to be compared carry the share of each of their values: `share_sur1` and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

TABLE = "frequencies"  # "column", value, share
APPEARANCE = ("given", "sur1", "sur2", "postcode", "place")
NAMESAKES = {  # a name -> what, when it differs, tells that several people bear it
    "named": ("born", "documents[1]", "place"),
    "named_here": ("born", "documents[1]"),
}


def count(con: duckdb.DuckDBPyConnection, tables: Sequence[str], columns: Iterable[str]) -> None:
    """Make the table `frequencies`: of each of these columns, the share of each value among those that are known; and
    the names that surely several people bear (their share: how many, of all records)."""
    con.execute(f'CREATE OR REPLACE TABLE {TABLE} ("column" VARCHAR, value VARCHAR, share DOUBLE)')
    rows = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}" for table in tables)
    held = [row[0] for row in con.execute(f"DESCRIBE {tables[0]}").fetchall()]
    told = [column for column in columns if column in held]
    once = sorted({*told, *(column for column in APPEARANCE if column in held)})
    for column in told:
        con.execute(
            f"INSERT INTO {TABLE} SELECT '{column}', {column}::VARCHAR, count(*)::DOUBLE / sum(count(*)) OVER () "
            f"FROM (SELECT DISTINCT {', '.join(once)} FROM ({rows})) WHERE {column} IS NOT NULL GROUP BY 2"
        )
    for name, apart in NAMESAKES.items():
        if name in held:
            people = f"greatest({', '.join(f'count(DISTINCT {column})' for column in apart)})"
            con.execute(
                f"INSERT INTO {TABLE} SELECT '{name}', {name}, {people}::DOUBLE / (SELECT count(*) FROM ({rows})) "
                f"FROM ({rows}) WHERE {name} IS NOT NULL GROUP BY 2 HAVING {people} > 1"
            )


def attach(con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], records: int) -> None:
    """Give each row of a table the share of its values. A value that was never counted is as rare as one of
    `records`; a name that was not counted has no namesakes: NULL."""
    held = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    shares, joins = "", ""
    for column in [*(c for c in columns if c in held), *(name for name in NAMESAKES if name in held)]:
        rarest = "NULL" if column in NAMESAKES else repr(1 / max(records, 1))
        shares += f", coalesce(f_{column}.share, {rarest}) AS share_{column}"
        joins += f" LEFT JOIN {TABLE} f_{column} ON f_{column}.\"column\" = '{column}'"
        joins += f" AND f_{column}.value = t.{column}::VARCHAR"
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT t.*{shares} FROM {table} t{joins} ORDER BY t.unique_id")
