"""Where a request comes from, as far as the limits of the public forms need to know."""

from __future__ import annotations

import os

from django.http import HttpRequest


def of(request: HttpRequest) -> str:
    """The network's own word. Only behind a proxy of ours (`TRACTE_PROXY=1`) is what that proxy added believed."""
    if os.environ.get("TRACTE_PROXY") == "1":
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.META["REMOTE_ADDR"]
    return request.META.get("REMOTE_ADDR", "")
