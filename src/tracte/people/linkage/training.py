"""Learn a model from records without anybody labelling them: Splink's expectation maximisation, on DuckDB."""

from __future__ import annotations

import json
import logging
import math
import tempfile
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, block_on

from tracte.people.linkage import blocking, dialects, weights
from tracte.people.linkage.blocking import Rule
from tracte.people.linkage.comparisons import ELSE, Comparison, available
from tracte.people.linkage.model import Insane, Model, oddity

U_PAIRS, EM_PAIRS = 2e6, 5e5  # random pairs for u, pairs of one session for m
SESSIONS, EM_TURNS = 3, 15  # more turns drive what never happens below the smallest float
PRIOR_TURNS, LEAST_WEIGHT = 8, -4.0  # bits: the many that hardly agree must not outvote the few that do
LEAST_PAIRS = 50  # of a session: fewer teach nothing
RECALL = 0.7  # of the rules that surely find one person, as a share of all true pairs

SURE: tuple[Rule, ...] = (
    ("documents",),
    ("national_id",),
    ("given", "sur1", "born"),
    ("given", "sur1", "phone"),
    ("given", "sur1", "email"),
    ("given", "sur1", "address", "postcode"),
    ("given", "sur1", "postcode", "birth_place"),
    ("given", "sur1", "postcode", "occupation"),
)
Taught = list[list[float | None]]  # of one column, for each block: m of its levels
LEAST_M, LEAST_U = 1e-4, 1e-9

TEACHERS: tuple[Rule, ...] = (
    ("born",),
    ("given", "sur1"),
    ("national_id",),
    ("sur1", "postcode"),
    ("address",),
    ("given", "locality"),
    ("given", "birth_place"),
    ("documents",),
)


def settings(columns: Iterable[str], rules: Sequence[Rule], *, link: bool, dialect: str = "duckdb") -> dict[str, Any]:
    """Splink's settings, untrained, for a table with these columns."""
    comparisons = [_comparison(c, dialect) for c in available(list(columns))]
    return {
        "link_type": "link_only" if link else "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [blocked(rule) for rule in rules],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
        "max_iterations": EM_TURNS,
    }


def _comparison(comparison: Comparison, dialect: str) -> dict[str, Any]:
    column = comparison.column
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL",
            "label_for_charts": "unknown",
            "is_null_level": True,
        }
    ]
    for level in comparison.levels:
        condition = level.condition.replace("{c}", column)
        made: dict[str, Any] = {
            "sql_condition": ELSE if condition == ELSE else dialects.pairwise(condition, dialect),
            "label_for_charts": level.label,
        }
        if level.rare:
            made |= {"tf_adjustment_column": column, "tf_adjustment_weight": 1.0}
        if level.fixed_m:
            made |= {"m_probability": level.fixed_m, "fix_m_probability": True}
        if level.fixed_u:
            made |= {"u_probability": level.fixed_u, "fix_u_probability": True}
        levels.append(made)
    return {"output_column_name": column, "comparison_levels": levels}


def blocked(rule: Rule) -> Any:
    """A rule as Splink wants it."""
    columns = [blocking.expression(column, "x").removeprefix("x.").replace("(x.", "(") for column in rule]
    lists = [column for column in rule if column in blocking.LISTS]
    return block_on(*columns, arrays_to_explode=lists) if lists else block_on(*columns)


