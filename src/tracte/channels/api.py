"""The Interaction API: programs hand interactions in, in batches, each exactly once."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from ninja import Router
from ninja.decorators import decorate_view
from ninja.security import HttpBearer

from tracte.channels import importing
from tracte.channels.connectors import strict_json
from tracte.channels.connectors.cloudevents import parse as cloudevents
from tracte.channels.connectors.strict_json import BadJson as BadJson
from tracte.channels.connectors.strict_json import loads as loads
from tracte.channels.models import Account
from tracte.channels.problems import refuse
from tracte.channels.receive import Report
from tracte.channels.schema import INTERACTIONS
from tracte.core import tenancy
from tracte.core.actions import administration_by_host, administration_of_key, open_key

SCOPE = "interactions:"
STREAMED = "application/x-ndjson"
WHOLE = ("application/cloudevents+json", "application/cloudevents-batch+json")
API_BATCH = 500
NO_KEY = "bring a live key bound to a channel account of this administration, as Authorization: Bearer KEY"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {**{name: {"type": "string"} for name in ("type", "title", "detail")}, "status": {"type": "integer"}},
}


class TooLarge(Exception):
    """The body is beyond the limit."""


class AccountRequest(HttpRequest):
    """What a key has opened: `auth` is (administration, account)."""

    auth: tuple[uuid.UUID, Account]


class KeyOfAccount(HttpBearer):
    """A live key bound to a channel account of the administration that is served under this name."""

    def authenticate(self, request: HttpRequest, token: str) -> tuple[uuid.UUID, Account] | None:
        administration = administration_of_key(token)
        if administration is None or administration != administration_by_host(request.get_host()):
            return None
        with tenancy.acting_for(administration):
            account = account_of(token, SCOPE)
        return (administration, account) if account else None


def account_of(token: str, scope: str) -> Account | None:
    """The account that a live key of the current administration is bound to in this scope."""
    key = open_key(token)
    wanted = [one.removeprefix(scope) for one in (key.scopes if key else []) if one.startswith(scope)]
    return Account.objects.filter(key__in=wanted).first() if wanted else None


def says_what_to_bring(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Around authentication, too, of which the framework says no more than that it failed."""

    @functools.wraps(run)
    def respond(request: HttpRequest, **parts: object) -> HttpResponse:
        response = run(request, **parts)
        if response.status_code != 401:
            return response
        refusal = refuse(401, NO_KEY)
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal

    return respond


def with_problems(operation: dict) -> dict:
    """The same operation, whose refusals are problems of RFC 9457."""
    as_problem = {"content": {"application/problem+json": {"schema": PROBLEM}}}
    answers = {status: told if status == 200 else told | as_problem for status, told in operation["responses"].items()}
    return operation | {"responses": answers}


router = Router(tags=["interactions"], auth=KeyOfAccount())


@router.post("/interactions", openapi_extra=with_problems(INTERACTIONS), url_name="interactions")
@decorate_view(says_what_to_bring)
def post_interactions(request: AccountRequest) -> JsonResponse:
    """Hand in one CloudEvent, a batch, or a stream of them as NDJSON.

    `id` + `source` is the idempotency key: sent again, it is a duplicate. A bad row never sinks its neighbours.
    """
    administration, account = request.auth
    limit = settings.TRACTE_API_MAX_BYTES
    content_type = request.content_type
    if content_type not in (*WHOLE, STREAMED):
        return refuse(415, f"content type {content_type!r}: send one of {', '.join((*WHOLE, STREAMED))}")
    body, total, rejected = Limited(request, limit), Report(), []
    try:
        body.declared()
        items = cloudevents.read(body) if content_type == STREAMED else cloudevents.events(body.read())
        for report in importing.receive_stream(administration, account, items, size=API_BATCH):
            rejected += [{"index": r.position - 1, "id": r.external_id, "reason": r.reason} for r in report.rejected]
            total.add(report)
    except TooLarge:
        return refuse(413, f"the body is over {limit:,} bytes: send it in parts; what was sent before counts")
    except strict_json.BadJson as error:
        return refuse(400, f"the body cannot be read: {error}")
    except UnreadablePostError:
        return refuse(400, "the body broke off: send it again, what came in counts as duplicate")
    return JsonResponse(
        {"received": total.received, "new": total.new, "duplicate": total.duplicate, "rejected": rejected}
    )


class Limited:
    """The body of a request as a stream of lines that stops at a limit."""

    def __init__(self, request: HttpRequest, limit: int):
        self._request, self._left = request, limit

    def declared(self) -> None:
        """Refuse at once what says itself that it is too large."""
        length = self._request.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > self._left:
            raise TooLarge

    def _count(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return data

    def read(self) -> bytes:
        return b"".join(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        while chunk := self._count(self._request.read(1 << 16)):
            yield chunk

    def readline(self, size: int = -1) -> bytes:
        return self._count(self._request._stream.readline(size))  # type: ignore[attr-defined]
