"""Why an agent is looking: asked once per visit, kept in the session, written down with each opening of a person.

A visit lasts 30 minutes from the answer, or until the agent gives another reason. It is not prolonged by use: what was
a reason at nine need not be one at noon.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from tracte.core.clock import now
from tracte.privacy.models import Purpose

LASTS = dt.timedelta(minutes=30)
KEY = "visit"


@dataclass(frozen=True)
class Visit:
    purpose: str
    labels: dict[str, str]
    since: dt.datetime

    @property
    def label(self) -> str:
        return self.labels.get((get_language() or "ca").split("-")[0]) or self.labels["ca"]


def begin(request: HttpRequest, purpose: Purpose) -> None:
    """The labels stay in the session, so that a page need not ask for them."""
    request.session[KEY] = {"purpose": purpose.key, "labels": purpose.labels, "since": now().isoformat()}


def of(request: HttpRequest) -> Visit | None:
    """The visit that this request belongs to, unless it is over."""
    held = request.session.get(KEY)
    if not held:
        return None
    since = dt.datetime.fromisoformat(held["since"])
    return Visit(held["purpose"], held["labels"], since) if now() - since < LASTS else None


def for_a_purpose(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only within a visit: `request.visit`. Without one the agent is asked why, and then comes back here."""

    @wraps(view)
    def ask_first(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        request.visit = of(request)  # type: ignore[attr-defined]
        if request.visit:  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        return _ask(request)

    return ask_first


def _ask(request: HttpRequest) -> HttpResponse:
    """A form that was being sent is not replayed: its page is shown again."""
    asking = reverse("desk:purpose")
    if "HX-Request" in request.headers:
        back = request.headers.get("HX-Current-URL", "")
        path = "/" + back.split("/", 3)[3] if back.count("/") >= 3 else reverse("desk:people")
        return HttpResponse(headers={"HX-Redirect": f"{asking}?{urlencode({'next': path})}"})
    return redirect(f"{asking}?{urlencode({'next': request.get_full_path()})}")
