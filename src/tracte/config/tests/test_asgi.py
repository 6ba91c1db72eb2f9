"""Through the server's own door: what goes wrong is answered for the same administration and the same person."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from tracte.config.handler import OneThread

pytestmark = pytest.mark.django_db(transaction=True)


def ask(path: str, cookie: str = "") -> tuple[int, dict[str, str], str]:
    headers = [(b"host", b"testserver"), *([(b"cookie", cookie.encode())] if cookie else [])]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}

    async def exchange():
        told = ApplicationCommunicator(OneThread(), scope)
        await told.send_input({"type": "http.request"})
        start, parts = await told.receive_output(30), []
        while not parts or parts[-1].get("more_body"):
            parts.append(await told.receive_output(30))
        return start, b"".join(part["body"] for part in parts)

    with ThreadPoolExecutor(1) as apart:  # in this thread another loop may run: a browser's
        start, body = apart.submit(asyncio.run, exchange()).result()
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, body.decode()


@pytest.mark.parametrize("path", ["/desk/nope/", "/nope", "/favicon.ico", "/desk/people/nobody/"])
def test_a_wrong_address_signs_nobody_out(administration, agent, signed_in, path):
    cookie = f"sessionid={signed_in(agent).cookies['sessionid'].value}"
    status, told, page = ask(path, cookie)
    assert status == 404
    assert "set-cookie" not in told or "sessionid=" not in told["set-cookie"]
    assert "Govern d’Exemple" in page and agent.full_name in page
    assert ask("/desk/people/", cookie)[0] == 200


def test_what_is_not_theirs_says_who_they_are_and_lets_them_leave(administration, dpo, signed_in):
    status, _, page = ask("/desk/people/", f"sessionid={signed_in(dpo).cookies['sessionid'].value}")
    assert status == 403
    assert "Has entrat com a Pau Vidal." in page and 'action="/desk/account/logout/"' in page
    assert "Torna a la taula" not in page  # it is closed to them too


def test_the_api_explains_itself_from_here(administration):
    status, told, page = ask("/api/v1/docs")
    assert status == 200 and "//cdn" not in page
    assert settings.STATIC_URL in page and "script-src 'self'" in told["content-security-policy"]
