"""Merge and split by hand. Agents may do both: every act says who did it and why, and can be undone."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk import comparing, counts, joining, timeline, visit
from tracte.desk.forms import ReasonForm
from tracte.desk.views import ATTENDS, results, to_results
from tracte.people.actions import Refused
from tracte.people.models import Person
from tracte.people.profile import Profile
from tracte.people.protections import freezing


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
@visit.opens
def choose(request: HttpRequest, profile: Profile) -> HttpResponse:
    """Find the other one."""
    if request.method == "POST":
        return to_results(request, reverse("desk:choose", args=[profile.id]))
    return render(request, "desk/choose.html", {"person": profile, **results(request)})


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
@visit.opens
def merge(request: visit.AgentRequest, profile: Profile, other: uuid.UUID) -> HttpResponse:
    """Preview, then confirm with a reason."""
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            survivor = joining.merge(profile.id, other, by=request.user, at=now(), **form.cleaned_data)
        except joining.Changed:
            return _look_again(request)
        except Refused as refused:
            messages.error(request, joining.refusal(str(refused)))
            return redirect(request.path)
        messages.success(request, gettext("Fet: ara són una sola persona. Si era un error, les pots tornar a separar."))
        return redirect("desk:person", person=survivor)
    if (today := Person.now_at(other)) in (None, profile.id):
        unknown = gettext("No hi ha ningú amb aquesta adreça: torna-ho a cercar.")
        messages.warning(request, joining.refusal("same") if today else unknown)
        return redirect("desk:choose", person=profile.id)
    if today != other:
        return redirect("desk:merge", person=profile.id, other=today)
    if (them := visit.open_one(request, other)) is None:
        raise Http404("nobody bears this id")
    plan = joining.plan_merge(profile.id, other)
    both = sorted((profile, them), key=lambda one: one.id != plan.survivor)
    context = {"person": profile, "both": both, "plan": plan, "refusal": plan.refusal and joining.refusal(plan.refusal)}
    context["frozen"] = next(filter(None, map(freezing.of_person, both)), None)
    context["conflicts"] = comparing.conflicts(*both)
    return render(request, "desk/merge.html", {**context, "form": form, "doors": timeline.accounts()})


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
@visit.opens
def split(request: visit.AgentRequest, profile: Profile) -> HttpResponse:
    """Tick the records that are somebody else's, preview, then confirm with a reason."""
    chosen = _chosen(request, profile)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            stays, left = joining.split(profile.id, chosen, by=request.user, at=now(), **form.cleaned_data)
        except joining.Changed:
            return _look_again(request)
        except Refused as refused:
            messages.error(request, joining.refusal(str(refused)))
            return redirect(request.path)
        messages.success(request, _parted(left))
        return redirect("desk:person", person=stays)
    plan = joining.plan_split(profile.id, chosen) if chosen else None
    context = {"person": profile, "chosen": chosen, "plan": plan, "form": form, "doors": timeline.accounts()}
    context["refusal"] = joining.refusal(plan.refusal) if plan and plan.refusal else ""
    context["contacts"] = counts.by_record(record.id for record in profile.records)
    return render(request, "desk/split.html", context)


def _chosen(request: HttpRequest, profile: Profile) -> list[uuid.UUID]:
    """The ticked records that are this person's."""
    ticked = set((request.POST if request.method == "POST" else request.GET).getlist("record"))
    return [record.id for record in profile.records if str(record.id) in ticked]


def _look_again(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request,
        gettext("Ha canviat alguna cosa mentre ho miraves i no s’ha fet res. Torna-ho a mirar abans de confirmar."),
    )
    return redirect(request.get_full_path())


def _parted(left: uuid.UUID) -> str:
    link = format_html('<a href="{}">{}</a>', reverse("desk:person", args=[left]), gettext("Mira l’altra persona"))
    return format_html("{} {}", gettext("Fet: ara són dues persones, i no es tornaran a ajuntar soles."), link)
