"""The supervisor's wall, and the same figures as CSV."""

from __future__ import annotations

import csv
from dataclasses import asdict

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.inbox import wall
from tracte.desk.inbox.views import mine
from tracte.desk.visit import AgentRequest, is_partial

LEADS = ("supervisor",)


@require_GET
@staff(*LEADS)
def show(request: AgentRequest) -> HttpResponse:
    """How it goes; htmx asks for the figures again when something happens."""
    seen = mine(request)
    units = wall.of_units(seen)
    context = {
        "units": units,
        "agents": wall.agents(seen),
        "risks": wall.risks(seen),
        "today": wall.today(),
        "waiting": sum(one.waiting for one in units),
        "oldest": min((one.oldest for one in units if one.oldest), default=None),
        "late": sum(one.late + one.cases_late for one in units),
        "at_risk": sum(one.at_risk + one.cases_at_risk for one in units),
        "at": now(),
    }
    return render(request, "desk/inbox/_figures.html" if is_partial(request) else "desk/inbox/wall.html", context)


@require_GET
@staff(*LEADS)
def table(request: AgentRequest) -> HttpResponse:
    """What is open in each unit, as CSV."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{gettext("com-anem")}.csv"'
    written = csv.writer(response)
    written.writerow(
        [*"unit name open unassigned waiting oldest_waiting_since late at_risk cases cases_late cases_at_risk".split()]
    )
    written.writerows([asdict(one).values() for one in wall.of_units(mine(request))])
    return response