def linker(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], spec: dict[str, Any], *, shares: bool = False
) -> Linker:
    """A Splink linker over tables of this connection. `shares`: how frequent values are is what the rows say (it would
    count them itself)."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    dialects.teach(con)
    api = DuckDBAPI(connection=con)
    frames = [api.register(table, dataset_display_name=table) for table in tables]
    made = Linker(frames if len(frames) > 1 else frames[0], spec, log_level=None)
    for column in weights.frequencies(Model(spec)) if shares else ():
        told = f"SELECT DISTINCT {column}, {weights.share(column, 't')} AS tf_{column} FROM ({weights.rows(tables)}) t"
        con.execute(f"CREATE OR REPLACE TABLE tf_{column} AS {told} WHERE {column} IS NOT NULL")
        made.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
    return made


def train(con: duckdb.DuckDBPyConnection, tables: Sequence[str], rules: Sequence[Rule]) -> Model:
    """Learn from tables with the columns of `features`. Raises Insane when what was learnt cannot be trusted."""
    columns = [row[0] for row in con.execute(f"DESCRIBE {tables[0]}").fetchall()]
    spec = settings(columns, rules, link=len(tables) > 1)
    if len(spec["comparisons"]) < 2:
        raise Insane("there is too little to tell people apart by: a name and one thing more are needed")
    sure = [rule for rule in blocking.possible(SURE, columns) if pairs(con, tables, rule) >= 1]
    if not sure:
        raise Insane("no two records agree on what would make them surely one person: nothing can be learnt from them")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner = linker(con, tables, spec)
        training = learner.training
        try:
            training.estimate_probability_two_random_records_match([blocked(rule) for rule in sure], recall=RECALL)
        except ValueError as error:  # more pairs than there can be
            raise Insane("nearly all records agree on what would make them surely one person: all alike?") from error
        try:
            training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=1)
        except ValueError as error:
            raise Insane(f"these records are no sample of people: {' '.join(str(error).split())}") from error
        begun = _saved(learner)
        taught = _teach(con, tables, begun)
        model = _trusted(Model(_filled(begun, taught), records(con, tables)), taught)
        return _with_prior(con, tables, model)


def _teach(con: duckdb.DuckDBPyConnection, tables: Sequence[str], begun: dict[str, Any]) -> dict[str, Taught]:
    """Learn m, block by block, until each column was free to differ in one: column -> what each block taught.

    Every block is learnt from alone: one that starts where another ended can run into the smallest float.
    """
    columns = {comparison["output_column_name"] for comparison in begun["comparisons"]}
    taught: dict[str, Taught] = {}
    sessions = 0
    for rule in blocking.possible(TEACHERS, columns):
        free = columns - {blocking.source(column) for column in rule}
        if (sessions >= SESSIONS and free <= taught.keys()) or pairs(con, tables, rule) < LEAST_PAIRS:
            continue
        alone = linker(con, tables, begun)
        try:
            alone.training.estimate_parameters_using_expectation_maximisation(blocked(rule), max_pairs=EM_PAIRS)
        except ValueError:
            continue
        sessions += 1
        for comparison in _saved(alone)["comparisons"]:
            if (column := comparison["output_column_name"]) in free:
                learnt = [level.get("m_probability") for level in comparison["comparison_levels"]]
                taught.setdefault(column, []).append(learnt)
    if not sessions:
        raise Insane("too few records agree on anything to learn from them")
    return taught


def _with_prior(con: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model) -> Model:
    """The prior that agrees with the pairs it leads to: one more turn of expectation maximisation, over all pairs.

    The rules that start it find only those true pairs on which nothing differs, and by how much they fall short no
    recall that is written in a program can know.
    """
    predicted = linker(con, tables, model.settings, shares=True).inference.predict(threshold_match_weight=LEAST_WEIGHT)
    sizes = [records(con, [table]) for table in tables]
    possible = sizes[0] * sizes[1] if len(sizes) > 1 else sizes[0] * (sizes[0] - 1) / 2
    prior = model.settings["probability_two_random_records_match"]
    for _ in range(PRIOR_TURNS):
        shift = math.log2(prior / (1 - prior)) - model.prior
        expected = con.execute(
            f"SELECT sum(1 / (1 + pow(2.0, -(match_weight + ?)))) FROM {predicted.physical_name}", [shift]
        ).fetchall()[0][0]
        prior = (expected or 0) / possible
    settled = Model({**model.settings, "probability_two_random_records_match": prior}, model.records)
    settled.refuse()
    return settled


def pairs(con: duckdb.DuckDBPyConnection, tables: Sequence[str], rule: Rule) -> int:
    """How many pairs a rule gives, at most (a pair may meet under several rules)."""
    columns = [f"unnest({c})" if c in blocking.LISTS else blocking.expression(c, "t") for c in rule]
    names = [f"k{n}" for n in range(len(rule))]
    selects = [
        f"SELECT {', '.join(map(' AS '.join, zip(columns, names, strict=True)))}, {place} AS side FROM {table} t"
        for place, table in enumerate(tables)
    ]
    count = "sum(a * b)" if len(tables) > 1 else "sum(n * (n - 1) // 2)"
    known = " AND ".join(f"{n} IS NOT NULL" for n in names)
    found = con.execute(
        f"SELECT {count}::BIGINT FROM (SELECT count(*)::HUGEINT n, count(*) FILTER (WHERE side = 0)::HUGEINT a, "
        f"count(*) FILTER (WHERE side = 1)::HUGEINT b FROM ({' UNION ALL '.join(selects)}) WHERE {known} "
        f"GROUP BY {', '.join(names)})"
    ).fetchall()
    return found[0][0] or 0


def records(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> int:
    return sum(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables)


def _saved(learner: Linker) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        learner.misc.save_model_to_json(str(path))
        return json.loads(path.read_text())


def _filled(spec: dict[str, Any], taught: Mapping[str, Taught]) -> dict[str, Any]:
    """m of each level: the mean of what the blocks taught. Nothing is impossible; what was never met says nothing."""
    for comparison in spec["comparisons"]:
        sessions = taught.get(comparison["output_column_name"], [])
        for place, level in enumerate(comparison["comparison_levels"]):
            if level.get("is_null_level"):
                continue
            learnt = [m for session in sessions if (m := session[place]) is not None]
            u = level.get("u_probability")
            if not learnt:
                u = u if u is not None else LEAST_M
                learnt = [u]
            level["m_probability"] = max(sum(learnt) / len(learnt), LEAST_M)
            level["u_probability"] = max(u if u is not None else level["m_probability"], LEAST_U)
    return spec


def _trusted(model: Model, taught: Collection[str]) -> Model:
    """Without the comparisons that learnt nothing or nonsense, if those that stay still tell people apart."""
    kept = [c for c in model.comparisons if c["output_column_name"] in taught and not oddity(c)]
    odd = [c for c in model.comparisons if oddity(c)]
    names = {"given", "sur1", "national_id", "documents", "text"} & {c["output_column_name"] for c in kept}
    if len(kept) < 2 or not names:
        why = f"{odd[0]['output_column_name']}: {oddity(odd[0])}" if odd else "too little was learnt"
        raise Insane(why)
    trusted = Model({**model.settings, "comparisons": kept}, model.records)
    trusted.refuse()
    return trusted
