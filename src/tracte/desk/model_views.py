"""The model by which records are weighed, on a page that a person can read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk import visit, weights_words
from tracte.desk.views import ATTENDS
from tracte.people.linkage import calibration
from tracte.people.linkage.calibration import Block
from tracte.people.linkage.model import weight
from tracte.people.models import LinkModel
from tracte.people.review import calibrating, judging
from tracte.people.review.models import Calibration

VERSIONS = 20


@dataclass(frozen=True)
class Answer:
    """One answer to a comparison: what it weighs, in bits and in words."""

    words: str
    bits: str
    strength: str
    times: str
    may_be_rare: bool


@require_GET
@staff(*ATTENDS)
def models(request: HttpRequest) -> HttpResponse:
    """The model in use."""
    return _page(request, LinkModel.in_use())


@require_GET
@staff(*ATTENDS)
def model(request: HttpRequest, model: uuid.UUID) -> HttpResponse:
    """One that was in use before, or is."""
    return _page(request, get_object_or_404(LinkModel, id=model))


@require_POST
@staff(judging.LEADS)
def calibrate(request: visit.AgentRequest) -> HttpResponse:
    """Move the thresholds to where people's verdicts say."""
    if calibrating.calibrate(at=now(), by=request.user):
        messages.success(request, gettext("Fet: els llindars ja segueixen el que ha dit la gent."))
    else:
        messages.warning(request, gettext("Encara no hi ha prou decisions per moure els llindars."))
    return redirect("desk:models")


def _page(request: HttpRequest, shown: LinkModel | None) -> HttpResponse:
    in_use = LinkModel.in_use()
    versions = LinkModel.objects.defer("settings").order_by("-trained_at", "-id")[:VERSIONS]
    context: dict[str, object] = {"in_use": in_use, "shown": shown, "versions": versions}
    if shown:
        moved = calibrating.newest(shown.id)
        context |= {
            "comparisons": _comparisons(shown),
            "prior": weights_words.one_in(shown.learnt.prior),
            "moved": moved,
            "blocks": [_block(Block(*block)) for block in moved.curve] if moved else [],
            "thresholds": _thresholds(moved),
            "labels": len(calibrating.labels(shown)) if shown == in_use and not moved else 0,
            "enough": calibration.ENOUGH,
        }
    context["leads"] = request.user.has_role(judging.LEADS)  # type: ignore[union-attr]
    return render(request, "desk/model.html", context)


def _comparisons(shown: LinkModel) -> list[tuple[str, list[Answer]]]:
    """Each comparison with its answers, from the same to different."""
    found = []
    for column in shown.learnt.columns:
        levels = weights_words.levels(shown.learnt, column)
        answers = [_answer(levels[place]) for place in sorted(levels, reverse=True)]
        found.append((str(weights_words.COLUMNS.get(column, column)), answers))
    return found


def _answer(level: dict) -> Answer:
    bits, name = weight(level), level.get("label_for_charts", "")
    return Answer(
        words=str(weights_words.LEVELS.get(name, name)).capitalize(),
        bits=weights_words.bits(bits),
        strength=weights_words.strength(bits),
        times=weights_words.times(bits),
        may_be_rare=bool(level.get("tf_adjustment_column")),
    )


def _thresholds(moved: Calibration | None) -> dict[str, str]:
    link_at, ask_at = (moved.link_at, moved.ask_at) if moved else (calibration.LINK, calibration.ASK)
    return {"link_at": weights_words.bits(link_at), "ask_at": weights_words.bits(ask_at)}


def _block(block: Block) -> dict[str, object]:
    """One row of the curve."""
    return {
        "start": weights_words.bits(block.start),
        "end": weights_words.bits(block.end),
        "labels": block.labels,
        "same": block.same,
        "share": weights_words.number(round(100 * block.share)),
        "x": round(100 * block.share, 1),
    }
