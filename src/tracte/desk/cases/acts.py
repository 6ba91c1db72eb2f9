"""What an agent does with a case: each a form that works without a script, and comes back with its words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit, User
from tracte.desk.cases import views
from tracte.desk.cases.forms import ClaimForm, CloseForm, GiveForm, JobForm, ReferForm, SayForm, ServiceForm
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions.cases import answering, claiming, handling, jobs, pausing, referring
from tracte.inbox.checking import Refused
from tracte.inbox.models import Case, CaseClosure, Job, Referral
from tracte.knowledge.models import Service

Act = Callable[..., HttpResponseBase | None]


def act(do: Act) -> Callable[..., HttpResponseBase]:
    """`do(request, case)`: an act on a case. A refusal shows its page again, with what was typed and the reason."""

    @never_cache
    @require_POST
    @staff(*ATTENDS)
    @wraps(do)
    def acted(request: AgentRequest, case: uuid.UUID) -> HttpResponseBase:
        found = views.visible(case)
        try:
            return do(request, found) or redirect("desk:case", case=found.id)
        except Refused as refused:
            typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
            context = views.opened(request, found, refusal=refused.words, typed=typed)
            return render(request, "desk/cases/case.html", context, status=409)

    return acted


def valid(form: forms.Form) -> dict:
    """What the form brings; a form that was tampered with is no act of ours."""
    if not form.is_valid():
        raise Http404(f"not such a form: {form.errors.as_json()}")
    return form.cleaned_data


@act
def answer(request: AgentRequest, found: Case) -> None:
    """Answer, and close when asked to."""
    said = valid(SayForm(request.POST))
    answering.answer(found, by=request.user, at=now(), text=said["text"], key=str(said["key"]))
    if said["then"] == "close":
        handling.close(found, by=request.user, at=now(), how=CaseClosure.How.ANSWERED)
    messages.success(request, gettext("Contestat: surt d’aquí a uns segons."))


@act
def note(request: AgentRequest, found: Case) -> None:
    handling.note(found, by=request.user, at=now(), text=request.POST.get("note", ""))


@act
def give(request: AgentRequest, found: Case) -> None:
    """To oneself, to a colleague, to another unit, or to nobody."""
    said = valid(GiveForm(request.POST))
    agent = User.objects.filter(id=said["agent"], is_active=True).first() if said["agent"] else None
    unit = Unit.objects.filter(code=said["unit"]).first() if said["unit"] else None
    if said["unit"] and unit is None:
        raise Refused("no_unit")
    handling.give(found, by=request.user, at=now(), agent=agent, unit=unit, reason=said["reason"])


@act
def change_service(request: AgentRequest, found: Case) -> None:
    said = valid(ServiceForm(request.POST))
    service = Service.objects.filter(key=said["service"]).first()
    if service is None:
        raise Refused("no_service")
    handling.change_service(found, service, by=request.user, at=now(), reason=said["reason"])


@act
def close(request: AgentRequest, found: Case) -> None:
    said = valid(CloseForm(request.POST))
    handling.close(found, by=request.user, at=now(), **said)


@act
def reopen(request: AgentRequest, found: Case) -> None:
    handling.reopen(found, by=request.user, at=now(), reason=request.POST.get("reason", "")[:500])


@act
def pause(request: AgentRequest, found: Case) -> None:
    promise = found.promises.standing().first()
    if promise is None:
        raise Refused("no_promise")
    if "resume" in request.POST:
        pausing.resume(promise, by=request.user, at=now())
    else:
        pausing.pause(promise, by=request.user, at=now(), reason=request.POST.get("reason", "")[:500])


@act
def claim(request: AgentRequest, found: Case) -> HttpResponse | None:
    """A new case that claims about it, or a note while it is open."""
    said = valid(ClaimForm(request.POST))
    made = claiming.claim(found, by=request.user, at=now(), text=said["text"], key=str(said["key"]))
    return redirect("desk:case", case=made.id) if made else None


@act
def refer(request: AgentRequest, found: Case) -> None:
    said = valid(ReferForm(request.POST))
    unit = Unit.objects.filter(code=said["unit"]).first() if said["unit"] else None
    if said["unit"] and unit is None:
        raise Refused("no_unit")
    referring.refer(
        found,
        by=request.user,
        at=now(),
        question=said["question"],
        days=said["days"],
        shared=said["shared"],
        unit=unit,
        outside=None if unit else referring.Outside(said["name"], said["email"]),
        link=lambda token: request.build_absolute_uri(f"/referral/{token}/"),
    )


@act
def job(request: AgentRequest, found: Case) -> None:
    """Begin one, join one, or leave it."""
    said = valid(JobForm(request.POST))
    if said["leave"]:
        jobs.leave_job(found, by=request.user, at=now(), reason=said["reason"])
    elif said["job"]:
        jobs.join_job(found, get_object_or_404(Job, id=said["job"]), by=request.user, at=now())
    else:
        jobs.begin_job(found, by=request.user, at=now(), title=said["title"])


@never_cache
@require_POST
@staff(*ATTENDS)
def referral(request: AgentRequest, referral: uuid.UUID) -> HttpResponse:
    """An expert's answer, or that nobody needs it any more."""
    asked = get_object_or_404(Referral, id=referral)
    try:
        if "withdraw" in request.POST:
            referring.withdraw_referral(asked, by=request.user, at=now())
        else:
            referring.answer_referral(asked, by=request.user, at=now(), text=request.POST.get("answer", "")[:10_000])
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect("desk:case", case=asked.case_id)
