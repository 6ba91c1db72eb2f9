"""The list of cases and one case, read to work on it, which is written down. Reading; `acts` writes."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tracte.channels import tokens
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.ids import uuid7
from tracte.core.models import Unit, UnitVersion, User
from tracte.core.units import of
from tracte.desk.cases import lists
from tracte.desk.inbox.groups import grouped
from tracte.desk.inbox.views import ATTENDS, PURPOSE, mine
from tracte.desk.visit import AgentRequest, is_partial
from tracte.inbox import numbers
from tracte.inbox.actions import alarms, opinions
from tracte.inbox.actions.cases.referring import SHARED
from tracte.inbox.case_checking import check
from tracte.inbox.models import Case, Job, Referral
from tracte.knowledge import competence, contract
from tracte.knowledge.models import Service
from tracte.people.models import Membership
from tracte.people.profile import Profile, open_person

COLLEAGUES = 200


@never_cache
@require_GET
@staff(*ATTENDS)
def cases(request: AgentRequest) -> HttpResponse:
    """A view of them by what was promised; a number that is asked for opens its case."""
    view = lists.BY_KEY.get(request.GET.get("view", ""), lists.VIEWS[0])
    query = request.GET.get("q", "").strip()
    if (number := numbers.read(query)) is not None and (found := Case.objects.filter(number=number).first()):
        return redirect("desk:case", case=found.id)
    after = request.GET.get("after", "")
    items, has_more = lists.page(view, request.user, mine(request), after)
    context = {
        "after": after,
        "view": view,
        "views": lists.VIEWS,
        "query": query,
        "groups": grouped(items) if not view.newest_first else [("", "", items)] if items else [],  # type: ignore[arg-type]
        "more": urlencode({"view": view.key, "after": items[-1].place}) if has_more else "",
        "referrals": _asked_of(request),
    }
    return render(request, "desk/cases/_cases.html" if is_partial(request) else "desk/cases/cases.html", context)


def _asked_of(request: HttpRequest) -> list[Referral]:
    """What others ask of this agent's units, by when it is due."""
    asked = Referral.objects.standing().filter(unit__in=mine(request)).select_related("case__service")
    return list(asked.order_by("due_at")[:20])


@never_cache
@require_GET
@staff(*ATTENDS)
def case(request: AgentRequest, case: uuid.UUID) -> HttpResponse:
    """One case, and of it what happened when that changed."""
    found = visible(case)
    if is_partial(request):
        return render(request, "desk/cases/_steps.html", {"steps": _steps_read(request, found)})
    return render(request, "desk/cases/case.html", opened(request, found))


def visible(id: uuid.UUID) -> Case:
    """Whoever attends people may be asked how a case stands; what they may do is for `check`. Raises Http404."""
    whole = Case.objects.select_related(
        "closure",
        "claims",
        "service",
        "original_service",
        "territory",
        "unit",
        "agent",
        "by",
        "account",
        "record",
        "job",
    )
    found = whole.filter(id=id).first()
    if found is None:
        raise Http404("there is no such case")
    return found


def opened(request: AgentRequest, found: Case, **more: Any) -> dict[str, Any]:
    """All that its page shows. Of a confidential service others see its number, service and dates, and nothing else."""
    if contract.redacted(found.service, request.user):
        asked = [one for one in _referrals(request, found) if one.is_mine]  # type: ignore[attr-defined]
        return {"case": found, "is_redacted": True, "referrals": asked, **more}
    alarms.see(request.user, at=now(), case=found)
    promise = found.promises.order_by("-at", "-id").first()
    standing = promise if promise and promise.ended_at is None else None
    return {
        "case": found,
        "person": _person(request, found),
        "unit": name_of(found.unit_id),
        "promise": promise,
        "pause": standing.pauses.filter(until=None).first() if standing else None,
        "skipped": [(dt.date.fromisoformat(day), why) for day, why in promise.skipped] if promise else [],
        "checks": check(found, request.user, mine(request)),
        "steps": _steps(found),
        "origins": found.origins.select_related("conversation__account").order_by("at"),
        "referrals": _referrals(request, found),
        "opinion": opinions.last_of(found),
        "claimed_by": found.claimed_by.order_by("number"),
        "filled": filled(found),
        "finish": found.job.finish if found.job and found.job.is_finished else None,
        "proposed": found.job.finish.text(found.language) if found.job and found.job.is_finished else "",
        "jobs": _jobs(found),
        "colleagues": _colleagues(found.unit_id),
        "units": Unit.objects.order_by("code")[:COLLEAGUES],
        "services": Service.objects.offered().order_by("key")[:2000],
        "shared": SHARED,
        "key": uuid7(),
        **more,
    }


def name_of(unit: uuid.UUID) -> str:
    return competence.unit_name(unit, timezone.localdate())


def filled(found: Case) -> list[tuple[str, Any]]:
    """What was filled in of the form, with its labels."""
    labels = {one["key"]: one["labels"] for one in found.service.fields}
    language = "ca"
    return [(labels.get(key, {}).get(language, key), value) for key, value in found.fields.items()]


def _steps_read(request: AgentRequest, found: Case) -> list[Any]:
    """What happened, read again, which is written down; of a confidential service nothing to who may not see it."""
    if contract.redacted(found.service, request.user):
        return []
    _person(request, found)
    return _steps(found)


def _steps(found: Case) -> list[Any]:
    steps = list(found.steps.select_related("by", "agent", "service", "dispatch", "other").order_by("at", "id"))
    versions = UnitVersion.objects.filter(unit__in={one.unit_id for one in steps}).order_by("valid_from")
    names = {version.unit_id: version.name for version in versions}
    for one in steps:
        one.unit_name = names.get(one.unit_id, "")  # type: ignore[attr-defined, arg-type]
    return steps


def _referrals(request: AgentRequest, found: Case) -> list[Referral]:
    """With the link of those that went outside, for whoever has to give it by hand."""
    asked = list(found.referrals.order_by("-at"))
    theirs = set(of(request.user, *ATTENDS)) if any(one.unit_id and not one.ended_at for one in asked) else set()
    for one in asked:
        one.to = name_of(one.unit_id) if one.unit_id else one.name  # type: ignore[attr-defined]
        one.is_mine = one.unit_id in theirs  # type: ignore[attr-defined]
        path = reverse("referral", args=[tokens.sign(one.id)])
        one.link = "" if one.unit_id or one.ended_at else request.build_absolute_uri(path)  # type: ignore[attr-defined]
    return asked


def _jobs(found: Case) -> list[Job]:
    """Of the same service, lately begun and not finished."""
    if found.job_id or not found.is_open:
        return []
    return list(Job.objects.filter(service=found.service_id, finish=None).order_by("-at")[:50])


def _colleagues(unit: uuid.UUID) -> list[User]:
    working = User.objects.filter(is_active=True, roles__unit=unit, roles__name__in=ATTENDS)
    return list(working.distinct().order_by("full_name")[:COLLEAGUES])


def _person(request: AgentRequest, found: Case) -> Profile | None:
    if found.record_id is None:
        return None
    person = Membership.objects.live().filter(record=found.record_id).values_list("person_id", flat=True).get()
    return open_person(person, by=request.user, purpose=PURPOSE, at=now(), what="case")
