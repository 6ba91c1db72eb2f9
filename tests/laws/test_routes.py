"""Every route has decided who may enter, and keeps to it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

from django.urls import URLPattern, get_resolver

from tracte.config.api import api
from tracte.core.guard import Decision
from tracte.core.models import Role

# What libraries serve cannot carry a mark of `core.guard`: each of their routes is decided here, by name.
SIGNING_IN = Decision("everybody", "a step of signing in, for people who have not yet")
MY_SIGN_IN = Decision("staff", "")
NOTHING_PERSONAL = Decision("everybody", "a page that tells nothing about anybody")
BORROWED = {
    "set_language": Decision("everybody", "changes the language of one's own session"),
    "components": NOTHING_PERSONAL,
    "openapi-json": Decision("everybody", "the API's description is public"),
    "openapi-view": Decision("everybody", "the API's description is public"),
    "api-root": Decision("everybody", "always answers 404"),
    "account_login": SIGNING_IN,
    "desk/account/login/": SIGNING_IN,
    "account_logout": Decision("everybody", "ends one's own session, if there is one"),
    "account_inactive": NOTHING_PERSONAL,
    "account_reset_password": SIGNING_IN,
    "account_reset_password_done": SIGNING_IN,
    "account_reset_password_from_key": SIGNING_IN,
    "account_reset_password_from_key_done": SIGNING_IN,
    "mfa_authenticate": SIGNING_IN,
    "mfa_login_webauthn": SIGNING_IN,
    "account_reauthenticate": MY_SIGN_IN,
    "account_change_password": MY_SIGN_IN,
    "account_set_password": MY_SIGN_IN,
    "mfa_index": MY_SIGN_IN,
    "mfa_reauthenticate": MY_SIGN_IN,
    "mfa_activate_totp": MY_SIGN_IN,
    "mfa_deactivate_totp": MY_SIGN_IN,
    "mfa_view_recovery_codes": MY_SIGN_IN,
    "mfa_generate_recovery_codes": MY_SIGN_IN,
    "mfa_download_recovery_codes": MY_SIGN_IN,
    "mfa_list_webauthn": MY_SIGN_IN,
    "mfa_add_webauthn": MY_SIGN_IN,
    "mfa_reauthenticate_webauthn": MY_SIGN_IN,
    "mfa_remove_webauthn": MY_SIGN_IN,
    "mfa_edit_webauthn": MY_SIGN_IN,
}
EXAMPLES = {"uuid": str(uuid.UUID(int=7)), "int": "7", "slug": "exemple", "str": "exemple", "path": "exemple"}


def test_every_route_has_decided_who_may_enter():
    routes = list(_routes())
    undecided = [name for name, _, decision in routes if decision is None]
    assert not undecided, f"mark the view with a decorator of core.guard: {undecided}"
    assert not [name for name, _, decision in routes if decision.who != "staff" and not decision.detail]
    assert not BORROWED.keys() - {name for name, *_ in routes}, "decided, but no longer a route"


def test_a_borrowed_route_is_not_ours():
    """Our own views carry their mark where they are written: the table must not speak for them."""
    ours = {name for name, _, view in _views() if view.__module__.startswith("tracte.")}
    assert not BORROWED.keys() & ours


def test_strangers_are_sent_to_sign_in(client, administration):
    doors = _doors("staff")
    assert len(doors) > 10
    entered = {path: found for path, _ in doors if "sent" not in (found := _tries(client, path)) or len(found) > 1}
    assert not entered


def test_colleagues_without_the_role_are_refused(signed_in, agent):
    Role.objects.filter(user=agent).delete()
    browser = signed_in(agent)
    doors = [path for path, roles in _doors("staff") if roles]
    assert doors
    assert {path: found for path in doors if (found := _tries(browser, path)) != {403}} == {}


def _tries(client, path: str) -> set[int | str]:
    """How a view answers to reading and to writing; what it does not offer at all is no answer."""
    answers = [client.get(path), client.post(path)]
    to_sign_in = [answer.status_code == 302 and answer.url.startswith("/desk/sign-in/") for answer in answers]
    found = {"sent" if sent else answer.status_code for sent, answer in zip(to_sign_in, answers, strict=True)}
    return found - {405}


def test_programs_without_a_key_are_refused(client, administration):
    doors = _doors("signature")
    assert len(doors) > 1
    assert {client.post(path, b"{}", content_type="application/json").status_code for path, _ in doors} <= {401, 403}


def _doors(who: str) -> list[tuple[str, str]]:
    """(address, roles or reason) of each route that this decision was taken for."""
    return [(path, decision.detail) for _, path, decision in _routes() if decision and decision.who == who]


def _routes() -> Iterator[tuple[str, str, Decision | None]]:
    """Name, an address of it, who may enter."""
    for name, route, view in _views():
        decision = getattr(view, "decision", None) or BORROWED.get(name)
        if decision is None and _asks_for_a_key(route):
            decision = Decision("signature", "a key, at the API")
        yield name, _example(route), decision


def _asks_for_a_key(route: str) -> bool:
    """Every operation of the API at this route says in its description that it does."""
    operations = api.get_openapi_schema()["paths"].get("/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route), {})
    return bool(operations) and all(operation.get("security") for operation in operations.values())


def _views() -> Iterator[tuple[str, str, Callable]]:
    """Every view with its whole route, by its name or, where it has none, by the route."""

    def walk(patterns, before: str, space: str):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name}" if pattern.name else route, route, pattern.callback
            else:
                inner = f"{space}{pattern.namespace}:" if pattern.namespace not in (None, "api") else space
                yield from walk(pattern.url_patterns, route, inner)

    yield from walk(get_resolver().url_patterns, "", "")


def _example(route: str) -> str:
    """An address that the route matches: `<uuid:person>` and `(?P<key>.+)` become examples."""
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "exemple", route)
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda match: EXAMPLES[match[1] or "str"], route)
    return "/" + re.sub(r"[\^$]|\\Z", "", route)
