"""What people said of doubts, as labels: the thresholds of the model in use follow them.

Every label is weighed again by the model in use, so a new model begins with all that was ever said. Only pairs that the
guard lets pass count: the thresholds decide about no others.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef

from tracte.core.models import User
from tracte.people.linkage import calibration
from tracte.people.linkage.calibration import Label
from tracte.people.models import Edge, LinkModel
from tracte.people.review import reweighing
from tracte.people.review.models import Calibration, Verdict
from tracte.people.review.reweighing import Pair

EACH = 25  # verdicts that decide: so often the thresholds are looked at by themselves
MOST = 5000  # labels, the newest: what was said of old records long ago says less of today's


def labels(kept: LinkModel) -> list[Label]:
    """All that people said of pairs that this model would link or ask about by itself."""
    judged = _judged()
    weighed = reweighing.weigh(list(judged), kept)
    return [Label(weighed[pair].weight, same) for pair, same in judged.items() if pair in weighed and weighed[pair].may]


def _judged() -> dict[Pair, bool]:
    """Pairs of records, and whether they are one: the verdicts that decided, and the model's links that were undone."""
    same_pair = {"a": OuterRef("a"), "b": OuterRef("b"), "seq__gt": OuterRef("seq")}
    undone = Edge.objects.filter(**same_pair, kind="cannot", by__isnull=False)
    wrong = Edge.objects.filter(Exists(undone), kind="link", rule="model").order_by("-seq")
    decided = Verdict.objects.settling().order_by("-id")
    found: dict[Pair, bool] = dict.fromkeys(wrong.values_list("a", "b")[:MOST], False)
    for a, b, said in decided.values_list("doubt__a", "doubt__b", "said")[:MOST]:
        found[a, b] = said == Verdict.Said.SAME
    return found


@transaction.atomic
def calibrate(*, at: dt.datetime, by: User | None = None) -> Calibration | None:
    """Move the thresholds of the model in use to where the labels say; nothing when there is no model or the labels are
    too few. `by`: who asked for it; None when it was time."""
    kept = LinkModel.in_use()
    found = labels(kept) if kept else []
    moved = calibration.thresholds(found)
    if kept is None or moved is None:
        return None
    curve = [list(block) for block in calibration.isotonic(found)]
    return Calibration.objects.create(
        at=at, by=by, model=kept, labels=len(found), link_at=moved.link_at, ask_at=moved.ask_at, curve=curve
    )


def is_time() -> bool:
    """Has another EACH of verdicts been given?"""
    return Verdict.objects.settling().count() % EACH == 0


def newest(model: uuid.UUID) -> Calibration | None:
    return Calibration.objects.filter(model=model).order_by("-at", "-id").first()
