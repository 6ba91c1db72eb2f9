"""Why the records of a person are together, and what would be without one of the joins."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tracte.core.guard import staff
from tracte.desk import joining, timeline, visit, waterfall
from tracte.desk.forms import ReasonForm
from tracte.desk.views import ATTENDS
from tracte.desk.waterfall import Waterfall
from tracte.people import actions
from tracte.people.models import LinkModel
from tracte.people.profile import Join, Profile

MOST = 60  # joins on one page, the newest


@dataclass(frozen=True)
class Told:
    """A join, with what a model said of the two records where one was asked."""

    join: Join
    waterfall: Waterfall | None


@require_GET
@staff(*ATTENDS)
@visit.opens
def why(request: visit.AgentRequest, profile: Profile) -> HttpResponse:
    """Every join that stands, in words."""
    joins = profile.joins[:MOST]
    models = LinkModel.objects.in_bulk([join.edge.model_id for join in joins if join.edge.model_id])
    in_use = LinkModel.in_use()
    told = [Told(join, _waterfall(join, models, in_use)) for join in joins]
    context = {"person": profile, "told": told, "doors": timeline.accounts(), "most": MOST}
    return render(request, "desk/why.html", context)


def _waterfall(join: Join, models: dict, in_use: LinkModel | None) -> Waterfall | None:
    kept = models.get(join.edge.model_id)
    if kept is None or not join.edge.weights:
        return None
    return waterfall.draw(kept.learnt, join.edge.weights, (in_use or kept).link_at)


@require_GET
@staff(*ATTENDS)
@visit.opens
def undo(request: visit.AgentRequest, profile: Profile, edge: int) -> HttpResponse:
    """What would part without this join, both persons as they would be; or what holds them all the same."""
    join = next((one for one in profile.joins if one.edge.seq == edge), None)
    if join is None:
        raise Http404("no such join stands in this person")
    undoing = actions.preview_undo(join.edge)
    context = {"person": profile, "join": join, "doors": timeline.accounts(), "form": ReasonForm()}
    if undoing.held_by:
        others = {(one.edge.a_id, one.edge.b_id): one for one in profile.joins}
        return render(request, "desk/undo_held.html", {**context, "held_by": [others[p] for p in undoing.held_by]})
    plan = joining.plan_split(profile.id, undoing.leaving)
    both = sorted(_sides(profile, undoing.leaving), key=lambda side: side.id)
    return render(request, "desk/undo_link.html", {**context, "plan": plan, "both": both, "chosen": undoing.leaving})


def _sides(profile: Profile, leaving: list) -> list[Profile]:
    """The two persons that there would be."""
    gone = [record for record in profile.records if record.id in leaving]
    stays = [record for record in profile.records if record.id not in leaving]
    return [Profile(min(record.id for record in side), side) for side in (stays, gone)]
