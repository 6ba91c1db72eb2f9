"""A request belongs to the administration of its host, and is one transaction."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from tracte.core import tenancy
from tracte.core.middleware import administration_by_host
from tracte.core.models import Administration, Unit

committing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def any_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def ask(host: str, respond=None, path: str = "/desk/"):
    """The middleware's answer, and the administration that the view acted for (None: there was none or no view)."""
    seen = []

    def view(request):
        seen.append(tenancy.current())
        return respond(request) if respond else HttpResponse("ok")

    answer = administration_by_host(view)(RequestFactory().get(path, headers={"host": host}))
    return answer, seen


@committing
def test_the_host_says_whose_request_it_is(administration, other_administration):
    hosts = {"testserver": administration, "vic.testserver": other_administration, "qualsevol.cat": administration}
    hosts |= {"VIC.Testserver": other_administration, "vic.testserver.": other_administration}
    for host, expected in hosts.items():
        for port in ("", ":8000"):
            answer, seen = ask(host + port)
            assert (answer.status_code, seen) == (200, [expected]), host
        assert tenancy.current() is None


@committing
def test_a_host_of_nobody_meets_no_view(administration, other_administration):
    with tenancy.acting_for(administration):
        Administration.objects.update(host="govern.testserver")
    answer, seen = ask("strangers.cat")
    assert (answer.status_code, seen) == (404, [])
    assert answer.content == b"No administration is served under this name."
    assert ask("govern.testserver")[1] == [administration]


@committing
@pytest.mark.parametrize(("status", "stays"), [(200, True), (302, True), (404, True), (500, False), (503, False)])
def test_a_server_error_takes_everything_back(administration, status, stays):
    def respond(request):
        Unit.objects.create(code="nova")
        return HttpResponse(status=status)

    assert ask("testserver", respond)[0].status_code == status
    with tenancy.acting_for(administration):
        assert Unit.objects.filter(code="nova").exists() == stays


@committing
def test_an_exception_takes_everything_back(administration):
    def respond(request):
        Unit.objects.create(code="nova")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask("testserver", respond)
    assert tenancy.current() is None
    with tenancy.acting_for(administration):
        assert not Unit.objects.filter(code="nova").exists()


@committing
@pytest.mark.parametrize(
    "path", ["/api/v1/interactions", "/hooks/telegram/", "/health/ready", "/metrics", "/static/a.css"]
)
def test_what_brings_a_key_instead_of_a_session_opens_its_own_transactions(administration, path):
    is_atomic = []
    _, seen = ask("testserver", lambda request: is_atomic.append(connection.in_atomic_block) or HttpResponse(), path)
    assert (seen, is_atomic) == ([None], [False])


def test_a_host_that_is_not_served_at_all_is_refused(client, administration, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/", headers={"host": "strangers.cat"}).status_code == 400
