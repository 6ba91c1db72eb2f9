"""What an agent does with a conversation: each a form that works without a script, and comes back with its words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit, User
from tracte.desk.inbox import saved, views
from tracte.desk.inbox.forms import AssignForm, CloseForm, DraftForm, ReplyForm, SnoozeForm
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions import answering, drafting, handling
from tracte.inbox.checking import Refused
from tracte.inbox.models import Closure, Conversation, Draft, Turn

Act = Callable[..., HttpResponseBase]


def act(do: Act) -> Act:
    """`do(request, conversation)`: an act on a conversation that this agent sees; a refusal shows its page again, with
    what was typed and the reason in words."""

    @require_POST
    @staff(*ATTENDS)
    @wraps(do)
    def acted(request: AgentRequest, conversation: uuid.UUID, **names: uuid.UUID) -> HttpResponseBase:
        found = views.visible(request, conversation)
        try:
            return do(request, found, **names)
        except Refused as refused:
            return _again(request, found, refused)

    return acted


def _again(request: AgentRequest, found: Conversation, refused: Refused) -> HttpResponse:
    """Nothing typed is lost: it is a draft, and stands where it was typed."""
    fresh = views.visible(request, found.id, *views.SHOWN)
    more: dict[str, object] = {"refusal": refused.words}
    if "text" in request.POST and "key" in request.POST:
        typed = request.POST["text"]
        drafting.save_draft(fresh, by=request.user, at=now(), text=typed, seen=fresh.turns_count)
        more |= {"typed": typed, "collided": refused.reason in ("arrived", "answered")}
    context = views.listing(request) | views.opened(request, fresh, **more) | {"open": str(fresh.id)}
    return render(request, "desk/inbox/inbox.html", context, status=409)


def _valid(form: forms.Form) -> dict:
    """What the form brings; a form that was tampered with is no act of ours."""
    if not form.is_valid():
        raise Http404(f"not such a form: {form.errors.as_json()}")
    return form.cleaned_data


def _back(request: AgentRequest, found: Conversation) -> HttpResponse:
    return redirect(reverse("desk:conversation", args=[found.id]) + saved.place(request.GET))


@act
def reply(request: AgentRequest, found: Conversation) -> HttpResponse:
    """Answer, and close when asked to."""
    said = _valid(ReplyForm(request.POST))
    answering.reply(found, by=request.user, at=now(), text=said["text"], seen=said["seen"], key=said["key"])
    if said["then"] == "close":
        handling.close(found, by=request.user, at=now(), how=Closure.How.ANSWERED)
    return _back(request, found)


@act
def take_back(request: AgentRequest, found: Conversation, turn: uuid.UUID) -> HttpResponse:
    said = Turn.objects.filter(conversation=found, interaction=turn).select_related("dispatch").first()
    if said is None:
        raise Http404("no such turn")
    if found.closure_id and found.closure and found.closure.by_id == request.user.pk:
        handling.reopen(found, by=request.user, at=now())
    answering.take_back(said, by=request.user, at=now())
    messages.success(request, gettext("No s’ha enviat. El text torna a ser al teu esborrany."))
    return _back(request, found)


@act
def note(request: AgentRequest, found: Conversation) -> HttpResponse:
    answering.note(found, by=request.user, at=now(), text=request.POST.get("note", ""))
    return _back(request, found)


@act
def assign(request: AgentRequest, found: Conversation) -> HttpResponse:
    """To oneself, to a colleague, to another unit, or to nobody."""
    said = _valid(AssignForm(request.POST))
    agent = User.objects.filter(id=said["agent"], is_active=True).first() if said["agent"] else None
    unit = Unit.objects.filter(id=said["unit"]).first() if said["unit"] else None
    handling.assign(found, by=request.user, at=now(), agent=agent, unit=unit, reason=said["reason"])
    return _back(request, found)


@act
def close(request: AgentRequest, found: Conversation) -> HttpResponse:
    said = _valid(CloseForm(request.POST))
    handling.close(found, by=request.user, at=now(), **said)
    messages.success(request, gettext("Tancada. Si torna a escriure, s’obrirà una conversa que la continua."))
    return redirect(reverse("desk:inbox") + saved.place(request.GET))


@act
def reopen(request: AgentRequest, found: Conversation) -> HttpResponse:
    handling.reopen(found, by=request.user, at=now())
    return _back(request, found)


@act
def snooze(request: AgentRequest, found: Conversation) -> HttpResponse:
    form = SnoozeForm(request.POST)
    _valid(form)
    handling.snooze(found, by=request.user, at=now(), until=form.at())
    messages.success(request, gettext("Ajornada. Tornarà a la llista a la seva hora, o abans si torna a escriure."))
    return redirect(reverse("desk:inbox") + saved.place(request.GET))


@act
def draft(request: AgentRequest, found: Conversation) -> HttpResponse:
    """Kept as it is typed; the answer says when, and who else is here."""
    said = _valid(DraftForm(request.POST))
    kept = drafting.save_draft(found, by=request.user, at=now(), text=said["text"], seen=said["seen"])
    here = drafting.look(found, by=request.user, at=now(), is_writing=bool(kept))
    context = {"draft": kept, "here": here, "conversation": found, "is_behind": found.turns_count != said["seen"]}
    return render(request, "desk/inbox/_kept.html", context)


@act
def here(request: AgentRequest, found: Conversation) -> HttpResponse:
    """Still before their eyes; who else is there."""
    is_writing = Draft.objects.filter(conversation=found, by=request.user, at__gte=now() - drafting.LASTS).exists()
    others = drafting.look(found, by=request.user, at=now(), is_writing=is_writing)
    return render(request, "desk/inbox/_here.html", {"here": others, "conversation": found})
