"""Is it alive, is it ready, how much goes through: for whoever operates it."""

from __future__ import annotations

import time

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse

from tracte.core import guard

STARTED = time.time()


@guard.open_to_all("operators and load balancers ask without a session; nothing about anybody is told")
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"live": True})


@guard.open_to_all("operators and load balancers ask without a session; nothing about anybody is told")
def ready(request: HttpRequest) -> JsonResponse:
    """Ready when the database answers."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False, "why": "the database does not answer"}, status=503)
    return JsonResponse({"ready": True})


@guard.open_to_all("OpenMetrics of this process and of the queue's length; no administration, no person")
def metrics(request: HttpRequest) -> HttpResponse:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database()), waiting, failed FROM tracte_queue()")
            size, waiting, failed = cursor.fetchone()
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain; charset=utf-8")
    figures = {
        "tracte_start_time_seconds": STARTED,
        "tracte_database_bytes": size,
        "tracte_queue_waiting_jobs": waiting,
        "tracte_queue_failed_jobs": failed,
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items()]
    return HttpResponse(
        "".join([*lines, "# EOF\n"]), content_type="application/openmetrics-text; version=1.0.0; charset=utf-8"
    )
