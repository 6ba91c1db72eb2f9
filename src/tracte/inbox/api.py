"""The Cases API: a program opens a case, once, and is told its number, who has it and by when it will be answered."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from ninja import Router
from ninja.decorators import decorate_view
from ninja.security import HttpBearer

from tracte.channels.api import (
    NO_KEY,
    BadJson,
    Limited,
    TooLarge,
    account_of,
    loads,
    says_what_to_bring,
    with_problems,
)
from tracte.channels.models import Account
from tracte.channels.problems import refuse
from tracte.core import tenancy
from tracte.core.actions import administration_by_host, administration_of_key
from tracte.core.clock import now
from tracte.inbox.actions.cases import Answering, Place, open_case
from tracte.inbox.models import Case, Promise
from tracte.inbox.schema import CASE, CASES, LANGUAGES
from tracte.knowledge import fields
from tracte.knowledge.competence import unit_name
from tracte.knowledge.models import Service
from tracte.people.identifiers import EMAIL, normalise
from tracte.vocabularies.models import Concept

SCOPE = "cases:"
MOST_BYTES = 200_000
JSON = "application/json"
KEY = re.compile(r"[!-~]{1,200}")
LONGEST = {"asked": 10_000, "address": 300, "email": 254}
DEGREES = {"latitude": 90, "longitude": 180}


class Wrong(ValueError):
    """What is missing, unknown or wrong: one line."""


class KeyRequest(HttpRequest):
    """What a key says: `auth` is (administration, key), and the key is opened with the case."""

    auth: tuple[uuid.UUID, str]


class KeyOfAdministration(HttpBearer):
    """A key of the administration that is served under this name; the view opens it, in its one transaction."""

    def authenticate(self, request: HttpRequest, token: str) -> tuple[uuid.UUID, str] | None:
        administration = administration_of_key(token)
        is_here = administration is not None and administration == administration_by_host(request.get_host())
        return (administration, token) if administration and is_here else None


router = Router(tags=["cases"], auth=KeyOfAdministration())


@router.post("/cases", openapi_extra=with_problems(CASES), url_name="cases")
@decorate_view(says_what_to_bring)
def post_case(request: KeyRequest) -> JsonResponse:
    """Open a case. `key` is the idempotency key of the account: sent again, it is answered with the same case."""
    administration, key = request.auth
    if request.content_type != JSON:
        return refuse(415, f"content type {request.content_type!r}: send {JSON}")
    body = Limited(request, MOST_BYTES)
    try:
        body.declared()
        said = loads(body.read())
        with tenancy.acting_for(administration):
            account = account_of(key, SCOPE)
            return JsonResponse(_open(account, said)) if account else refuse(401, NO_KEY)
    except TooLarge:
        return refuse(413, f"the body is over {MOST_BYTES:,} bytes")
    except BadJson as error:
        return refuse(400, f"the body cannot be read: {error}")
    except UnreadablePostError:
        return refuse(400, "the body broke off: send it again, a case that was opened is not opened twice")
    except (Wrong, fields.Wrong) as error:
        return refuse(422, str(error).replace("\n", " "))


def _open(account: Account, said: Any) -> dict[str, Any]:
    given = _members(said, CASE["properties"], "the body")
    key = _text(given, "key")
    if not KEY.fullmatch(key):
        raise Wrong("key must be 1 to 200 visible ASCII characters")
    whole = f"{account.key}:{key}"
    try:
        return _told(_new(account, given, whole))
    except (Wrong, fields.Wrong):  # what was opened is answered, even where it could not be opened today
        if done := Case.objects.select_related("unit").filter(key=whole).first():
            return _told(done)
        raise


def _new(account: Account, given: dict[str, Any], key: str) -> Case:
    at, asked = now(), _text(given, "asked")
    if not asked:
        raise Wrong("asked must say something")
    offered = Service.objects.visible(account.key, timezone.localdate(at)).select_related("retirement")
    service = offered.filter(key=_text(given, "service")).first()
    if service is None:
        raise Wrong("service must be the key of a service that this account offers")
    return open_case(
        service,
        by=None,
        at=at,
        key=key,
        asked=asked,
        place=_place(given.get("place", {})),
        answering=_answering(account, given.get("answer", {})),
        fields=fields.filled(service.fields, _filled(given.get("fields", {}))),
    )


def _members(said: Any, known: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise Wrong(f"{where} must be an object")
    if unknown := sorted(said.keys() - known.keys()):
        raise Wrong(f"{where} has no {unknown[0]!r:.60}: it may have {', '.join(known)}")
    return said


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST.get(name, 200):
        raise Wrong(f"{name} must be text of at most {LONGEST.get(name, 200)} characters")
    return value.strip()


def _filled(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict) or any(
        isinstance(v, bool) or not isinstance(v, str | int | float) for v in said.values()
    ):
        raise Wrong("fields must be an object of texts and numbers")
    return said


def _place(said: Any) -> Place:
    given = _members(said, CASE["properties"]["place"]["properties"], "place")
    code = _text(given, "territory")
    territory = Concept.objects.of("territories").filter(code=code).first() if code else None
    if code and territory is None:
        raise Wrong(f"place has an unknown territory {code!r:.60}")
    latitude, longitude = (_degrees(given, name) for name in DEGREES)
    if (latitude is None) != (longitude is None):
        raise Wrong("place must have both latitude and longitude, or neither")
    return Place(territory, _text(given, "address"), latitude, longitude)


def _degrees(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    if value is None and name not in said:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > DEGREES[name]:
        raise Wrong(f"{name} must be a number from -{DEGREES[name]} to {DEGREES[name]}")
    return float(value)


def _answering(account: Account, said: Any) -> Answering:
    """By mail to the address that was left, by our mailbox unless the account is one; else by the account itself."""
    given = _members(said, CASE["properties"]["answer"]["properties"], "answer")
    email, language = _text(given, "email"), _text(given, "language")
    if language and language not in LANGUAGES:
        raise Wrong(f"language must be one of {', '.join(LANGUAGES)}")
    if email and normalise(EMAIL, email) is None:
        raise Wrong("email must be an address, as name@example.org")
    if email and account.kind != "email":
        account = Account.objects.filter(kind="email").exclude(own=[]).order_by("key").first() or account
    return Answering(account, None, email, language)


def _told(case: Case) -> dict[str, Any]:
    promise = case.promised or case.promises.select_related("calendar").order_by("-at", "-id").first()
    return {
        "id": str(case.id),
        "number": case.reference,
        "is_new": case.is_new,
        "unit": {"code": case.unit.code, "name": case.unit_name or unit_name(case.unit_id, timezone.localdate())},
        "due_at": promise.due_at.isoformat() if promise and promise.due_at else None,
        "derivation": _derivation(promise) if promise else None,
    }


def _derivation(promise: Promise) -> dict[str, Any]:
    return {
        "since": promise.since.isoformat(),
        "amount": promise.amount,
        "unit": promise.unit,
        "calendar": promise.calendar.key,
        "skipped": promise.skipped,
    }
