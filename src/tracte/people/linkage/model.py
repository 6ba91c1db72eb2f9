"""A trained model: how much each answer of each comparison says for or against two records being one person.

The match weight of a pair is the sum of what its levels say, in bits: log2(m / u), more when the shared value is rare
(Fellegi and Sunter 1969; term frequencies as in Splink). It is stored and read as Splink's own JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PRIOR = (1e-10, 0.05)  # chance that two records drawn at random are one person
LEAST_M = 0.02  # true pairs that agree exactly: fewer, and it is not identity that was learnt


class Insane(ValueError):
    """Training gave a model that nobody should link by. The message says what is wrong with which part."""


@dataclass(frozen=True)
class Model:
    """Splink's settings with their trained parameters, and how many records they were learnt from."""

    settings: dict[str, Any]
    records: int = 0

    @cached_property
    def as_json(self) -> str:
        """The settings, to know the model again by."""
        return json.dumps(self.settings)

    @property
    def prior(self) -> float:
        """Match weight of two records about which nothing is known, in bits."""
        p = self.settings["probability_two_random_records_match"]
        return math.log2(p / (1 - p))

    @property
    def comparisons(self) -> list[dict[str, Any]]:
        return self.settings["comparisons"]

    @property
    def columns(self) -> list[str]:
        return [comparison["output_column_name"] for comparison in self.comparisons]

    def levels(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Column, number of the level as Splink counts it (-1 unknown, 0 different), and the level."""
        for comparison in self.comparisons:
            told = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
            for place, level in enumerate(told):
                yield comparison["output_column_name"], len(told) - 1 - place, level

    def refuse(self) -> None:
        """Raise Insane when the prior or a comparison leaves the bounds within which it can be trusted."""
        prior = self.settings["probability_two_random_records_match"]
        if not PRIOR[0] <= prior <= PRIOR[1]:
            raise Insane(
                f"two random records would be one person with probability {prior:.2g}, "
                f"which is outside {PRIOR[0]:g} to {PRIOR[1]:g}: are they all alike, or all different?"
            )
        for comparison in self.comparisons:
            if why := oddity(comparison):
                raise Insane(f"{comparison['output_column_name']}: {why}")


def weight(level: dict[str, Any]) -> float:
    """What the level says, in bits, before the adjustment by frequency."""
    return math.log2(level["m_probability"] / level["u_probability"])


def oddity(comparison: dict[str, Any]) -> str:
    """What is wrong with a trained comparison, or nothing."""
    told = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    same, different = told[0], told[-1]
    for level in told:
        if not (0 < level["m_probability"] <= 1 and 0 < level["u_probability"] <= 1):
            return f"level '{level['label_for_charts']}' has m or u outside 0 to 1"
    if same["m_probability"] < LEAST_M:
        return f"only {same['m_probability']:.1%} of true pairs would agree on it"
    if weight(same) <= 0:
        return "agreeing on it would speak against one person"
    if weight(different) >= 0:
        return "differing on it would speak for one person"
    return ""


def probability(weight: float) -> float:
    """Of a match weight that includes the prior."""
    return 1 / (1 + 2.0 ** -max(min(weight, 500.0), -500.0))
