"""What rang for this agent: the bell of every page, and the list behind it."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.visit import AgentRequest, is_partial
from tracte.inbox.actions import alarms
from tracte.inbox.models import Notice

PAGE = 50


@require_GET
@staff(*ATTENDS)
def notices(request: AgentRequest) -> HttpResponse:
    """From new to old; htmx asks for the bell alone."""
    if is_partial(request):
        return render(request, "_bell.html")
    whole = Notice.objects.filter(user=request.user).order_by("-id")
    named = "alarm__promise__conversation", "alarm__promise__case__service"
    if before := _id(request.GET.get("before", "")):
        whole = whole.filter(id__lt=before)
    found = list(whole.select_related(*named)[: PAGE + 1])
    more = urlencode({"before": str(found[PAGE - 1].id)}) if len(found) > PAGE else ""
    return render(request, "desk/teams/notices.html", {"notices": found[:PAGE], "more": more})


@require_POST
@staff(*ATTENDS)
def seen(request: AgentRequest) -> HttpResponse:
    """All of them."""
    alarms.see(request.user, at=now())
    return redirect("desk:notices")


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
