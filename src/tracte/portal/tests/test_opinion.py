"""The page of the question how it was: reading records nothing, one mark is one button, the rest is free."""

import datetime as dt
import re

import pytest

from tracte.channels import tokens
from tracte.channels.models import Dispatch
from tracte.core.clock import now
from tracte.core.ids import uuid7
from tracte.inbox.actions import asking, handling
from tracte.inbox.actions.answering import reply
from tracte.inbox.models import Asking, Conversation, Opinion, Remark
from tracte.portal.tests.filling import code_of, fill


@pytest.fixture
def code(client, account):
    return code_of(fill(client, answer_by="page", email=None))


@pytest.fixture
def asked(code, agent):
    """Answered, closed, and asked on the page."""
    one = Conversation.objects.get()
    sent = reply(one, by=agent, at=now(), text="Ja fa llum.", seen=1, key=uuid7())
    Dispatch.objects.filter(id=sent.id).update(state="sent")
    handling.close(one, by=agent, at=now(), how="answered")
    assert asking.ask_all(at=now() + dt.timedelta(hours=2), link=str) == 1
    return Asking.objects.get()


@pytest.fixture
def address(asked):
    return f"/opinion/{tokens.sign(asked.id)}/"


def checked(page) -> list[str]:
    return re.findall(r'name="(\w+)" value="(\w+)"[^>]* checked', page.content.decode())


def test_following_a_mark_chooses_it_and_records_nothing(client, address):
    for method in (client.get, client.head, client.get):
        page = method(f"{address}4/")
        assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    assert checked(page) == [("satisfaction", "4")] and not Opinion.objects.exists()
    assert "<script" not in page.content.decode().partition("</head>")[2]


def test_one_button_records_it_then_more_may_be_said(client, address):
    page = client.post(address, {"satisfaction": "5"}, follow=True)
    html = page.content.decode()
    assert Opinion.objects.get().satisfaction == 5 and "ens has dit «Molt bé»" in html
    assert 'name="effort"' in html and 'name="why"' not in html
    client.post(address, {"satisfaction": "5", "effort": "4"})
    assert Opinion.objects.get().effort == 4 and checked(client.get(address)) == [
        ("satisfaction", "5"),
        ("effort", "4"),
    ]


def test_a_low_mark_asks_why(client, address):
    page = client.post(address, {"satisfaction": "1"}, follow=True)
    assert 'name="why"' in page.content.decode() and 'name="text"' in page.content.decode()
    client.post(address, {"satisfaction": "1", "why": "slow", "text": "Tres setmanes"})
    assert Opinion.objects.get().why == "slow" and Remark.objects.get().text == "Tres setmanes"
    assert "Tres setmanes" in client.get(address).content.decode()


@pytest.mark.parametrize(
    "said", [{}, {"satisfaction": "9"}, {"satisfaction": "hola"}, {"satisfaction": "3", "why": "x"}]
)
def test_what_is_no_mark_is_told_and_nothing_is_recorded(client, address, said):
    page = client.post(address, said)
    assert page.status_code == 422 and not Opinion.objects.exists()
    assert "Tria un" in page.content.decode()


def test_a_mark_that_is_none_opens_the_page_without_one(client, address):
    assert checked(client.get(f"{address}9/")) == []


def test_a_wrong_link_says_so_kindly(client, address):
    page = client.get("/opinion/0000/")
    assert page.status_code == 403 and "no és sencer" in page.content.decode()
    assert client.post("/opinion/0000/", {"satisfaction": "1"}).status_code == 403 and not Opinion.objects.exists()


def test_an_old_link_says_so_kindly(client, asked, address):
    Asking.objects.update(at=now() - dt.timedelta(days=31), expires_at=now() - dt.timedelta(days=1))
    page = client.get(address)
    assert page.status_code == 410 and "ja s’ha acabat" in page.content.decode()
    assert client.post(address, {"satisfaction": "1"}).status_code == 410 and not Opinion.objects.exists()


def test_after_some_days_it_shows_what_was_said_and_takes_no_other(client, asked, address):
    then = now() - dt.timedelta(days=8)
    Opinion.objects.create(asking=asked, satisfaction=2, at=then, changed_at=then)
    page = client.post(address, {"satisfaction": "5"})
    assert "Ens vas dir «Malament»" in page.content.decode() and "<fieldset" not in page.content.decode()
    assert Opinion.objects.get().satisfaction == 2


def test_it_speaks_the_language_of_the_question_unless_another_was_chosen(client, asked, address):
    Asking.objects.update(language="en")
    assert 'lang="en"' in client.get(address).content.decode()
    client.cookies["django_language"] = "es"
    assert 'lang="es"' in client.get(address).content.decode()


def test_the_link_is_of_one_administration(client, address, other_administration):
    assert client.get(address, headers={"Host": "vic.testserver"}).status_code == 403


def test_the_follow_up_page_asks_in_place_and_thanks(client, code, asked, address):
    page = client.post("/form/follow/", {"code": code}).content.decode()
    assert "Com t’hem atès?" in page and f'action="{address}"' in page
    client.post(address, {"satisfaction": "4"})
    page = client.post("/form/follow/", {"code": code}).content.decode()
    assert "ens has dit «Bé»" in page and 'name="satisfaction"' not in page


def test_the_follow_up_page_asks_nothing_of_what_goes_on(client, code, asked, agent):
    handling.reopen(Conversation.objects.get(), by=agent, at=now())
    assert "Com t’hem atès?" not in client.post("/form/follow/", {"code": code}).content.decode()
