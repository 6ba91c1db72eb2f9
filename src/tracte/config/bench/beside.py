"""`resolve_vs_splink`: one record live, beside Splink's own way with one: `predict_between` of it and everybody.

Same model, same blocking rules, same machine, by turns, with the term frequencies of Splink made before anything
counts. Its time is told a second time without the rules over lists, which it must unfold for each question.
"""

from __future__ import annotations

import os
import statistics
import time
import uuid
import warnings
from collections.abc import Callable

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.splink_dataframe import SplinkDataFrame

from tracte.config.bench import Figure, figure
from tracte.config.bench.town import RECORDS, database, town
from tracte.people.linkage import blocking, training, weights
from tracte.people.linkage.model import Model

ASKED, GATE = int(os.environ.get("TRACTE_BENCH_ASKED", "15")), 100.0
WARM = 2
PLAIN = [training.blocked(rule) for rule in blocking.KEYS if not set(rule) & set(blocking.LISTS)]
Ask = Callable[[SplinkDataFrame, list | None], SplinkDataFrame]


def measure(_: dict[str, Figure]) -> Figure:
    from tracte.core import tenancy
    from tracte.people import by_model, recognise, weighing

    where = town()
    live: list[float] = []
    whole: list[float] = []
    plain: list[float] = []
    with database(where.records) as con, tenancy.acting_for(where.administration):
        newest = con.execute("SELECT unique_id, id::VARCHAR FROM records ORDER BY id DESC LIMIT 2000").fetchall()
        api, ask = asking(con, "records", where.model.learnt)
        recognise.lock()
        for number, id_ in newest[:: max(len(newest) // (ASKED + WARM), 1)][: ASKED + WARM]:
            one = uuid.UUID(id_).bytes
            for _turn in range(
                3
            ):  # the last counts: what Splink leaves in the processor's caches is not ours to pay for
                started = time.perf_counter()
                weighing.weigh([one], where.model.learnt, where.model.id, least=by_model.WORST)
                spent = time.perf_counter() - started
            live.append(spent * 1000)
            frame = newcomers(con, api, f"SELECT * FROM records WHERE unique_id = {number}")
            for rules, times in ((None, whole), (PLAIN, plain)):
                started = time.perf_counter()
                con.execute(f"SELECT count(*) FROM {ask(frame, rules).physical_name}").fetchall()
                times.append((time.perf_counter() - started) * 1000)
    ours, peer, kindest = (statistics.median(times[WARM:]) for times in (live, whole, plain))
    return figure(
        peer,
        "ms (p50) of predict_between",
        "one record resolved live",
        ours,
        GATE,
        at_least=True,
        records=RECORDS,
        asked=ASKED,
        without_lists_ms=round(kindest, 1),
        without_lists_ratio=round(kindest / ours, 1),
    )


def asking(con: duckdb.DuckDBPyConnection, name: str, model: Model) -> tuple[DuckDBAPI, Ask]:
    """Splink over a table, its term frequencies made; and how to ask it who of that table some newcomers may be."""
    api = DuckDBAPI(connection=con)
    everybody = api.register(name, dataset_display_name=name)
    linker = Linker(everybody, model.settings, log_level=None)
    for column in weights.frequencies(model):
        told = f"SELECT DISTINCT {column}, {weights.share(column, 't')} AS tf_{column} FROM {name} t"
        con.execute(f"CREATE OR REPLACE TABLE tf_{column} AS {told} WHERE {column} IS NOT NULL").fetchall()
        linker.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)

    def ask(frame: SplinkDataFrame, rules: list | None) -> SplinkDataFrame:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return linker.inference.predict_between(
                frame, everybody, blocking_rules_to_generate_predictions=rules, threshold_match_weight=-30.0
            )

    return api, ask


def newcomers(con: duckdb.DuckDBPyConnection, api: DuckDBAPI, query: str) -> SplinkDataFrame:
    """Rows as a table of their own, as Splink wants those who are new."""
    con.execute(f"CREATE OR REPLACE TABLE newcomers AS {query}").fetchall()
    return api.register("newcomers")
