"""Who is competent: the rules of a service, and «who would get this?»."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit
from tracte.desk import contract_words, visit
from tracte.desk.knowledge_forms import CompetenceForm, WhoForm
from tracte.desk.service_views import EDITS, READS
from tracte.knowledge import actions, competence
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept


@require_GET
@staff(*READS)
def who(request: visit.AgentRequest) -> HttpResponse:
    """A service, a place and a day; the unit that would get it, and why."""
    form = WhoForm(request.GET or None)
    context: dict[str, object] = {"form": form, **_choices(), "services_known": Service.objects.offered()[:2000]}
    if form.is_valid():
        asked = form.cleaned_data
        day = asked["on"] or now().date()
        found = competence.who(asked["service"], asked["territory"], day)
        context |= {"service": asked["service"], "place": asked["territory"], "day": day, "why": found.why}
        context["unit"] = competence.unit_name(found.unit.id, day)
    return render(request, "desk/service_who.html", context)


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def rules(request: visit.AgentRequest, service: uuid.UUID) -> HttpResponse:
    """The rules of a service; a new one holds from its day, and ends the one before for the same place."""
    shown = get_object_or_404(Service, id=service)
    form = CompetenceForm(request.POST or None, initial={"since": now().date()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        actions.assign(shown, said["unit"], territory=said["territory"], since=said["since"], by=request.user, at=now())
        messages.success(request, gettext("Desat: la norma val des d’aquell dia."))
        return redirect("desk:service_rules", service=service)
    context = {"service": shown, "form": form, "competences": contract_words.competences(shown, now().date())}
    return render(request, "desk/service_rules.html", context | _choices())


def _choices() -> dict[str, object]:
    return {
        "units_known": Unit.objects.order_by("code")[:2000],
        "territories_known": Concept.objects.of("territories").in_use().order_by("code")[:2000],
    }
