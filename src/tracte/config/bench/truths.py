"""Public tables of people in which somebody knows who is who: where they lie, what their columns are, how to score.

What is known is read for scoring only; no engine sees it.
"""

from __future__ import annotations

import functools
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pandas

Pair = tuple[str, str]


@dataclass(frozen=True)
class Truth:
    """A table. `fields`: the roles of `resolve file`; `person`: the true person of a row; `hidden`: columns that tell."""

    name: str
    path: str
    id: str
    fields: dict[str, str | list[str]]
    person: Callable[[dict[str, Any]], str]
    hidden: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        return folder() / self.path

    def mapping(self) -> str:
        """As `tracte resolve file --mapping` reads it."""
        return yaml.safe_dump({"id": self.id, "fields": self.fields})

    def rows(self) -> pandas.DataFrame:
        """The table as it lies there, all of it text, what is empty None."""
        import pandas

        if self.file.suffix == ".parquet":
            found = pandas.read_parquet(self.file)
        else:
            found = pandas.read_csv(self.file, dtype=str, skipinitialspace=True)
        found = found.rename(columns=str.strip).astype(object)
        return found.where(found.notna(), None)


@functools.cache
def folder() -> Path:
    """TRACTE_REAL_DATA, or what lies beside the checkout."""
    return Path(os.environ.get("TRACTE_REAL_DATA") or Path(__file__).parents[5] / "shared" / "data")


def score(found: Iterable[Pair], person: dict[str, str]) -> dict[str, float]:
    """Precision, recall and F1 over pairs of records."""
    pairs = {(min(pair), max(pair)) for pair in found}
    right = sum(person[a] == person[b] for a, b in pairs)
    true = sum(n * (n - 1) // 2 for n in Counter(person.values()).values())
    precision = right / len(pairs) if pairs else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def inside(groups: Iterable[Iterable[str]]) -> set[Pair]:
    """Every pair of two in one group."""
    return {pair for members in groups for pair in itertools.combinations(sorted(members), 2)}


def _febrl(number: int) -> Truth:
    return Truth(
        f"FEBRL {number}",
        f"identity_febrl/dataset{number}.csv",
        "rec_id",
        {
            "given_name": "given_name",
            "surname": "surname",
            "birth_date": "date_of_birth",
            "national_id": "soc_sec_id",
            "address": ["street_number", "address_1"],
            "locality": "suburb",
            "postcode": "postcode",
            "region": "state",
        },
        lambda row: row["rec_id"].split("-")[1],
    )


TABLES = (
    _febrl(1),
    _febrl(3),
    Truth(
        "fake 1000",
        "identity_splink/fake_1000.csv",
        "unique_id",
        {
            "given_name": "first_name",
            "surname": "surname",
            "birth_date": "dob",
            "locality": "city",
            "email": "email",
        },
        lambda row: row["cluster"],
        ("cluster",),
    ),
    Truth(
        "historical",
        "identity_splink/historical_figures_part_dev.parquet",
        "unique_id",
        {
            "given_name": "first_name",
            "surname": "surname",
            "birth_date": "dob",
            "birth_place": "birth_place",
            "postcode": "postcode_fake",
            "sex": "gender",
            "occupation": "occupation",
            "text": "full_name",
        },
        lambda row: row["cluster"],
        ("cluster",),
    ),
)
