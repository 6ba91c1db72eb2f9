"""How somebody was attended, for who holds the link of the question.

Programs that guard mailboxes follow links, and run the scripts of what they find: reading records nothing, and nothing
is sent by itself. Whoever follows a mark confirms it with one button.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracte.channels import tokens
from tracte.core import guard
from tracte.core.clock import now
from tracte.inbox.actions import opinions
from tracte.inbox.checking import Refused
from tracte.inbox.models import Asking
from tracte.portal.forms import OpinionForm


@never_cache
@guard.signature("the token names the question and carries a keyed hash of its name")
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, token: str, mark: int | None = None) -> HttpResponse:
    """One mark, then, for who wants, a little more; corrected for some days. A wrong or old link says so."""
    asked = opinions.find(token)
    if asked is None:
        return render(request, "portal/opinion.html", {"is_wrong": True}, status=403)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:  # who chose another keeps it
        translation.activate(asked.language)
    if request.method != "POST":
        return _page(request, asked, OpinionForm(initial=_said(asked) | ({"satisfaction": mark} if mark else {})), 200)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, form, 422)
    try:
        opinions.say(asked, at=now(), **form.cleaned_data)
    except Refused:
        return _page(request, asked, form, 200)  # the page says that it is late
    return redirect("opinion", token=tokens.sign(asked.id))


def _said(asked: Asking) -> dict[str, object]:
    """What was said before, to be corrected."""
    opinion = getattr(asked, "opinion", None)
    if opinion is None:
        return {}
    remark = getattr(opinion, "remark", None)
    return {name: getattr(opinion, name) for name in ("satisfaction", "effort", "why")} | {
        "text": remark.text if remark else ""
    }


def _page(request: HttpRequest, asked: Asking, form: OpinionForm, status: int) -> HttpResponse:
    is_open, opinion = opinions.is_open(asked, now()), getattr(asked, "opinion", None)
    context = {"asked": asked, "opinion": opinion, "is_open": is_open, "form": form, "token": tokens.sign(asked.id)}
    return render(request, "portal/opinion.html", context, status=status if is_open or opinion else 410)
