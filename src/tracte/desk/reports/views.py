"""How it went: one page with every question and how it is counted, each as CSV, and whether people are asked at all."""

from __future__ import annotations

import csv

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tracte.core import units
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.inbox.wall_views import LEADS
from tracte.desk.reports import arrived, languages, opinions, promises, reopened, rhythm, still_open, times
from tracte.desk.reports.forms import PeriodForm
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions import asking
from tracte.inbox.models import Silence

QUESTIONS = {
    "arrived": arrived.ask,
    "times": times.ask,
    "promises": promises.ask,
    "still-open": still_open.ask,
    "reopened": reopened.ask,
    "languages": languages.ask,
    "opinions": opinions.ask,
    "rhythm": rhythm.ask,
}


@never_cache
@require_GET
@staff(*LEADS)
def reports(request: AgentRequest) -> HttpResponse:
    """Of this month, or of what is asked. Nobody is counted by name: what a person does is no measure of a service."""
    form = _form(request)
    period = form.period()
    context = {
        "form": form,
        "period": period,
        "reports": [(key, f"desk:report_{key}", ask(period)) for key, ask in QUESTIONS.items()],
        "query": request.GET.urlencode() if form.is_valid() else "",
        "silence": Silence.objects.select_related("by").filter(ended_at=None).first(),
    }
    return render(request, "desk/reports/reports.html", context, status=200 if form.is_valid() else 422)


@never_cache
@require_GET
@staff(*LEADS)
def table(request: AgentRequest, report: str) -> HttpResponse:
    """One of them as CSV; what cannot be asked has none."""
    form = _form(request)
    period = form.period()
    if not form.is_valid():
        return HttpResponse(form.errors.as_json(), status=422, content_type="application/json")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{report}-{period.since}-{period.until}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(QUESTIONS[report](period).table())
    return response


@require_POST
@staff(*LEADS)
def silence(request: AgentRequest) -> HttpResponse:
    """Whether people are asked how they were attended: `ask` says yes."""
    (asking.speak if "ask" in request.POST else asking.silence)(by=request.user, at=now())
    return redirect("desk:reports")


def _form(request: AgentRequest) -> PeriodForm:
    return PeriodForm(request.GET, units.seen_by(request.user, *LEADS))
