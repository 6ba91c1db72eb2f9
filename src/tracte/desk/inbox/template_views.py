"""Templates at the desk: the texts that are written often, in four languages, kept by editors."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.desk.inbox.forms import TemplateForm
from tracte.desk.knowledge_forms import NAMES
from tracte.desk.service_views import EDITS
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions import templating
from tracte.inbox.checking import Refused
from tracte.inbox.models import Template
from tracte.inbox.suggesting import filling
from tracte.knowledge.models import LANGUAGES

MOST = 500


@require_GET
@staff(*EDITS)
def templates(request: AgentRequest) -> HttpResponse:
    """All of them, with the languages that each lacks."""
    kept = Template.objects.order_by("key")[:MOST]
    shown = [(one, [NAMES[code] for code in LANGUAGES if code not in one.texts]) for one in kept]
    return render(request, "desk/inbox/templates.html", {"templates": shown})


@require_http_methods(["GET", "POST"])
@staff(*EDITS)
def edit(request: AgentRequest, template: uuid.UUID | None = None) -> HttpResponse:
    """A new one, or one as it stands; what was typed stays when it is refused."""
    kept = get_object_or_404(Template, id=template) if template else None
    form = TemplateForm(request.POST or None, initial=_first(kept))
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, kept, form)
        except (Refused, templating.UnknownVariable) as refused:
            form.add_error(None, refused.words if isinstance(refused, Refused) else str(refused))
        else:
            messages.success(request, gettext("Desada. Ja surt a qui contesta."))
            return redirect("desk:templates")
    variables = [f"{{{one}}}" for one in filling.VARIABLES]
    context = {"form": form, "template": kept, "variables": variables}
    return render(request, "desk/inbox/template.html", context)


def _keep(request: AgentRequest, kept: Template | None, form: TemplateForm) -> None:
    """Raises Refused, or UnknownVariable."""
    templating.set_template(
        kept.key if kept else form.cleaned_data["key"].strip(),
        names=form.of("name"),
        texts=form.of("text"),
        unit=kept.unit if kept else None,
        seen=form.cleaned_data["seen"],
        by=request.user,
        at=now(),
    )


def _first(kept: Template | None) -> dict[str, Any]:
    if kept is None:
        return {}
    texts = {f"text_{code}": text for code, text in kept.texts.items()}
    names = {f"name_{code}": name for code, name in kept.names.items()}
    return {"key": kept.key, "seen": kept.at.isoformat(), **names, **texts}


@require_POST
@staff(*EDITS)
def drop(request: AgentRequest, template: uuid.UUID) -> HttpResponse:
    templating.drop_template(get_object_or_404(Template, id=template), by=request.user, at=now())
    messages.success(request, gettext("Treta. El que s’hi va escriure no canvia."))
    return redirect("desk:templates")
