"""Views of one's own: kept from a list with its filters, renamed, shared, put in order, dropped."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core import units
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit
from tracte.desk.inbox import filters, lists, saved
from tracte.desk.inbox.views import ATTENDS, mine
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions import viewing
from tracte.inbox.checking import LEADS, Refused
from tracte.inbox.models import SavedView


class ViewForm(forms.Form):
    """Its name, and the unit that it is shared with."""

    name = forms.CharField(required=False, max_length=viewing.LONGEST)
    unit = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, offered: filters.Choices, **named: Any) -> None:
        super().__init__(*args, **named)
        choices = [("", gettext("Només per a mi")), *offered.items()]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """Raises Refused."""
        if self.errors:
            raise Refused("view_name" if "name" in self.errors else "view_unit")
        unit = self.cleaned_data["unit"]
        return {"name": self.cleaned_data["name"], "unit": Unit.objects.get(id=unit) if unit else None}


@never_cache
@require_GET
@staff(*ATTENDS)
def views(request: AgentRequest) -> HttpResponse:
    """All of them, in order, with what each asks for."""
    offered = filters.Options(mine(request))
    shown = saved.shown(request.user, mine(request), offered)
    told = [(one, filters.in_words(one.view.filters, offered), lists.BY_KEY[one.view.base].label) for one in shown]
    return render(request, "desk/inbox/saved_views.html", {"views": told})


@never_cache
@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def new(request: AgentRequest) -> HttpResponse:
    """The list that one came from, under a name."""
    offered = filters.Options(mine(request))
    view, _ = saved.asked(request.GET, saved.shown(request.user, mine(request), offered))
    form = ViewForm(request.POST or None, offered=offered["unit"])
    if request.method == "POST":
        try:
            kept = viewing.keep_view(by=request.user, at=now(), view=view.base, filters=view.filters, **form.said())
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, gettext("Desada. La tens a l’esquerra, amb quantes n’hi ha."))
            return redirect(f"{reverse('desk:inbox')}?view={kept.id}")
    return _page(request, form, lists.BY_KEY[view.base], view.filters, offered)


@never_cache
@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def edit(request: AgentRequest, view: uuid.UUID) -> HttpResponse:
    """Another name, shared or not; and from here it is dropped."""
    kept, offered = _visible(request, view), filters.Options(mine(request))
    form = ViewForm(request.POST or None, initial={"name": kept.name, "unit": kept.unit_id}, offered=offered["unit"])
    if request.method == "POST":
        try:
            viewing.change_view(kept, by=request.user, **form.said())
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, gettext("Desada."))
            return redirect("desk:saved_views")
    may_drop = kept.owner_id == request.user.pk or kept.unit_id in units.of(request.user, *LEADS)
    base = lists.BY_KEY.get(kept.view, lists.BY_KEY["team"])
    return _page(request, form, base, filters.read(kept.filters), offered, kept=kept, may_drop=may_drop)


@require_POST
@staff(*ATTENDS)
def move(request: AgentRequest, view: uuid.UUID) -> HttpResponse:
    try:
        viewing.move_view(_visible(request, view), by=request.user, up=request.POST.get("to") == "up")
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect("desk:saved_views")


@require_POST
@staff(*ATTENDS)
def drop(request: AgentRequest, view: uuid.UUID) -> HttpResponse:
    try:
        viewing.drop_view(_visible(request, view), by=request.user)
        messages.success(request, gettext("Esborrada. Les converses que s’hi veien no canvien."))
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect("desk:saved_views")


def _visible(request: AgentRequest, view: uuid.UUID) -> SavedView:
    found = SavedView.objects.seen_by(request.user, mine(request)).filter(id=view).first()
    if found is None:
        raise Http404("no such view is yours to see")
    return found


def _page(
    request: AgentRequest,
    form: ViewForm,
    base: lists.View,
    wanted: filters.Filters,
    offered: dict[str, filters.Choices],
    **more: Any,
) -> HttpResponse:
    context = {"form": form, "base": base, "wanted": filters.in_words(wanted, offered), **more}
    status = 409 if request.method == "POST" else 200
    return render(request, "desk/inbox/saved_view.html", context, status=status)
