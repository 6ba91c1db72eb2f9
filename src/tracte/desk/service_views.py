"""Services at the desk: the tree, a contract in words, and what an editor changes in it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit
from tracte.desk import contract_words, knowledge_forms, visit
from tracte.desk.knowledge_forms import FieldForm, ServiceForm
from tracte.knowledge import actions, contract, search
from tracte.knowledge.fields import Wrong
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept

READS = ("agent", "supervisor", "editor")
EDITS = ("supervisor", "editor")
PAGE = 50
REVISIONS = 20


@require_GET
@staff(*READS)
def services(request: visit.AgentRequest) -> HttpResponse:
    """The services at the top, or beneath one; or what a search finds."""
    query = request.GET.get("q", "").strip()[:200]
    offered = _offered(Service.objects.filter(parent=None), request)
    context = {
        "query": query,
        "hits": found(query) if query else [],
        "services": offered[:PAGE],
        "more": offered[PAGE - 1].key if len(offered) > PAGE else "",
        "total": Service.objects.offered().count(),
        "retired": Service.objects.exclude(retirement=None).count(),
        "edits": request.user.has_role(*EDITS),
    }
    return render(request, "desk/services.html", context)


def _offered(rows: QuerySet[Service], request: HttpRequest) -> list[Service]:
    """A page in the order of keys, with how many lie right beneath each; retired ones when asked for."""
    wanted = rows if request.GET.get("retired") else rows.filter(retirement=None)
    beneath = Count("children", filter=Q(children__retirement=None))
    after = request.GET.get("after", "").replace("\0", "")
    return list(wanted.filter(key__gt=after).annotate(beneath=beneath).order_by("key")[: PAGE + 1])


def found(query: str) -> list[search.Hit]:
    """What a search says, over services and answers together; one that finds nothing is counted."""
    language = (get_language() or "ca").split("-")[0]
    hits = search.find(query, language)
    if not hits:
        actions.miss(query, language, at=now())
    return hits


@require_GET
@staff(*READS)
def service(request: visit.AgentRequest, service: uuid.UUID) -> HttpResponse:
    """The contract, in words; what lies beneath, what is answered about it, and each edit."""
    shown = _whole(service)
    beneath = _offered(shown.children.all(), request)
    revisions = list(shown.revisions.order_by("-id").select_related("by")[: REVISIONS + 1])
    context = {
        "service": shown,
        "above": contract_words.above(shown),
        "lines": contract_words.lines(shown),
        "form_fields": contract_words.form_fields(shown),
        "competences": contract_words.competences(shown, now().date()),
        "beneath": beneath[:PAGE],
        "more": beneath[PAGE - 1].key if len(beneath) > PAGE else "",
        "answers": [(one, contract_words.title(one)) for one in shown.answers.standing()[:PAGE]],
        "revisions": [(one, contract_words.changed(one)) for one in revisions[:REVISIONS]],
        "redacted": contract.redacted(shown, request.user),
        "edits": request.user.has_role(*EDITS),
    }
    return render(request, "desk/service.html", context)


def _whole(service: uuid.UUID) -> Service:
    rows = Service.objects.select_related("parent", "topic", "fallback_unit", "retirement__by")
    return get_object_or_404(rows, id=service)


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def new(request: visit.AgentRequest) -> HttpResponse:
    """A new service, beneath the one that the address says."""
    above = Service.objects.filter(key=request.GET.get("parent", "")).first()
    start = {"open_data": "nothing"} | ({"parent": above.key, "key": f"{above.key}."} if above else {})
    form = ServiceForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_service(by=request.user, at=now(), **form.parts())
        except Wrong as wrong:
            _complain(form, wrong)
        else:
            messages.success(request, gettext("Fet: el servei ja existeix. Ara digues qui se n’ocupa."))
            return redirect("desk:service", service=made.id)
    return render(request, "desk/service_edit.html", {"form": form, **_choices()})


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def edit(request: visit.AgentRequest, service: uuid.UUID) -> HttpResponse:
    """Change the contract. Who was editing an older one sees what changed meanwhile, and nothing is overwritten."""
    shown = _whole(service)
    start = knowledge_forms.first(contract.plain(shown)) | {"seen": _seen(shown)}
    form = ServiceForm(request.POST or None, initial=start)
    conflict: list[tuple[str, str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.revise(shown, by=request.user, at=now(), seen=form.cleaned_data["seen"], **form.parts())
        except Wrong as wrong:
            _complain(form, wrong)
        except actions.Conflict:
            since = shown.revisions.filter(id__gt=form.cleaned_data["seen"] or 0).order_by("id")
            conflict = [line for one in since for line in contract_words.changed(one)]
            form.data = {**request.POST.dict(), "channels": request.POST.getlist("channels"), "seen": _seen(shown)}
        else:
            messages.success(request, gettext("Desat. L’edició queda a la història del servei."))
            return redirect("desk:service", service=service)
    context = {"form": form, "service": shown, "conflict": conflict, **_choices()}
    return render(request, "desk/service_edit.html", context)


def _seen(service: Service) -> int | None:
    return service.revisions.order_by("-id").values_list("id", flat=True).first()


def _complain(form: Any, wrong: Wrong) -> None:
    for line in wrong.lines:
        form.add_error(None, line)


def _choices() -> dict[str, Any]:
    """What the boxes propose while one types; the page works without."""
    return {
        "services_known": Service.objects.offered().order_by("key")[:2000],
        "units_known": Unit.objects.order_by("code")[:2000],
        "topics_known": Concept.objects.of("topics").in_use().order_by("code")[:1000],
    }


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def fields(request: visit.AgentRequest, service: uuid.UUID) -> HttpResponse:
    """The fields of its form: those there are, and two empty ones."""
    shown, complaints = _whole(service), []
    asked = formset_factory(FieldForm, extra=2, max_num=60, absolute_max=60)
    start = [knowledge_forms.first_field(field) for field in shown.fields]
    many = asked(request.POST or None, initial=start, prefix="f")
    if request.method == "POST":
        try:
            many.is_valid()
            wanted = knowledge_forms.checked(list(many))
            seen = request.POST.get("seen", "")
            actions.revise(shown, by=request.user, at=now(), seen=int(seen) if seen.isdigit() else 0, fields=wanted)
        except Wrong as wrong:
            complaints = wrong.lines
        except actions.Conflict:
            complaints = [gettext("Algú altre l’ha canviat mentre l’editaves. No s’ha desat res: mira com està ara.")]
        else:
            messages.success(request, gettext("Desat. L’edició queda a la història del servei."))
            return redirect("desk:service_fields" if "more" in request.POST else "desk:service", service=service)
    context = {"service": shown, "forms": many, "complaints": complaints, "seen": _seen(shown)}
    return render(request, "desk/service_fields.html", context)


@require_POST
@staff(*EDITS)
def retire(request: visit.AgentRequest, service: uuid.UUID) -> HttpResponse:
    """Offered no more, with a reason; or offered again."""
    shown = _whole(service)
    if "restore" in request.POST:
        actions.restore(shown, by=request.user, at=now())
        messages.success(request, gettext("Fet: el servei es torna a oferir."))
    elif reason := request.POST.get("reason", "").strip()[:500]:
        other = Service.objects.filter(key=request.POST.get("replaced_by", "")).exclude(id=shown.id).first()
        actions.retire(shown, by=request.user, at=now(), reason=reason, replaced_by=other)
        messages.success(request, gettext("Fet: ja no s’ofereix. El que s’hi havia demanat es conserva."))
    else:
        messages.error(request, gettext("Escriu per què: qui ho revisi més endavant ho ha de poder entendre."))
    return redirect("desk:service", service=service)
