"""One request, one transaction, one administration."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.request import split_domain_port

from tracte.core.tenancy import SETTING

# Programs bring a key instead of a session, and stream batches: these open their own transactions.
OWN_TRANSACTIONS = ("/api/", "/hooks/", "/health/", "/metrics", "/static/")


def administration_by_host(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Wrap the whole request, session and sign-in included: a server error takes everything back."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OWN_TRANSACTIONS):
            return get_response(request)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT set_config('{SETTING}', coalesce(tracte_administration_for(%s)::text, ''), true)",
                    [split_domain_port(request.get_host())[0]],
                )
                found = cursor.fetchone()[0]
            if not found:
                return HttpResponseNotFound("No administration is served under this name.", content_type="text/plain")
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    return respond
