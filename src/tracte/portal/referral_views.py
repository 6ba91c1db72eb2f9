"""A question that was put to somebody outside, for who holds its link: what was chosen to be told, and one answer."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracte.core import guard
from tracte.core.clock import now
from tracte.core.fields import ProseField
from tracte.inbox.actions.cases import referring
from tracte.inbox.checking import Refused


class AnswerForm(forms.Form):
    text = ProseField(
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=10_000,
        error_messages={
            "required": _("Escriu la resposta."),
            "max_length": _("El text és massa llarg: com a molt, 10.000 lletres."),
        },
    )


@never_cache
@guard.signature("the token names the question and carries a keyed hash of its name")
@require_http_methods(["GET", "POST"])
def referral(request: HttpRequest, token: str) -> HttpResponse:
    """Nothing of the case but what was shared. After its answer, or when the link is old, it says so."""
    found = referring.find(token)
    if found is None:
        return render(request, "portal/referral.html", {"is_wrong": True}, status=403)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = referring.answer_referral(found, by=None, at=now(), text=form.cleaned_data["text"])
        except Refused as refused:
            form.add_error(None, refused.words)
            found.refresh_from_db()
    is_open = found.is_open(now())
    status = 410 if not is_open and found.end != "answered" else 422 if form.is_bound and form.errors else 200
    return render(request, "portal/referral.html", {"asked": found, "form": form, "is_open": is_open}, status=status)
