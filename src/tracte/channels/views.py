"""Webhooks: what a platform delivers, kept before anything else."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tracte.channels import connectors
from tracte.channels.actions import receive_many
from tracte.channels.models import Account
from tracte.channels.problems import refuse
from tracte.core import guard, keys, tenancy
from tracte.core.actions import administration_by_host


@csrf_exempt
@require_POST
@guard.signature("the account's own secret, in the header of its platform")
def hook(request: HttpRequest, key: str) -> JsonResponse:
    """Receive one delivery. Refused content is answered 200 too: it is kept with its reason."""
    administration = administration_by_host(request.get_host())
    if administration is None:
        return refuse(404, "no administration is served under this name")
    with tenancy.acting_for(administration):
        account = Account.objects.filter(key=key).exclude(secret_sealed=None).first()
        if account is None or not _is_signed(request, account):
            return refuse(403, "unknown webhook, or its secret is wrong")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = request.read(limit + 1)
        if len(body) > limit:
            return refuse(413, f"the body is over {limit:,} bytes")
        items = list(connectors.parse(account.kind, body, frozenset(account.own), mapping=account.mapping or None))
        report = receive_many(account, items)
    return JsonResponse(
        {
            "received": report.received,
            "new": report.new,
            "duplicate": report.duplicate,
            "rejected": len(report.rejected),
        }
    )


def _is_signed(request: HttpRequest, account: Account) -> bool:
    given = request.headers.get("X-Telegram-Bot-Api-Secret-Token") or request.headers.get("X-Tracte-Secret") or ""
    sealed = account.secret_sealed
    if sealed is None or not given:  # an empty secret opens nothing
        return False
    return hmac.compare_digest(given.encode(), keys.keyring(account.administration_id).open(sealed))
