"""How topics are recognised in real data, beside always saying the most frequent one. Slow: run it with -s to read it.

The city's requests (`iris_bcn`) come without what the citizen wrote. Their detail is a label of the same tree as the
subject, so to read the subject from it is to know the tree by heart, not to understand anybody: only the details that
January had not seen ask for that. The plans (`decidim_bcn`) are real Catalan sentences with the city's own labels, but
written by its staff, and without an order in time.
"""

from __future__ import annotations

import csv
import html
import re
from random import Random

import pytest

from tracte.inbox.suggesting.measuring import Example, asked

pytestmark = pytest.mark.slow
KNOWN = ("Type", "support", "answer_channel", "district", "neighbourhood", "street")  # before anybody reads it


def show(name: str, told: dict) -> dict:
    figures = ("held", "accuracy", "baseline", "among_three", "new", "accuracy_new", "secure", "accuracy_secure")
    print(name, {one: told[one] if isinstance(told[one], int) else round(told[one], 3) for one in figures})
    return told


@pytest.fixture(scope="module")
def months(real_data):
    """(closed in January, closed in February), each request once."""
    with real_data("iris_bcn/iris_bcn_closed_2021-01_02.csv").open() as table:
        rows = list({row["ID"]: row for row in reversed(list(csv.DictReader(table)))}.values())
    rows.sort(key=lambda row: (row["date_close"], row["ID"]))
    return tuple([row for row in rows if row["date_close"][:7] == month] for month in ("2021-01", "2021-02"))


@pytest.mark.parametrize("level", ["Area", "Subject"])
def test_the_words_of_a_label(months, level):
    january, february = ([Example(row["Detailed"], row[level]) for row in rows] for rows in months)
    told = show(f"iris, {level} from the words of the detail:", asked(january, february))
    assert told["accuracy"] > 0.95 and told["accuracy_new"] < told["accuracy"] - 0.4, "it knows the tree by heart"


@pytest.mark.parametrize("level", ["Area", "Subject"])
def test_what_is_known_before_anybody_reads_it(months, level):
    january, february = ([Example(_facts(row), row[level]) for row in rows] for rows in months)
    told = show(f"iris, {level} from type, channel and place:", asked(january, february))
    assert told["accuracy"] > told["baseline"] + 0.1


def _facts(row: dict[str, str]) -> str:
    return " ".join(name + re.sub(r"\W", "", row[name]) for name in KNOWN)


@pytest.mark.parametrize(("level", "least"), [("Categoria", 0.75), ("Subcategoria", 0.65)])
def test_sentences(real_data, level, least):
    with real_data("decidim_bcn/action_plans_dev.csv").open() as table:
        rows = list(csv.DictReader(table))
    Random(1).shuffle(rows)
    said = [Example(f"{row['Títol']}\n{_plain(row['Descripció'])}", row[level].strip()) for row in rows]
    cut = len(said) * 4 // 5
    told = show(f"decidim, {level} from title and description:", asked(said[:cut], said[cut:]))
    assert told["accuracy"] > max(least, told["baseline"])


def _plain(text: str) -> str:
    return html.unescape(re.sub("<.*?>", " ", text))
