"""Teams: who leads sets how a unit shares out, what its people can hold and what it is told; each sees their own."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.channels import staff_mail
from tracte.core import units
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit, User
from tracte.desk.inbox.views import ATTENDS, mine
from tracte.desk.inbox.wall_views import LEADS
from tracte.desk.teams import people
from tracte.desk.teams.forms import HandForm, SharingForm, WatchForm, hand_as_is, sharing_as_is, watch_as_is
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions import alarms, sharing
from tracte.inbox.checking import Refused
from tracte.inbox.models import Conversation, Sharing, Watch
from tracte.vocabularies.models import Concept

HELD = 30  # conversations shown of what somebody has


@require_GET
@staff(*ATTENDS)
def teams(request: AgentRequest) -> HttpResponse:
    """The units that one sees, and how each shares out."""
    shown, has_more = people.teams(mine(request), request.GET.get("after", ""))
    more = urlencode({"after": shown[-1].place}) if has_more else ""
    return render(request, "desk/teams/teams.html", {"teams": shown, "more": more})


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def team(request: AgentRequest, unit: uuid.UUID) -> HttpResponse:
    """Who is there and has what; for who leads it, how it shares out."""
    found = _unit(request, unit)
    form = SharingForm(request.POST or None, initial=sharing_as_is(Sharing.objects.filter(unit=found).first()))
    if request.method == "POST" and form.is_valid():
        try:
            sharing.set_sharing(found, by=request.user, at=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, gettext("Desat. Val a partir d’ara."))
            return redirect("desk:team", unit)
    return _shown(request, found, form=form)


@require_POST
@staff(*LEADS)
def watch(request: AgentRequest, unit: uuid.UUID) -> HttpResponse:
    """What it wants to be told, and when."""
    found = _unit(request, unit)
    staff, _ = people.people(found.pk)
    form = WatchForm(request.POST, people=staff)
    if form.is_valid():
        try:
            alarms.set_watch(found, by=request.user, at=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, gettext("Desat. Val a partir d’ara."))
            return redirect("desk:team", unit)
    return _shown(request, found, watch_form=form)


def _shown(request: AgentRequest, found: Unit, **more: Any) -> HttpResponse:
    leads = found.pk in units.of(request.user, *LEADS)
    only = None if leads else request.user.pk
    staff, has_more = people.people(found.pk, request.GET.get("after", ""), only=only)
    [shown], _ = people.teams([found.pk])
    context: dict[str, Any] = {"team": shown, "people": staff, "leads": leads}
    context["more"] = urlencode({"after": staff[-1].place}) if has_more else ""
    if leads:
        kept = Watch.objects.select_related("calendar").filter(unit=found).first()
        context |= {
            "form": SharingForm(initial=sharing_as_is(Sharing.objects.filter(unit=found).first())),
            "watch_form": WatchForm(initial=watch_as_is(kept), people=staff),
            "watch": kept,
            "next_on": timezone.localdate(kept.next_at) if kept and kept.next_at else None,
            "has_mailbox": staff_mail.mailbox() is not None,
        }
    refused = any(one.is_bound and one.errors for one in more.values())
    return render(request, "desk/teams/team.html", context | more, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def person(request: AgentRequest, unit: uuid.UUID, user: uuid.UUID) -> HttpResponse:
    """What somebody has now, can hold and knows; who leads changes it, and each sees their own."""
    found = _unit(request, unit)
    leads = found.pk in units.of(request.user, *LEADS)
    shown, _ = people.people(found.pk, only=user)
    if not shown or not (leads or user == request.user.pk):
        raise Http404("nobody of this team whom you may see")
    whose = get_object_or_404(User, id=user)
    form = HandForm(request.POST or None, initial=hand_as_is(whose, shown[0].most))
    if request.method == "POST" and form.is_valid():
        try:
            sharing.set_hand(whose, by=request.user, at=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, gettext("Desat. Val a partir d’ara."))
            return redirect("desk:team", unit)
    context = {"unit": found, "person": shown[0], "form": form, "leads": leads and sharing.leads(request.user, whose)}
    context |= {"held": _held(request, whose), "topics": _topics() if leads else []}
    return render(request, "desk/teams/person.html", context, status=422 if form.errors else 200)


def _held(request: AgentRequest, whose: User) -> list[Conversation]:
    """What they have in hand of the units whose conversations this agent sees, as it was promised."""
    return list(Conversation.objects.awake().of(whose).of_units(mine(request)).order_by("due_at", "id")[:HELD])


def _topics() -> list[tuple[Concept, bool]]:
    """The topics that there are, and whether others are beneath."""
    beneath = Exists(Concept.objects.filter(parent=OuterRef("pk")))
    found = Concept.objects.of("topics").in_use().annotate(is_above=beneath).order_by("code")[:500]
    return [(one, one.is_above) for one in found]  # type: ignore[attr-defined]


@require_POST
@staff(*ATTENDS)
def there(request: AgentRequest, user: uuid.UUID | None = None) -> HttpResponse:
    """Somebody says that they are there or not; who leads them may say it too. Back to where one was."""
    whose = get_object_or_404(User, id=user) if user else request.user
    try:
        sharing.say_there(whose, by=request.user, at=now(), is_there=request.POST.get("there") == "yes")
    except Refused as refused:
        messages.error(request, refused.words)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else reverse("desk:teams"))


def _unit(request: AgentRequest, unit: uuid.UUID) -> Unit:
    """A unit that this agent sees. Raises Http404."""
    if unit not in mine(request):
        raise Http404("no such unit is yours to see")
    return get_object_or_404(Unit, id=unit)
