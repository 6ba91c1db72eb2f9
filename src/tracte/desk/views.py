"""The desk's pages of reading: find a person, say why, see them whole."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk import timeline, visit, weights_words, words
from tracte.desk.counts import count
from tracte.desk.forms import TimelineForm, seal, unseal
from tracte.inbox.models import Case
from tracte.people import profile as people_profile
from tracte.people.profile import Profile
from tracte.people.protections import freezing, relations
from tracte.people.review import judging
from tracte.people.review.models import Doubt
from tracte.people.search import LIMIT, Found, find
from tracte.privacy.models import Purpose

ATTENDS = ("agent", "supervisor")


@require_GET
@staff(*ATTENDS, "editor")
def home(request: visit.AgentRequest) -> HttpResponse:
    """Where each works: who only edits, at the services."""
    return redirect("desk:inbox" if request.user.has_role(*ATTENDS) else "desk:services")


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def people(request: HttpRequest) -> HttpResponse:
    """Find a person. Searches are sent by POST and kept sealed in the address: queries are personal data."""
    if request.method == "POST":
        return to_results(request, reverse("desk:people"))
    response = render(request, "desk/people.html", results(request))
    add_never_cache_headers(response)
    return response


def to_results(request: HttpRequest, address: str) -> HttpResponse:
    query = request.POST.get("q", "").strip()
    return redirect(f"{address}?{urlencode({'s': seal(query)})}" if query else address)


def results(request: HttpRequest) -> dict[str, object]:
    """What `_results.html` shows for the sealed query of the address."""
    query = unseal(request.GET["s"]) if request.GET.get("s") else ""
    found = find(query) if query else Found()
    last = timeline.last_contacts([record.id for hit in found.hits for record in hit.records])
    hits = [(hit, max((last[r.id] for r in hit.records if r.id in last), default=None)) for hit in found.hits]
    return {"query": query, "found": found, "hits": hits, "limit": LIMIT}


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def purpose(request: HttpRequest) -> HttpResponse:
    """Why the agent looks; then back to where they were going."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(back, request.get_host(), require_https=request.is_secure()):
        back = reverse("desk:people")
    offered = Purpose.objects.offered()
    if request.method == "POST":
        chosen = next((one for one in offered if one.key == request.POST.get("purpose")), None)
        if chosen is None:
            raise Http404("no such purpose is offered")
        visit.begin(request, chosen)
        return redirect(back)
    return render(request, "desk/purpose.html", {"purposes": offered, "next": back, "visit": visit.of(request)})


@require_GET
@staff(*ATTENDS)
@visit.opens
def person(request: visit.AgentRequest, profile: Profile) -> HttpResponse:
    """A person, whole. htmx asks for the timeline alone, or for its next page."""
    wanted = TimelineForm(request.GET).wanted()
    doors = timeline.accounts()
    records = [record.id for record in profile.records]
    contacts, has_older = timeline.page(records, wanted, doors)
    template = "person.html"
    if visit.is_partial(request):
        template = "_contacts.html" if wanted.before else "_timeline.html"
    context = {
        "person": profile,
        "doors": doors,
        "wanted": wanted,
        "counts": count(records, wanted),
        "periods": words.by_period(contacts),
        "older": f"{contacts[-1].at.isoformat()}~{contacts[-1].id}" if has_older else "",
        "last_period": words.period(wanted.before[0]) if wanted.before else "",
        "doubts": _doubts(request, records) if template == "person.html" else [],
        "shares": relations.of_records(records) if template == "person.html" else [],
        "cases": _cases(records) if template == "person.html" else [],
        "frozen": freezing.of_person(profile) if template == "person.html" else None,
    }
    return render(request, f"desk/{template}", context)


def _cases(records: list[uuid.UUID]) -> list[Case]:
    """What they have open: that there is a case, of what and by when, and nothing that it says."""
    return list(Case.objects.open().of_records(records).select_related("service").order_by("due_at", "id")[:20])


def _doubts(request: visit.AgentRequest, records: list[uuid.UUID]) -> list[tuple[Doubt, str]]:
    """Who else they may be: what waits for this agent to judge."""
    mine = judging.queue(request.user).filter(Q(a__in=records) | Q(b__in=records)).select_related("a", "b")
    return [(doubt, weights_words.agreement(doubt.weights)) for doubt in mine[:3]]


@require_GET
@staff(*ATTENDS)
@visit.for_a_purpose
def interaction(request: visit.AgentRequest, person: uuid.UUID, interaction: uuid.UUID) -> HttpResponse:
    """One contact with its whole text."""
    profile = visit.open_one(request, person, what="interaction")
    found = timeline.whole([record.id for record in profile.records], interaction) if profile else None
    if found is None:
        raise Http404("this person has no such interaction")
    template = "desk/_interaction.html" if visit.is_partial(request) else "desk/interaction.html"
    return render(request, template, {"person": profile, "interaction": found})


@require_POST
@staff(*ATTENDS)
@visit.for_a_purpose
def identifier(request: visit.AgentRequest, person: uuid.UUID, identifier: uuid.UUID) -> HttpResponse:
    """A document number, whole: a reading of its own."""
    reason = request.visit.purpose
    shown = people_profile.reveal(person, identifier, by=request.user, purpose=reason, at=now())
    if shown is None:
        raise Http404("this person carries no such identifier")
    template = "desk/_identifier.html" if visit.is_partial(request) else "desk/identifier.html"
    return render(request, template, {"person_id": person, "kind": shown[0], "value": shown[1]})
