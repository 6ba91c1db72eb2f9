"""One act on many conversations: chosen, seen beforehand, started, watched, stopped, undone; and those before."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import UnitVersion, User
from tracte.desk.inbox import bulk_words, filters, lists, saved
from tracte.desk.inbox.bulk import progress, states
from tracte.desk.inbox.forms import AssignForm, CloseForm, SnoozeForm, TopicForm
from tracte.desk.inbox.views import ATTENDS, mine
from tracte.desk.visit import AgentRequest, is_partial
from tracte.inbox.actions import bulk
from tracte.inbox.checking import LEADS, Refused
from tracte.inbox.models import BulkAct
from tracte.vocabularies.models import Concept

PAGE, MOST = 50, 500
FORMS: dict[str, type[forms.Form]] = {
    "assign": AssignForm,
    "close": CloseForm,
    "snooze": SnoozeForm,
    "label": TopicForm,
}
ORDERS = {"start": bulk.start, "stop": bulk.stop, "undo": bulk.undo}


@dataclass(frozen=True)
class Chosen:
    """Some, picked one by one; or a whole view, of which an address carries the filters and never the ids."""

    ids: list[uuid.UUID]
    view: lists.View | None = None

    @property
    def told(self) -> dict[str, Any]:
        """As the act remembers it."""
        if self.view is None:
            return {}
        name = {"name": str(self.view.label)} if self.view.key not in lists.BY_KEY else {}
        return {"view": self.view.base, "filters": self.view.filters} | name


@never_cache
@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def new(request: AgentRequest) -> HttpResponse:
    """What to do with what was chosen; then the dry run."""
    chosen = _chosen(request)
    if not chosen.ids:
        messages.error(request, Refused("none_chosen").words)
        return redirect(reverse("desk:inbox") + saved.place(request.GET))
    refusal = ""
    if request.method == "POST":
        try:
            what, said = _said(request.POST)
            planned = bulk.plan(
                by=request.user, at=now(), what=what, said=said, conversations=chosen.ids, chosen=chosen.told
            )
            return redirect("desk:bulk_act", act=planned.id)
        except Refused as refused:
            refusal = refused.words
    context = {
        "many": len(chosen.ids),
        "is_most": len(chosen.ids) == bulk.MOST,
        "view": chosen.view,
        "back": reverse("desk:inbox") + saved.place(request.GET),
        "refusal": refusal,
        "leads": request.user.has_role(*LEADS),
        **_offered(),
    }
    return render(request, "desk/inbox/bulk_new.html", context, status=409 if refusal else 200)


def _chosen(request: AgentRequest) -> Chosen:
    if request.GET.get("all"):
        seen = mine(request)
        own = saved.shown(request.user, seen, filters.Options(seen))
        view, is_lost = saved.asked(request.GET, own)
        return Chosen([] if is_lost else lists.ids(view, request.user, seen, bulk.MOST), view)
    try:
        return Chosen([uuid.UUID(one) for one in request.GET.getlist("conversation")])
    except ValueError:
        return Chosen([])


def _said(posted: QueryDict) -> tuple[str, dict[str, str]]:
    """The act and what its form says, as it is kept. Raises Refused; a form that was tampered with is no act."""
    what = posted.get("what", "")
    form = FORMS[what](posted) if what in FORMS else None
    if form is None or not form.is_valid():
        raise Http404("no such act")
    if isinstance(form, SnoozeForm):
        return what, {"until": form.at().isoformat()}
    if isinstance(form, TopicForm):
        if not form.cleaned_data["topic"]:
            raise Refused("no_topic")
        return what, {"topic": str(form.cleaned_data["topic"])}
    return what, {name: str(value or "").strip() for name, value in form.cleaned_data.items()}


def _offered() -> dict[str, Any]:
    """To whom they can be given, and which topics there are. Three queries."""
    attend = User.objects.filter(is_active=True, roles__name__in=ATTENDS).distinct().order_by("full_name")
    newest = UnitVersion.objects.filter(valid_from__lte=now().date()).order_by("unit", "-valid_from").distinct("unit")
    return {
        "agents": attend[:MOST],
        "units": sorted((one for one in newest if not one.is_closed), key=lambda one: one.name)[:MOST],
        "topics": Concept.objects.of("topics").in_use().order_by("code")[:MOST],
    }


@never_cache
@require_GET
@staff(*ATTENDS)
def act(request: AgentRequest, act: uuid.UUID) -> HttpResponse:
    """The dry run, how far it is, or how it ended."""
    return _page(request, _visible(request, act))


@never_cache
@require_POST
@staff(*ATTENDS)
def order(request: AgentRequest, act: uuid.UUID, order: str) -> HttpResponse:
    """Start it, stop it, undo it."""
    found = _visible(request, act)
    if order not in ORDERS:
        raise Http404("no such order")
    try:
        ORDERS[order](found, by=request.user, at=now())
    except Refused as refused:
        return _page(request, found, refusal=refused.words)
    return redirect("desk:bulk_act", act=found.id)


@never_cache
@require_GET
@staff(*ATTENDS)
def acts(request: AgentRequest) -> HttpResponse:
    """One's own, and for who leads everybody's, newest first."""
    shown = bulk.visible(request.user).select_related("by").prefetch_related("orders").order_by("-at", "-id")
    if place := _place(request.GET.get("after", "")):
        shown = shown.filter(Q(at__lt=place[0]) | Q(at=place[0], id__lt=place[1]))
    found = list(shown[: PAGE + 1])
    listed, last = found[:PAGE], found[:PAGE][-1:]
    told = list(zip(listed, bulk_words.titles(listed), states(listed), strict=True))
    more = urlencode({"after": f"{last[0].at.isoformat()}~{last[0].id}"}) if len(found) > PAGE else ""
    return render(request, "desk/inbox/bulk_acts.html", {"acts": told, "more": more})


def _place(after: str) -> tuple[dt.datetime, uuid.UUID] | None:
    at, _, last = after.partition("~")
    try:
        return dt.datetime.fromisoformat(at), uuid.UUID(last)
    except ValueError:
        return None


def _visible(request: AgentRequest, act: uuid.UUID) -> BulkAct:
    found = bulk.visible(request.user).filter(id=act).select_related("by").first()
    if found is None:
        raise Http404("no such bulk act is yours to see")
    return found


def _page(request: AgentRequest, found: BulkAct, refusal: str = "") -> HttpResponse:
    context = {
        "act": found,
        "progress": progress(found, mine(request)),
        "title": bulk_words.titles([found])[0],
        "chosen": bulk_words.chosen(found),
        "refusal": refusal,
    }
    template = "desk/inbox/_bulk.html" if is_partial(request) else "desk/inbox/bulk_act.html"
    return render(request, template, context, status=409 if refusal else 200)
