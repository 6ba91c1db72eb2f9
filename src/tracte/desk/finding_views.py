"""What search lacks: searches that found nothing, and the words that mean the same."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk import visit
from tracte.desk.knowledge_forms import NAMES, SynonymForm
from tracte.desk.service_views import EDITS
from tracte.knowledge import actions
from tracte.knowledge.fields import Wrong
from tracte.knowledge.finding import missing
from tracte.knowledge.finding.models import Synonym

DAYS = 90
MOST = 500


@require_GET
@staff(*EDITS)
def missed(request: visit.AgentRequest) -> HttpResponse:
    """Searches of the last three months that found nothing, the most frequent first."""
    rows = missing.often(now().date() - dt.timedelta(days=DAYS))
    return render(request, "desk/missed.html", {"missed": [(one, NAMES[one.language]) for one in rows]})


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def synonyms(request: visit.AgentRequest) -> HttpResponse:
    """Those there are, and a new one."""
    form = SynonymForm(request.POST or None, initial={"word": request.GET.get("word", "")[:100], "is_mutual": True})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_synonym(by=request.user, at=now(), **form.cleaned_data)
        except Wrong as wrong:
            form.add_error(None, str(wrong))
        else:
            messages.success(request, gettext("Fet: qui busqui l’un trobarà també l’altre."))
            return redirect("desk:synonyms")
    rows = Synonym.objects.order_by("language", "word", "means")[:MOST]
    return render(
        request, "desk/synonyms.html", {"form": form, "synonyms": [(one, NAMES[one.language]) for one in rows]}
    )


@require_POST
@staff(*EDITS)
def drop_synonym(request: visit.AgentRequest, synonym: uuid.UUID) -> HttpResponse:
    actions.drop_synonym(get_object_or_404(Synonym, id=synonym), by=request.user, at=now())
    messages.success(request, gettext("Fet: ja no es busquen junts."))
    return redirect("desk:synonyms")
