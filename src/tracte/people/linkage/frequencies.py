"""How frequent a value is, and how many others may bear a name.

To share a rare surname says more than to share García: the rows to be compared carry the share of each of their values
(`share_sur1`), counted over different appearances, so that who calls forty times does not make their name a common one.

How many others may bear a whole name is not the product of its shares: where few names are in use, those who share a
surname share given names too. So it is asked of those who bear that surname (`others`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import duckdb

TABLE = "frequencies"  # "column", value, share
APPEARANCE = ("given", "sur1", "sur2", "postcode", "place")  # two that differ in one of these are two
NAMES = {  # what is counted of names, beside single columns: SQL of any engine over a row `{0}`
    "root": "{0}.given_root",
    "family": "{0}.sur1",
    "second": "{0}.sur2",
    "root_family": "{0}.given_root || '|' || {0}.sur1",
    "families": "{0}.sur1 || '|' || {0}.sur2",
    "family_here": "{0}.sur1 || '|' || CAST({0}.place AS text)",
}
NAMESAKES = "namesakes"  # names of one surname in one place, which surely several people bear
NAMED_HERE = "{0}.given_root || '|' || {0}.sur1 || '|' || CAST({0}.place AS text)"
OTHERS = ("others_here", "others_whole_here", "others_whole")
PRIOR = 20  # bearers of a surname: with so many, those and everybody count alike for how frequent a given name is


def count(con: duckdb.DuckDBPyConnection, tables: Sequence[str], columns: Iterable[str], *, names: bool) -> None:
    """Make the table `frequencies`: of each of these columns, the share of each value. `names`: over different
    appearances, and what is counted of names, in shares of all records, for those met twice at least."""
    con.execute(f'CREATE OR REPLACE TABLE {TABLE} ("column" VARCHAR, value VARCHAR, share DOUBLE)')
    rows = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}" for table in tables)
    told = [column for column in columns if column in _held(con, tables[0])]
    once = f"DISTINCT {', '.join(sorted({*told, *APPEARANCE}))}" if names else "*"
    for column in told:
        con.execute(
            f"INSERT INTO {TABLE} SELECT '{column}', {column}::VARCHAR, count(*)::DOUBLE / sum(count(*)) OVER () "
            f"FROM (SELECT {once} FROM ({rows})) WHERE {column} IS NOT NULL GROUP BY 2"
        )
    if not names:
        return
    con.execute(f"CREATE OR REPLACE TABLE named AS SELECT DISTINCT given_root, sur1, sur2, place FROM ({rows})")
    share = f"count(*)::DOUBLE / (SELECT count(*) FROM ({rows}))"
    for name, value in NAMES.items():
        con.execute(
            f"INSERT INTO {TABLE} SELECT '{name}', {value.format('t')}, {share} FROM named t "
            f"WHERE {value.format('t')} IS NOT NULL GROUP BY 2 HAVING count(*) > 1"
        )
    people = "greatest(count(DISTINCT born), count(DISTINCT documents[1]))"
    con.execute(
        f"INSERT INTO {TABLE} SELECT '{NAMESAKES}', {NAMED_HERE.format('t')}, {share} FROM ({rows}) t "
        f"WHERE {NAMED_HERE.format('t')} IS NOT NULL GROUP BY 2 HAVING {people} > 1"
    )


def others(share: Callable[[str], str], records: int) -> dict[str, str]:
    """How many others may bear the name of a row, as SQL: with one surname in that place, the whole name there, the
    whole name anywhere. `share`: of what is counted of names, that of the row, NULL when it was not met twice."""
    met = {name: f"(coalesce({share(name)}, {1 / max(records, 1)!r}) * {records})" for name in NAMES}
    bearers = f"({met['family']} - 1 + {PRIOR})"
    given = f"(greatest({met['root_family']} - 1, 0) + {PRIOR} * {met['root']} / {records}) / {bearers}"
    second = f"(greatest({met['families']} - 1, 0) + {PRIOR} * {met['second']} / {records}) / {bearers}"
    here = f"{met['family_here']} * {given}"
    return dict(zip(OTHERS, (here, f"{here} * {second}", f"{met['family']} * {given} * {second}"), strict=True))


def attach(
    con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], records: int, *, names: bool = False
) -> None:
    """Give each row of a table the share of its values, one that was never counted being as rare as one of `records`;
    and, with `names`, how many others may bear its name, and whether surely others do (`namesakes`)."""
    told = [(column, f"t.{column}::VARCHAR") for column in columns if column in _held(con, table)]
    shares = [f"coalesce(f_{column}.share, {1 / max(records, 1)!r}) AS share_{column}" for column, _ in told]
    if names:
        told += [(name, value.format("t")) for name, value in NAMES.items()]
        told.append((NAMESAKES, NAMED_HERE.format("t")))
        may = others(lambda name: f"f_{name}.share", records)
        shares += [f"{expression} AS {name}" for name, expression in may.items()]
        shares.append(f"f_{NAMESAKES}.share IS NOT NULL AS {NAMESAKES}")
    joins = "".join(
        f" LEFT JOIN {TABLE} f_{name} ON f_{name}.\"column\" = '{name}' AND f_{name}.value = {value}"
        for name, value in told
    )
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT {', '.join(['t.*', *shares])} FROM {table} t{joins} "
        f"ORDER BY t.unique_id"
    )


def _held(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
