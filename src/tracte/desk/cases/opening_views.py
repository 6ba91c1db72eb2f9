"""A case from a conversation: of which service, who would get it and by when, and whether there is one already."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.ids import uuid7
from tracte.desk.cases.acts import valid
from tracte.desk.cases.forms import OpenForm
from tracte.desk.inbox import thread
from tracte.desk.inbox import views as inbox_views
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.visit import AgentRequest
from tracte.inbox import promising, similar
from tracte.inbox.actions.cases import Place, add_conversation, open_case
from tracte.inbox.actions.cases.jobs import together
from tracte.inbox.checking import Refused
from tracte.inbox.models import Case, Conversation
from tracte.knowledge import competence, contract, fields, search
from tracte.knowledge.fields import Wrong
from tracte.knowledge.models import Service, said
from tracte.vocabularies.models import Concept

FIELD = "field_"
SHOWN = 12  # services that a search offers


@never_cache
@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def open_from(request: AgentRequest, conversation: uuid.UUID) -> HttpResponse:
    """First the service, by search; then what would happen, to be seen before it is opened."""
    found = inbox_views.visible(request, conversation)
    service = Service.objects.filter(key=_asked(request).get("service", ""), retirement=None).first()
    if request.method == "POST" and "open" in request.POST:
        if service is None:
            raise Http404("no such service is offered")
        try:
            return redirect("desk:case", case=_open(request, found, service).id)
        except (Refused, Wrong) as wrong:
            lines = wrong.lines if isinstance(wrong, Wrong) else [wrong.words]
            return _show(request, found, service, lines, status=422)
    return _show(request, found, service)


@transaction.atomic
def _open(request: AgentRequest, found: Conversation, service: Service) -> Case:
    given = valid(OpenForm(request.POST))
    at = now()
    if (same := _other(request, "same")) and same.record_id and same.record_id == found.record_id:
        add_conversation(same, found, by=request.user, at=at)
        messages.success(request, gettext("Aquesta conversa ja és també d’aquest cas."))
        return same
    typed = {name.removeprefix(FIELD): value for name, value in request.POST.items() if name.startswith(FIELD)}
    case = open_case(
        service,
        by=request.user,
        at=at,
        key=f"desk:{given['key']}",
        asked=given["asked"],
        conversation=found,
        place=_place(given),
        fields=fields.filled(service.fields, typed, by_agent=True),
    )
    if (other := _other(request, "with")) and case.job_id is None:
        together(case, other, by=request.user, at=at)
    messages.success(request, gettext("Obert: el número és %(number)s.") % {"number": case.reference})
    return case


def _other(request: HttpRequest, name: str) -> Case | None:
    try:
        return Case.objects.filter(id=uuid.UUID(request.POST.get(name, ""))).first()
    except ValueError:
        return None


def _place(given: dict[str, Any]) -> Place:
    territory = (
        Concept.objects.of("territories").filter(code=given["territory"]).first() if given["territory"] else None
    )
    if given["territory"] and territory is None:
        raise Refused("no_place")
    if (given["latitude"] is None) != (given["longitude"] is None):
        raise Refused("half_point")
    return Place(territory, given["place"], given["latitude"], given["longitude"])


def _show(
    request: AgentRequest,
    found: Conversation,
    service: Service | None,
    complaints: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = _asked(request)
    query = asked.get("q", "").strip()
    context: dict[str, Any] = {
        "conversation": found,
        "query": query,
        "hits": _hits(query) if query and not service else [],
        "service": service,
        "complaints": complaints,
        "typed": asked,
        "key": asked.get("key") or uuid7(),
        "asked": asked["asked"] if "asked" in asked else _last_said(found),
    }
    if service:
        context |= _foreseen(request, found, service, asked)
    return render(request, "desk/cases/open.html", context, status=status)


def _last_said(found: Conversation) -> str:
    """The last that they wrote, whole."""
    entries, _ = thread.entries(found)
    return next((one.text for one in reversed(entries) if one.what == "in"), found.excerpt)[:10_000]


def _asked(request: HttpRequest) -> dict[str, str]:
    return (request.POST if request.method == "POST" else request.GET).dict()


def _hits(query: str) -> list[Service]:
    language = (get_language() or "ca").split("-")[0]
    ids = [hit.service for hit in search.find(query, language) if hit.service][:SHOWN]
    offered = Service.objects.offered().in_bulk(ids)
    return [offered[id] for id in ids if id in offered]


def _foreseen(request: AgentRequest, found: Conversation, service: Service, asked: dict[str, str]) -> dict[str, Any]:
    """Who would get it and why, by when, and what there is already."""
    at = now()
    territory = Concept.objects.of("territories").filter(code=asked.get("territory", "")).first()
    who = competence.who(service, territory, timezone.localdate(at))
    labelled = [
        {**one, "name": FIELD + one["key"], "label": said(one["labels"]), "hint": said(one.get("hints", {})),
         "options": [(choice["value"], said(choice["labels"])) for choice in one.get("choices", [])],
         "value": asked.get(FIELD + one["key"], "")}
        for one in service.fields
    ]  # fmt: skip
    return {
        "unit": competence.unit_name(who.unit.id, timezone.localdate(at)),
        "why": who.why,
        "promise": promising.foreseen(service, since=at),
        "form_fields": labelled,
        "near": similar.find(service, _degrees(asked, "latitude", 90), _degrees(asked, "longitude", 180), at),
        "theirs": _theirs(found, service),
        "redacted": contract.redacted(service, request.user),
        "territories": Concept.objects.of("territories").in_use().order_by("code")[:2000],
    }


def _degrees(asked: dict[str, str], name: str, most: int) -> float | None:
    try:
        value = float(asked.get(name, ""))
    except ValueError:
        return None
    return value if -most <= value <= most else None


def _theirs(found: Conversation, service: Service) -> list[Case]:
    """Open cases of the same record and service: most likely it is one of them."""
    if found.record_id is None:
        return []
    return list(Case.objects.open().filter(record=found.record_id, service=service).order_by("-opened_at")[:5])
