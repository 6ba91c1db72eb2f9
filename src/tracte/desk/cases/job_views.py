"""One job and its cases: what is proposed to answer, and to whom it went."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.cases.acts import valid
from tracte.desk.cases.forms import FinishForm
from tracte.desk.cases.views import name_of
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions.cases import jobs
from tracte.inbox.checking import Refused
from tracte.inbox.models import Job
from tracte.knowledge import contract

SHOWN = 200


@never_cache
@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def job(request: AgentRequest, job: uuid.UUID) -> HttpResponse:
    """Its page; to finish it, with what is proposed; and to send it to each who asked."""
    found = get_object_or_404(Job.objects.select_related("service", "unit", "by"), id=job)
    if contract.redacted(found.service, request.user):
        raise Http404("its service is confidential")
    refusal, refused = "", []
    if request.method == "POST":
        try:
            if "all" in request.POST:
                refused = _answer_all(request, found)
            else:
                jobs.finish_job(found, by=request.user, at=now(), texts=valid(FinishForm(request.POST)))
        except Refused as why:
            refusal = why.words
        if not refusal and not refused:
            return redirect("desk:job", job=found.id)
    cases = list(found.cases.select_related("agent").order_by("closure", "number")[:SHOWN])
    context = {
        "job": found,
        "unit": name_of(found.unit_id),
        "cases": cases,
        "open": sum(one.is_open for one in cases),
        "finish": found.finish if found.is_finished else None,
        "refusal": refusal,
        "refused": [(case, why.words) for case, why in refused],
    }
    return render(request, "desk/cases/job.html", context, status=409 if refusal else 200)


def _answer_all(request: AgentRequest, found: Job) -> list:
    if not found.is_finished:
        raise Http404("it is not finished")
    done, refused = jobs.answer_all(found, by=request.user, at=now())
    if done:
        told = ngettext("Un cas contestat i tancat.", "%(n)s casos contestats i tancats.", done) % {"n": done}
        messages.success(request, told)
    elif not refused:
        messages.success(request, gettext("Ja no en quedava cap d’obert."))
    return refused
