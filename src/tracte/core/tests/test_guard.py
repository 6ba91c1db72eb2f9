"""Who may enter a view: anybody, whoever works here, whoever has the role."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from tracte.core import guard
from tracte.core.guard import Decision


def view(request, name: str = "ningú") -> HttpResponse:
    """A view."""
    return HttpResponse(f"entra {name}")


def request_of(user, address: str = "/desk/people/?s=abc"):
    request = RequestFactory().get(address)
    request.user = user
    return request


def test_a_stranger_is_sent_to_sign_in_and_will_come_back():
    answer = guard.staff()(view)(request_of(AnonymousUser()))
    assert answer.status_code == 302
    assert answer.url == "/desk/sign-in/?next=/desk/people/%3Fs%3Dabc"


def test_whoever_has_one_of_the_roles_enters(agent, supervisor):
    enter = guard.staff("supervisor", "dpo")(view)
    assert enter(request_of(supervisor), name="Aina").content == b"entra Aina"
    with pytest.raises(PermissionDenied):
        enter(request_of(agent))


def test_when_no_role_is_named_anybody_who_works_here_enters(dpo):
    assert guard.staff()(view)(request_of(dpo)).status_code == 200


def test_a_role_that_was_taken_away_opens_no_more(agent):
    agent.roles.all().delete()
    with pytest.raises(PermissionDenied):
        guard.staff("agent")(view)(request_of(agent))


def test_every_mark_can_be_read_from_the_view():
    assert guard.staff("agent", "dpo")(view).decision == Decision("staff", "agent dpo")
    assert guard.open_to_all("no diu res de ningú")(lambda r: None).decision.who == "everybody"
    assert guard.signature("la signatura")(lambda r: None).decision == Decision("signature", "la signatura")


def test_a_guarded_view_keeps_its_name_and_its_own_view_unmarked():
    guarded = guard.staff()(view)
    assert (guarded.__name__, guarded.__doc__) == ("view", "A view.")
    assert not hasattr(view, "decision")
