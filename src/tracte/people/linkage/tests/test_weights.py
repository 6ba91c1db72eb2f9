"""The SQL that a model is written as gives Splink's own weights."""

import random

import duckdb
import pytest

from tracte.people.linkage import dialects, resolving, tables, training
from tracte.people.linkage import model as models
from tracte.people.linkage.tests import population


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    path, _ = population.write(folder)
    (folder / "m.yml").write_text(population.MAPPING)
    con = duckdb.connect()
    _, names = tables._load(con, [path], tables._mapping(folder / "m.yml", 1))
    yield con, names, training.train(con, names, tables.affordable(con, names))
    con.close()


def test_weights_are_those_of_splink(trained):
    con, names, model = trained
    weighed = resolving.weigh(con, names, model, least=-8)
    ours = {(a, b): w for a, b, w in con.execute(f"SELECT a, b, w FROM {weighed}").fetchall()}
    splink = by_splink(con, names, model, least=-8)
    assert len(splink) > 100 and ours.keys() == splink.keys()
    assert max(abs(ours[pair] - splink[pair]) for pair in splink) < 1e-9
    assert resolving.between(con, names, model, list(splink)) == ours


def by_splink(con, names, model, least):
    """Its own pairs and weights, by its own blocking."""
    linker = training.linker(con, names, model.settings, shares=True)
    table = linker.inference.predict(threshold_match_weight=least).physical_name
    found = con.execute(f"SELECT unique_id_l, unique_id_r, match_weight FROM {table}").fetchall()
    return {(min(a, b), max(a, b)): w for a, b, w in found}


def test_without_given_names_the_guard_lets_nothing_pass(trained):
    con, names, model = trained
    nameless = [one for one in model.comparisons if one["output_column_name"] != "given"]
    weighed = resolving.weigh(
        con, names, models.Model({**model.settings, "comparisons": nameless}), least=0, guarded=True
    )
    assert con.execute(f"SELECT count(*) > 100, bool_or(may) FROM {weighed}").fetchall() == [(True, False)]


def test_a_model_can_be_trusted_or_is_refused_with_the_reason(trained):
    _, _, model = trained
    model.refuse()
    spoilt = models.Model({**model.settings, "probability_two_random_records_match": 0.4})
    with pytest.raises(models.Insane, match=r"two random records would be one person with probability 0\.4"):
        spoilt.refuse()
    name = model.comparisons[0]
    levels = [
        {**level, "m_probability": 0.001} if n == 1 else level for n, level in enumerate(name["comparison_levels"])
    ]
    odd = models.Model({**model.settings, "comparisons": [{**name, "comparison_levels": levels}]})
    with pytest.raises(models.Insane, match=r"given: only 0.1% of true pairs would agree on it"):
        odd.refuse()


def test_the_prior_is_near_the_truth(trained):
    _, _, model = trained
    pairs, people = 0.34 * 600, 600 * 1.34
    assert 0.5 < model.settings["probability_two_random_records_match"] / (pairs / (people**2 / 2)) < 2


def test_probability_and_weight_say_the_same():
    assert models.probability(0) == 0.5
    assert models.probability(-1e9) == pytest.approx(0) and models.probability(1e9) == pytest.approx(1)
    assert models.probability(10) == pytest.approx(1024 / 1025)


def test_duckdb_counts_letters_and_not_their_bytes():
    draw = random.Random(1)
    words = ["".join(draw.choice("ab ñçøαβжд中文ا😀") for _ in range(draw.randrange(9))) for _ in range(60)]
    con = duckdb.connect()
    dialects.teach(con)
    pairs = [(a, b) for a in words for b in words]
    found = con.execute(
        "SELECT a, b, levenshtein(a, b) FROM (SELECT unnest(?) AS a, unnest(?) AS b)",
        [*map(list, zip(*pairs, strict=True))],
    ).fetchall()
    assert len(found) == len(pairs) and all(apart == distance(a, b) for a, b, apart in found)
    con.close()


def distance(a, b):
    """Levenshtein's, row by row."""
    above = list(range(len(b) + 1))
    for place, letter in enumerate(a, 1):
        here = [place]
        for n, other in enumerate(b):
            here.append(min(above[n] + (letter != other), above[n + 1] + 1, here[n] + 1))
        above = here
    return above[-1]
