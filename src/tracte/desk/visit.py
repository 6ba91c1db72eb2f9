"""Why an agent is looking: asked once per visit, kept in the session, written down with each opening of a person.

A visit lasts 30 minutes from the answer, or until the agent gives another reason. It is not prolonged by use: what was
a reason at nine need not be one at noon.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from tracte.core.clock import now
from tracte.core.models import User
from tracte.people.models import Person
from tracte.people.profile import Profile, open_person
from tracte.privacy.models import Purpose

LASTS = dt.timedelta(minutes=30)
KEY = "visit"
View = Callable[..., HttpResponse]


class AgentRequest(HttpRequest):
    """What a view gets behind `guard.staff` and `for_a_purpose`."""

    user: User
    visit: Visit
    resolver_match: ResolverMatch


@dataclass(frozen=True)
class Visit:
    """`labels` stay in the session, so that a page need not ask for them."""

    purpose: str
    labels: dict[str, str]
    since: dt.datetime

    @property
    def label(self) -> str:
        return Purpose(labels=self.labels).label()


def begin(request: HttpRequest, purpose: Purpose) -> None:
    request.session[KEY] = {"purpose": purpose.key, "labels": purpose.labels, "since": now().isoformat()}


def of(request: HttpRequest) -> Visit | None:
    """The visit that this request belongs to, unless it is over."""
    if not (held := request.session.get(KEY)):
        return None
    since = dt.datetime.fromisoformat(held["since"])
    return Visit(held["purpose"], held["labels"], since) if now() - since < LASTS else None


def for_a_purpose(view: View) -> View:
    """Only within a visit, `request.visit`; without one the agent is asked why, and then comes back here."""

    @wraps(view)
    def ask_first(request: AgentRequest, **names) -> HttpResponse:
        if visit := of(request):
            request.visit = visit
        response = view(request, **names) if visit else _ask(request)
        add_never_cache_headers(response)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return ask_first


def opens(view: View) -> View:
    """`view(request, profile)`: the person of the address, opened and written in the read log.

    One who was merged leads to whom they are now.
    """

    @for_a_purpose
    @wraps(view)
    def opened(request: AgentRequest, person, **names) -> HttpResponse:
        if profile := open_one(request, person, what="timeline" if is_partial(request) else "person"):
            return view(request, profile, **names)
        if survivor := Person.now_at(person):
            return redirect(request.resolver_match.view_name, person=survivor, **names)
        raise Http404("nobody bears this id")

    return opened


def open_one(request: AgentRequest, person, what: str = "person") -> Profile | None:
    return open_person(person, by=request.user, purpose=request.visit.purpose, at=now(), what=what)


def is_partial(request: HttpRequest) -> bool:
    """htmx asks for a part of the page; when it restores history it wants the whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _ask(request: HttpRequest) -> HttpResponse:
    """A form that was being sent is not replayed: its page is shown again."""
    back = request.get_full_path()
    if is_partial(request):
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{current.path}?{current.query}"
    asking = f"{reverse('desk:purpose')}?{urlencode({'next': back})}"
    return HttpResponse(headers={"HX-Redirect": asking}) if is_partial(request) else redirect(asking)
