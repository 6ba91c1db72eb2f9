"""Every route says who may enter: a view without one of these marks fails a test."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Decision:
    """Who: `everybody`, `staff` or `signature`; with the roles, or the reason."""

    who: str
    detail: str


def open_to_all(why: str) -> Callable[[View], View]:
    """Anybody may enter; say why that harms nobody."""
    return _mark(Decision("everybody", why))


def signature(how: str) -> Callable[[View], View]:
    """The view itself checks a key or a signature; say which."""
    return _mark(Decision("signature", how))


def staff(*roles: str) -> Callable[[View], View]:
    """Somebody who works here and has one of these roles (any, when none is named)."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if roles and not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _mark(Decision("staff", " ".join(roles)))(guarded)

    return guard


def _mark(decision: Decision) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.decision = decision  # type: ignore[attr-defined]
        return view

    return mark
