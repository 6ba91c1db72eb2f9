"""Persons who joined too much: which they are, why, and letting one grow again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk import visit
from tracte.desk.views import ATTENDS
from tracte.people import actions
from tracte.people.models import Freeze
from tracte.people.protections import freezing
from tracte.people.review import judging


@require_GET
@staff(*ATTENDS)
def frozen(request: visit.AgentRequest) -> HttpResponse:
    """Each with its reason and figures, without anybody's name: who opens one says why."""
    context = {"frozen": freezing.standing(), "leads": request.user.has_role(judging.LEADS)}
    return render(request, "desk/frozen.html", context)


@require_POST
@staff(judging.LEADS)
def thaw(request: visit.AgentRequest, freeze: uuid.UUID) -> HttpResponse:
    """Let it grow again, with a reason."""
    found = get_object_or_404(Freeze, id=freeze)
    if not (reason := request.POST.get("reason", "").strip()[:500]):
        messages.error(request, gettext("Escriu per què: qui ho revisi més endavant ho ha de poder entendre."))
        return redirect("desk:frozen")
    try:
        actions.thaw(found.id, by=request.user, at=now(), reason=reason)
    except actions.Refused:
        messages.warning(request, gettext("Algú altre ja ho havia mirat: no s’ha canviat res."))
        return redirect("desk:frozen")
    messages.success(request, gettext("Fet: s’hi tornaran a ajuntar fitxes, fins al límit següent."))
    return redirect("desk:frozen")
