"""The classifier of topics, on a page that a person can read, and its figures as CSV."""

from __future__ import annotations

import csv

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.inbox import topics_model
from tracte.desk.inbox.wall_views import LEADS
from tracte.desk.visit import AgentRequest
from tracte.inbox.suggesting import topics, training


@require_GET
@staff(*LEADS)
def show(request: AgentRequest) -> HttpResponse:
    """What it learnt from and how it does; where there is none, how much is missing."""
    model = topics.in_use()
    context: dict[str, object] = {"model": model, "enough": training.ENOUGH, "of_each": training.OF_EACH}
    if model is None:
        context["history"] = training.history(now())
    else:
        rows = topics_model.table(model)
        context |= topics_model.figures(model) | {"rows": rows, "confused": topics_model.confused(model)}
        context |= {"answered": sum(one.answered for one in rows), "agreed": sum(one.agreed for one in rows)}
    return render(request, "desk/inbox/topics_model.html", context)


@require_GET
@staff(*LEADS)
def table(request: AgentRequest) -> HttpResponse:
    """Its figures by topic, as CSV."""
    model = topics.in_use()
    if model is None:
        raise Http404("there is no model yet")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = gettext("temes")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    written = csv.writer(response)
    written.writerow(["topic", "name", "learnt_from", "held_back", "said", "right", "answered", "agreed"])
    for one in topics_model.table(model):
        known = [one.topic.code, one.topic.labels["ca"], one.learnt, one.held, one.said, one.right]
        written.writerow([*known, one.answered, one.agreed])
    return response
