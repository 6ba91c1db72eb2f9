"""Business calendars: all may read them, supervisors change them. What was promised keeps its date."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.calendars import actions, hours
from tracte.core.calendars.business_time import NeverOpen
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Calendar, Holiday
from tracte.desk.calendars import forms
from tracte.desk.calendars.forms import CalendarForm, DayForm, WhenForm
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.inbox.wall_views import LEADS
from tracte.desk.visit import AgentRequest
from tracte.inbox import promising
from tracte.inbox.models import Promise

MOST = 200


@dataclass(frozen=True)
class Day:
    """A day of the year that is not like the others of its week. `own`: the row, where it is of the calendar itself."""

    on: dt.date
    name: str
    own: Holiday | None = None


@require_GET
@staff(*ATTENDS)
def calendars(request: AgentRequest) -> HttpResponse:
    """All of them, with their week in a line."""
    kept = Calendar.objects.order_by("key")[:MOST]
    shown = [(one, [(day, slots) for day, slots in _week(one) if slots]) for one in kept]
    return render(request, "desk/calendars/calendars.html", {"calendars": shown, "leads": _leads(request)})


@require_GET
@staff(*ATTENDS)
def calendar(request: AgentRequest, calendar: uuid.UUID) -> HttpResponse:
    """Its week, its days off of a year, and by when something would be due."""
    return _shown(request, get_object_or_404(Calendar, id=calendar))


def _shown(request: AgentRequest, kept: Calendar, form: DayForm | None = None) -> HttpResponse:
    year = _year(request)
    asked = WhenForm(request.GET if "amount" in request.GET else None)
    dropped = kept.days.filter(on__year=year, dropped_at__isnull=False).select_related("dropped_by")
    context = {
        "calendar": kept,
        "week": _week(kept),
        "year": year,
        "days": days(kept, year),
        "dropped": dropped.order_by("-dropped_at")[:50],
        "leads": _leads(request),
        "form": form or DayForm(),
        "asked": asked,
        **_due(kept, asked),
    }
    return render(request, "desk/calendars/calendar.html", context, status=422 if form else 200)


def days(kept: Calendar, year: int) -> list[Day]:
    """The days off of the land and its own, by date; one of the land that is worked is said as its own."""
    own = {one.on: one for one in kept.days.filter(on__year=year, dropped_at=None).select_related("by")}
    land = hours.of_land(kept.subdivision, year, (get_language() or "ca").split("-")[0])
    found = [Day(on, name, own.get(on)) for on, name in land.items()]
    found += [Day(on, one.name, one) for on, one in own.items() if on not in land]
    return sorted(found, key=lambda one: one.on)


def _due(kept: Calendar, asked: WhenForm) -> dict[str, Any]:
    """What would be promised to whoever writes then, by the very function that promises; nothing is saved."""
    if asked.is_bound and not asked.is_valid():
        return {}
    since = (asked.cleaned_data["since"] if asked.is_bound else None) or now()
    term = asked.term() if asked.is_bound else promising.ANSWER
    try:
        made = promising.counted(Promise(since=since, calendar=kept), term)
    except NeverOpen:
        return {"never": True}
    skipped = [(dt.date.fromisoformat(day), why) for day, why in made.skipped]
    return {"promise": made, "due_on": timezone.localdate(made.due_at), "skipped": skipped}


@require_http_methods(["GET", "POST"])
@staff(*LEADS)
def edit(request: AgentRequest, calendar: uuid.UUID | None = None) -> HttpResponse:
    """A new one, or one as it stands; what was typed stays when it is refused."""
    kept = get_object_or_404(Calendar, id=calendar) if calendar else None
    form = CalendarForm(request.POST or None, initial=forms.first(kept))
    if request.method == "POST" and form.is_valid() and (made := _keep(request, kept, form)):
        messages.success(request, gettext("Desat. El que ja s’havia promès conserva el seu dia."))
        return redirect("desk:calendar", made.id)
    return render(request, "desk/calendars/edit.html", {"form": form, "calendar": kept})


def _keep(request: AgentRequest, kept: Calendar | None, form: CalendarForm) -> Calendar | None:
    told = form.told() | ({"key": kept.key} if kept else {})
    if kept is None and Calendar.objects.filter(key=told["key"]).exists():
        form.add_error("key", gettext("Ja hi ha un calendari amb aquesta clau."))
        return None
    if kept and form.cleaned_data["seen"] != kept.at:
        form.add_error(None, gettext("Algú altre l’ha canviat mentre l’editaves. Obre’l de nou per veure què hi posa."))
        return None
    try:
        return actions.set_calendar(**told, by=request.user, at=now())
    except actions.BadCalendar as bad:
        form.add_error(_place(bad), forms.said(bad))
        return None


def _place(bad: actions.BadCalendar) -> str | None:
    """The field that it is about."""
    fields = {"zone": "zone", "land": "subdivision"}
    return fields.get(bad.code, forms.PARTS[bad.day]) if bad.code else None


@require_POST
@staff(*LEADS)
def add_day(request: AgentRequest, calendar: uuid.UUID) -> HttpResponse:
    """A day of its own."""
    kept = get_object_or_404(Calendar, id=calendar)
    form = DayForm(request.POST)
    if not form.is_valid():
        return _shown(request, kept, form)
    said = form.cleaned_data
    actions.close_on(kept, {said["on"]: said["name"]}, is_worked=said["is_worked"], by=request.user, at=now())
    messages.success(request, gettext("Desat. Compta per al que es prometi a partir d’ara."))
    return _back(kept, said["on"].year)


@require_POST
@staff(*LEADS)
def drop_day(request: AgentRequest, calendar: uuid.UUID, day: uuid.UUID) -> HttpResponse:
    """It counts no more."""
    found = get_object_or_404(Holiday, id=day, calendar=calendar)
    actions.open_again(found, by=request.user, at=now())
    messages.success(request, gettext("Tret. El que ja s’havia promès conserva el seu dia."))
    return _back(found.calendar, found.on.year)


def _back(kept: Calendar, year: int) -> HttpResponse:
    response = redirect("desk:calendar", kept.id)
    response["Location"] += f"?year={year}"
    return response


def _week(kept: Calendar) -> list[tuple[Any, str]]:
    return [(label, forms.written(day)) for label, day in zip(forms.DAYS, kept.week, strict=True)]


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else timezone.localdate().year


def _leads(request: AgentRequest) -> bool:
    return request.user.has_role(*LEADS)
