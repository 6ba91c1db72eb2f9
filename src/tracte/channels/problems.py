"""How a program is told that its request is refused."""

from __future__ import annotations

from http import HTTPStatus

from django.http import JsonResponse


def refuse(status: int, detail: str) -> JsonResponse:
    """A problem (RFC 9457); `detail` is one line that says what is wrong and how to mend it."""
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")
