"""An agent says what a conversation is about, and takes an answer or a template into the draft. Each is a form."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.inbox import suggesting, views
from tracte.desk.inbox.acts import act
from tracte.desk.inbox.forms import DraftForm, TopicForm
from tracte.desk.inbox.views import ATTENDS
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions import drafting, labelling
from tracte.inbox.models import Conversation, Draft, Template
from tracte.inbox.suggesting import filling, topics
from tracte.inbox.suggesting.topics import Suggestion
from tracte.knowledge import actions as knowledge
from tracte.knowledge.answers.models import Answer
from tracte.vocabularies.models import Concept


@act
def topic(request: AgentRequest, found: Conversation) -> HttpResponse:
    """Yes, no, or another one. What was suggested is asked of the model again: a form could say anything."""
    form = TopicForm(request.POST)
    said = form.cleaned_data if form.is_valid() else {}
    suggested = _suggested(found, said.get("suggested"))
    chosen = Concept.objects.of("topics").in_use().filter(id=said.get("topic")).first() if said.get("topic") else None
    labelling.label(found, by=request.user, at=now(), topic=chosen, suggested=suggested)
    return _back(request, found)


def _suggested(found: Conversation, id: uuid.UUID | None) -> Suggestion | None:
    return next((one for one in topics.of_conversation(found) if one.topic == id), None) if id else None


@require_POST
@staff(*ATTENDS)
def help(request: AgentRequest, conversation: uuid.UUID) -> HttpResponse:
    """What helps to answer, by what is being typed; a POST, so that what is typed stands in no address and no log."""
    found = views.visible(request, conversation)
    typed = request.POST.get("text", "").strip()
    return render(
        request,
        "desk/inbox/_help.html",
        {"conversation": found, "query": _kept(request), **suggesting.of_writing(found, typed)},
    )


@act
def use(request: AgentRequest, found: Conversation, answer: uuid.UUID) -> HttpResponse:
    """An answer goes into the draft, after what was written; that it was used is counted."""
    whole = get_object_or_404(Answer.objects.standing(), id=answer)
    if whole.is_expired():
        raise Http404("it has expired, and is not given any more")
    texts = {text.language: text.body for text in whole.texts.current()}
    language = suggesting.language_of(found)
    body = texts.get(language) or texts[whole.language]
    knowledge.use(answer, at=now())
    return _written(request, found, body, language)


@act
def use_template(request: AgentRequest, found: Conversation, template: uuid.UUID) -> HttpResponse:
    """A template goes into the draft, after what was written."""
    kept = get_object_or_404(Template, id=template)
    text, language = filling.in_language(kept.texts, suggesting.language_of(found))
    return _written(request, found, text, language)


def _written(request: AgentRequest, found: Conversation, text: str, language: str) -> HttpResponse:
    """What is typed comes with the press; without it, what was kept of it."""
    form = DraftForm(request.POST)
    said = form.cleaned_data if form.is_valid() else {}
    draft = Draft.objects.filter(conversation=found, by=request.user).first()
    typed = said.get("text", draft.text if draft else "").rstrip()
    name = found.record.full_name if found.record else ""
    values = filling.values(found, language, name=name, on=timezone.localdate(now()))
    whole = "\n\n".join(part for part in (typed, filling.fill(text, values)) if part)
    seen = said.get("seen", found.turns_count)
    drafting.save_draft(found, by=request.user, at=now(), text=whole, seen=seen)
    return _back(request, found, "#resposta")


def _back(request: AgentRequest, found: Conversation, place: str = "") -> HttpResponse:
    query = _kept(request)
    return redirect(reverse("desk:conversation", args=[found.id]) + (f"?{query}" if query else "") + place)


def _kept(request: AgentRequest) -> str:
    return urlencode({key: request.GET[key] for key in ("view", "help") if key in request.GET})
