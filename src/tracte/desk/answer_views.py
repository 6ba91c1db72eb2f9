"""Answers at the desk: which need care, one in four languages side by side, and what an editor writes."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import Unit
from tracte.desk import contract_words, visit
from tracte.desk.knowledge_forms import NAMES, AnswerForm, TextForm
from tracte.desk.service_views import EDITS, READS, found
from tracte.knowledge import actions, competence
from tracte.knowledge.answers import writing
from tracte.knowledge.answers.models import Answer, AnswerText
from tracte.knowledge.fields import Wrong
from tracte.knowledge.models import LANGUAGES, Service
from tracte.vocabularies.models import Concept

PAGE = 50
FILTERS: dict[str, tuple[object, Callable[[visit.AgentRequest], QuerySet[Answer]]]] = {
    "": (_("Totes"), lambda request: Answer.objects.standing()),
    "expired": (_("Caducades"), lambda request: Answer.objects.expired()),
    "review": (_("Per repassar"), lambda request: Answer.objects.to_review()),
    "stale": (_("Traducció endarrerida"), lambda request: Answer.objects.stale()),
    "mine": (
        _("De la meva unitat"),
        lambda request: Answer.objects.standing().filter(owner__in=request.user.roles.values("unit")),
    ),
}


@require_GET
@staff(*READS)
def answers(request: visit.AgentRequest) -> HttpResponse:
    """By the day of their review; or what a search finds, in services and answers together."""
    query, which = request.GET.get("q", "").strip()[:200], request.GET.get("show", "")
    wanted = FILTERS.get(which, FILTERS[""])[1](request)
    rows = list(_after(wanted, request.GET.get("after", "")).select_related("owner")[: PAGE + 1])
    texts = AnswerText.objects.current().filter(answer__in=[row.id for row in rows])
    said: dict[uuid.UUID, dict[str, str]] = {}
    for text in texts:
        said.setdefault(text.answer_id, {})[text.language] = text.title
    context = {
        "query": query,
        "hits": found(query) if query else [],
        "answers": [(row, _title(row, said.get(row.id, {})), _missing(said.get(row.id, {}))) for row in rows[:PAGE]],
        "more": f"{rows[PAGE - 1].review_on}~{rows[PAGE - 1].id}" if len(rows) > PAGE else "",
        "filters": [(key, name, rows_of(request).count()) for key, (name, rows_of) in FILTERS.items()],
        "which": which if which in FILTERS else "",
        "edits": request.user.has_role(*EDITS),
    }
    return render(request, "desk/answers.html", context)


def _after(rows: QuerySet[Answer], place: str) -> QuerySet[Answer]:
    """From one on, in the order of their review; from the first, when the address was cut."""
    day, _sep, id_ = place.partition("~")
    try:
        bound = Q(review_on__gt=day) | Q(review_on=day, id__gt=uuid.UUID(id_)) if place else Q()
        return rows.filter(bound).order_by("review_on", "id")
    except (ValueError, TypeError):
        return rows.order_by("review_on", "id")


def _title(answer: Answer, said: dict[str, str]) -> str:
    return said.get((get_language() or "ca").split("-")[0]) or said.get(answer.language, "")


def _missing(said: dict[str, str]) -> list[object]:
    return [NAMES[code] for code in LANGUAGES if code not in said]


@require_GET
@staff(*READS)
def answer(request: visit.AgentRequest, answer: uuid.UUID) -> HttpResponse:
    """One answer, its languages side by side."""
    shown = _whole(answer)
    uses = list(shown.uses.order_by("-day").values_list("day", "count")[:365])
    context = {
        "answer": shown,
        "title": contract_words.title(shown),
        "owner": competence.unit_name(shown.owner_id, now().date()),
        "sides": [(side, NAMES[side.language]) for side in writing.sides(shown)],
        "used": sum(count for _day, count in uses),
        "last_used": uses[0][0] if uses else None,
        "is_expired": shown.is_expired(),
        "is_to_review": shown.is_to_review(),
        "edits": request.user.has_role(*EDITS),
    }
    return render(request, "desk/answer.html", context)


def _whole(answer: uuid.UUID) -> Answer:
    return get_object_or_404(Answer.objects.select_related("owner", "service", "topic", "withdrawal__by"), id=answer)


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def new(request: visit.AgentRequest) -> HttpResponse:
    """A new answer, in Catalan; from a search that found nothing, with its words in the title."""
    first = request.user.roles.select_related("unit").first()
    start = {"title": request.GET.get("title", "")[:300], "owner": first.unit.code if first else "", "seen": 0}
    start["service"] = request.GET.get("service", "")
    form = AnswerForm(request.POST or None, initial=start)
    text = TextForm(request.POST or None, initial=start)
    if request.method == "POST" and all([form.is_valid(), text.is_valid()]):
        said = {"title": text.cleaned_data["title"], "body": text.cleaned_data["body"]}
        try:
            made = actions.write(by=request.user, at=now(), **said, **form.cleaned_data)
        except Wrong as wrong:
            _complain(form, wrong)
        else:
            messages.success(request, gettext("Fet: ja es troba. Ara la pots posar en les altres llengües."))
            return redirect("desk:answer", answer=made.id)
    return render(request, "desk/answer_edit.html", {"form": form, "text": text, **_choices()})


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def edit(request: visit.AgentRequest, answer: uuid.UUID) -> HttpResponse:
    """Who keeps it, until when, where it comes from."""
    shown = _whole(answer)
    start = {
        "owner": shown.owner.code,
        "review_on": shown.review_on,
        "expires_on": shown.expires_on,
        "source": shown.source,
        "service": shown.service.key if shown.service else "",
        "topic": shown.topic.code if shown.topic else "",
    }
    form = AnswerForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.arrange(shown, by=request.user, at=now(), **form.cleaned_data)
        except Wrong as wrong:
            _complain(form, wrong)
        else:
            messages.success(request, gettext("Desat."))
            return redirect("desk:answer", answer=answer)
    return render(request, "desk/answer_edit.html", {"form": form, "answer": shown, **_choices()})


def _complain(form: AnswerForm | TextForm, wrong: Wrong) -> None:
    for line in wrong.lines:
        form.add_error(None, line)


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def text(request: visit.AgentRequest, answer: uuid.UUID, language: str) -> HttpResponse:
    """Write it in a language, beside the text that it comes from. A newer version is shown, never overwritten."""
    if language not in LANGUAGES:
        raise Http404("answers are in Catalan, Spanish, Aranese and English")
    shown = _whole(answer)
    held = {side.language: side for side in writing.sides(shown)}
    mine, source = held[language].text, held[shown.language].text
    start = {"title": mine.title, "body": mine.body, "seen": mine.version} if mine else {"seen": 0}
    form, meanwhile = TextForm(request.POST or None, initial=start), None
    if request.method == "POST" and form.is_valid():
        try:
            actions.rewrite(shown, language, by=request.user, at=now(), **form.cleaned_data)
        except Wrong as wrong:
            _complain(form, wrong)
        except actions.Conflict:
            meanwhile, form.data = mine, {**request.POST.dict(), "seen": mine.version if mine else 0}
        else:
            messages.success(request, gettext("Desat. Les versions d’abans es conserven."))
            return redirect("desk:answer", answer=answer)
    context = {
        "answer": shown,
        "form": form,
        "language": language,
        "language_name": NAMES[language],
        "source": source if language != shown.language else None,
        "source_name": NAMES[shown.language],
        "is_stale": held[language].is_stale,
        "meanwhile": meanwhile,
        "versions": shown.texts.filter(language=language).select_related("by").order_by("-version")[:20],
    }
    return render(request, "desk/answer_text.html", context)


@require_POST
@staff(*EDITS)
def withdraw(request: visit.AgentRequest, answer: uuid.UUID) -> HttpResponse:
    """Given no more, with a reason."""
    shown = _whole(answer)
    if reason := request.POST.get("reason", "").strip()[:500]:
        actions.withdraw(shown, by=request.user, at=now(), reason=reason)
        messages.success(request, gettext("Fet: ja no es dona ni es troba. Els textos es conserven."))
        return redirect(reverse("desk:answers"))
    messages.error(request, gettext("Escriu per què: qui ho revisi més endavant ho ha de poder entendre."))
    return redirect("desk:answer", answer=answer)


def _choices() -> dict[str, object]:
    return {
        "services_known": Service.objects.offered().order_by("key")[:2000],
        "units_known": Unit.objects.order_by("code")[:2000],
        "topics_known": Concept.objects.of("topics").in_use().order_by("code")[:1000],
    }
