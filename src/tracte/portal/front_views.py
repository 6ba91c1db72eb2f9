"""The first page: what we promise, and the doors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tracte.channels.models import Account
from tracte.core import guard

FORMS = 20  # doors on one page


@guard.open_to_all("a page that tells nothing about anybody")
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The forms that somebody attends, and where a code is followed."""
    attended = Account.objects.filter(kind="webform", attended_since__isnull=False).order_by("name")
    return render(request, "portal/front.html", {"forms": attended[:FORMS]})
