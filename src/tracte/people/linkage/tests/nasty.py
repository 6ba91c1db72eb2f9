"""Rows that engines might read differently, and a model that nobody learnt, over every comparison there is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from tracte.people.linkage import blocking, frequencies, training
from tracte.people.linkage.blocking import Rule
from tracte.people.linkage.comparisons import RARE
from tracte.people.linkage.model import Model

NAMES = "given given_root given_sound sur1 sur1_sound sur2 sur2_sound".split()
INSTALLATION = (*NAMES, "born", "born_swapped", "born_day", "postcode", "place", "documents", "phones", "emails")
FILE = (
    *INSTALLATION, "national_id", "phone", "email", "address", "locality", "birth_place", "region", "sex",
    "occupation", "text",
)  # fmt: skip
IDENTIFIERS = [uuid.UUID(int=n) for n in range(4)]

# Two letters of each kind, so that words meet: plain, accented, combining, Greek, Cyrillic, Arabic, Chinese, beyond
# the first plane, quotes.
_letters = "ab éñ\u0301\u0308αβжд\u0627\u0628中文😀𝒳'\"\\%"
_word = st.none() | st.text(alphabet=_letters, max_size=6) | st.sampled_from(["puig", "puch", "puig serra", "пуйч"])
_date = st.none() | st.sampled_from(["19800103", "19800301", "19800130", "19810104", "00010101", "20001340"])
_list = st.none() | st.lists(st.sampled_from(IDENTIFIERS), min_size=1, max_size=3, unique=True)
_column = {
    "born": _date, "born_swapped": _date, "born_day": st.none() | st.integers(1, 3_000_000),
    "documents": _list, "phones": _list, "emails": _list, "place": st.sampled_from(["vic", "gràcia", None]),
}  # fmt: skip
_type = {"born_day": pa.int32(), "documents": pa.list_(pa.string())}


def rows(columns: Sequence[str]) -> st.SearchStrategy[list[dict]]:
    row = st.fixed_dictionaries({column: _column.get(column, _word) for column in columns})
    return st.lists(row, min_size=12, max_size=60)


def table(con: duckdb.DuckDBPyConnection, made: list[dict], columns: Sequence[str], name: str = "records") -> str:
    """As `people.table` makes it: lists are UUID[]."""
    lists = ("documents", "phones", "emails")
    content = pa.table(
        {"unique_id": pa.array(range(len(made)), pa.int64())}
        | {c: pa.array([row[c] for row in made], pa.int32() if c == "born_day" else pa.string())
           for c in columns if c not in lists}
        | {c: pa.array([row[c] and list(map(str, row[c])) for row in made], pa.list_(pa.string()))
           for c in columns if c in lists}
    )  # fmt: skip
    con.register("content", content)
    told = ", ".join(f"{c}::UUID[] AS {c}" for c in lists if c in columns)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * REPLACE ({told}), {blocking.NAMED} AS named FROM content")
    con.unregister("content")
    rare = sorted(RARE & set(columns))
    frequencies.count(con, [name], rare, names=True)
    frequencies.attach(con, name, rare, len(made), names=True)
    return name


def model(columns: Sequence[str], rules: Sequence[Rule], *, link: bool = False) -> Model:
    """Every level says something of its own, so that no two levels can be taken for each other."""
    spec = training.settings(columns, rules, link=link)
    spec["probability_two_random_records_match"] = 0.01
    for place, comparison in enumerate(spec["comparisons"]):
        told = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for number, level in enumerate(told):
            level["m_probability"] = 0.9 / 3**number + 0.001 * place
            level["u_probability"] = 0.01 * 2**number + 0.0001 * place
            level.pop("fix_u_probability", None)
    con = duckdb.connect()
    names = [table(con, [dict.fromkeys(columns)], columns, name) for name in ("a", "b")[: 1 + link]]
    settled = training._saved(training.linker(con, names, spec))  # as Splink writes it, rules and all
    con.close()
    return Model(settled, 1)
