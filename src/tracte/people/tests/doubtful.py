"""A model made by hand and doubts raised by it, for tests that are not about learning."""

from __future__ import annotations

import uuid

from tracte.people.linkage import training
from tracte.people.models import Doubt, LinkModel
from tracte.people.review import doubts, reweighing

COLUMNS = ["given", "given_root", "given_sound", "sur1", "sur1_sound", "sur2", "sur2_sound", "born", "born_swapped"]
COLUMNS += ["born_day", "documents", "phones", "emails", "postcode"]


def a_model(prior: float = 0.001) -> LinkModel:
    """Agreeing speaks for one person, differing against, and what lies between a little for."""
    settings = training.settings(COLUMNS, [], link=False)
    settings["probability_two_random_records_match"] = prior
    for comparison in settings["comparisons"]:
        told = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level in told:
            level |= {"m_probability": 0.06, "u_probability": 0.04}
        told[0] |= {"m_probability": 0.8, "u_probability": 0.01}
        told[-1] |= {"m_probability": 0.05, "u_probability": 0.9}
    return LinkModel.objects.create(records=1000, settings=settings)


def raise_doubt(a: uuid.UUID, b: uuid.UUID, kept: LinkModel, *, opinions: int = 1) -> Doubt:
    """What that model says of two records, as a doubt that so many must answer."""
    a, b = sorted((a, b))
    weighed = reweighing.weigh([(a, b)], kept)[a, b]
    why = doubts.why(weighed.weight, weighed.may, kept.link_at)
    told = {"model": kept, "weight": weighed.weight, "weights": weighed.said, "why": why, "opinions": opinions}
    Doubt.objects.update_or_create(a_id=a, b_id=b, defaults=told)
    return Doubt.objects.get(a=a, b=b)
