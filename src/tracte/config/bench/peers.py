"""Bare Splink and recordlinkage's ECM classifier over the tables of `truths`, as their own documentation treats such.

Nothing of ours is in it: their comparisons, their blocking, their training, without labels. Splink's rules are those of
its demonstrations of these very tables (deduplication of FEBRL 3, the tutorial on fake 1000, 50,000 historical persons);
recordlinkage's follow its guide to FEBRL: blocks, string similarity from a threshold on, ECM over agreement or not.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tracte.config.bench.truths import Pair, inside

if TYPE_CHECKING:
    import pandas

CUTS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 0.99999)
FIXED = (0.5, 0.95)


class Splink(NamedTuple):
    """Comparisons, blocking rules, rules that surely find one person and their recall, what each turn of training fixes."""

    comparisons: list[Any]
    blocking: list[Any]
    sure: list[Any]
    recall: float
    teachers: list[Any]


def splink(name: str, rows: pandas.DataFrame, key: str) -> dict[str, Callable[[], set[Pair]]]:
    """Train and predict; how it is cut -> the pairs then: each cut of CUTS, of the pairs and of Splink's clusters."""
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    rows, con, told = rows.rename(columns={key: "unique_id"}), duckdb.connect(), _splink(name)
    con.register("rows", rows)
    con.execute("CREATE TABLE people AS FROM rows").fetchall()
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=told.comparisons, blocking_rules_to_generate_predictions=told.blocking
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linker = Linker(DuckDBAPI(connection=con).register("people"), settings, log_level=None)
        training = linker.training
        training.estimate_probability_two_random_records_match(told.sure, recall=told.recall)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in told.teachers:
            training.estimate_parameters_using_expectation_maximisation(rule)
        predicted = linker.inference.predict(threshold_match_probability=min(CUTS))

    def pairs(cut: float) -> set[Pair]:
        asked = f"SELECT unique_id_l, unique_id_r FROM {predicted.physical_name} WHERE match_probability >= {cut}"
        return {(min(pair), max(pair)) for pair in con.execute(asked).fetchall()}

    def clusters(cut: float) -> set[Pair]:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, cut)
        members = con.execute(f"SELECT list(unique_id) FROM {found.physical_name} GROUP BY cluster_id").fetchall()
        return inside(one for (one,) in members)

    each = {"pairs": pairs, "clusters": clusters}
    return {f"{kind}, p at least {cut}": partial(ask, cut) for kind, ask in each.items() for cut in CUTS}


def _splink(name: str) -> Splink:
    return {"fake 1000": _fake, "historical": _historical}.get(name, _febrl)()


def _rare(comparison: Any) -> Any:
    return comparison.configure(term_frequency_adjustments=True)


def _febrl() -> Splink:
    import splink.comparison_library as cl
    from splink import block_on

    blocks = ["soc_sec_id", "given_name", "surname", "date_of_birth", "postcode"]
    comparisons = [
        _rare(cl.NameComparison("given_name")),
        _rare(cl.NameComparison("surname")),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        _rare(cl.ExactMatch("street_number")),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
    ]
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    return Splink(
        comparisons, [block_on(b) for b in blocks], sure, 0.9, [block_on("date_of_birth"), block_on("postcode")]
    )


def _fake() -> Splink:
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.NameComparison("first_name"),
        cl.NameComparison("surname"),
        cl.LevenshteinAtThresholds("dob", 1),
        _rare(cl.ExactMatch("city")),
        cl.EmailComparison("email"),
    ]
    blocking = [block_on("first_name", "city"), block_on("surname"), block_on("email"), block_on("dob")]
    alike = "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2"
    sure = [block_on("first_name", "dob"), alike, block_on("email")]
    return Splink(comparisons, blocking, sure, 0.7, [block_on("first_name", "surname"), block_on("dob")])


def _historical() -> Splink:
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_and_surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        _rare(cl.ExactMatch("birth_place")),
        _rare(cl.ExactMatch("occupation")),
    ]
    area, begins = "substr(postcode_fake,1,3)", ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)")
    rules = [("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "dob"), ("first_name", "dob"), begins]
    rules += [("postcode_fake", "first_name"), ("postcode_fake", "surname"), ("dob", "birth_place")]
    rules += [(area, "dob"), (area, "first_name"), (area, "surname")]
    sure = [("first_name", "surname", "dob"), ("first_name", "surname", "postcode_fake")]
    sure += [("dob", "postcode_fake", "birth_place")]
    teachers = [block_on("first_name", "surname"), block_on("dob")]
    return Splink(comparisons, [block_on(*r) for r in rules], [block_on(*r) for r in sure], 0.6, teachers)


ECM: dict[str, tuple[list[list[str]], dict[str, tuple[str, float]], list[str]]] = {
    # blocks · column -> method of similarity and its threshold · columns that agree or not
    "FEBRL": (
        [["given_name"], ["surname"], ["date_of_birth"], ["postcode"], ["soc_sec_id"]],
        {
            "given_name": ("jarowinkler", 0.85),
            "surname": ("jarowinkler", 0.85),
            "address_1": ("jarowinkler", 0.85),
            "suburb": ("jarowinkler", 0.85),
            "date_of_birth": ("levenshtein", 0.85),
            "soc_sec_id": ("levenshtein", 0.85),
        },
        ["postcode", "state"],
    ),
    "fake 1000": (
        [["first_name", "city"], ["surname"], ["email"], ["dob"]],
        {
            "first_name": ("jarowinkler", 0.85),
            "surname": ("jarowinkler", 0.85),
            "dob": ("levenshtein", 0.85),
            "email": ("levenshtein", 0.85),
        },
        ["city"],
    ),
    "historical": (
        [["first_name", "surname"], ["surname", "dob"], ["first_name", "dob"], ["postcode_fake"], ["dob"]],
        {
            "first_name": ("jarowinkler", 0.85),
            "surname": ("jarowinkler", 0.85),
            "dob": ("levenshtein", 0.85),
            "postcode_fake": ("levenshtein", 0.85),
            "birth_place": ("jarowinkler", 0.85),
        },
        ["gender", "occupation"],
    ),
}


def ecm(name: str, rows: pandas.DataFrame, key: str) -> set[Pair]:
    """The pairs that the classifier takes for one person."""
    import recordlinkage

    blocks, alike, exact = ECM["FEBRL" if name.startswith("FEBRL") else name]
    frame, index, compare = rows.set_index(key), recordlinkage.Index(), recordlinkage.Compare()
    for columns in blocks:
        index.block(columns)
    for column, (method, threshold) in alike.items():
        compare.string(column, column, method=method, threshold=threshold, label=column)
    for column in exact:
        compare.exact(column, column, label=column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        features = compare.compute(index.index(frame), frame)
        found = recordlinkage.ECMClassifier().fit_predict(features)
    return {(min(a, b), max(a, b)) for a, b in found}
