"""What a line that opens is told first: what happened since its page was drawn, or since it was cut."""

import json

import pytest
from django.test import RequestFactory

from tracte.core import live as hub
from tracte.core import tenancy
from tracte.core.events import announce
from tracte.core.ids import uuid7
from tracte.core.models import Event
from tracte.desk.inbox import live

pytestmark = pytest.mark.django_db


@pytest.fixture
def happened(administration):
    """Ids of thirty events that the desk hears, and of one that it does not."""
    for _ in range(30):
        announce("inbox.conversations.changed", conversations=[uuid7()], units=[uuid7()])
    announce("people.person.read", person=uuid7())
    return list(Event.objects.filter(name__startswith="inbox.").order_by("id").values_list("id", flat=True))


def missed(path="/", **headers):
    since = live._since(RequestFactory().get(path, headers=headers))
    return [one.get("id", "lost") for one in live._missed(since, str(tenancy.required()))]


def test_a_page_just_drawn_gets_what_happened_since_and_no_more(happened):
    assert missed(f"/?after={happened[-3]}") == happened[-2:]
    assert missed(f"/?after={happened[-1]}") == [] == missed()


def test_a_line_that_was_cut_gets_a_few_again_whatever_its_page_said(happened):
    assert missed(f"/?after={happened[0]}", last_event_id=str(happened[-1])) == happened[-live.OVERLAP :]


@pytest.mark.parametrize("said", ["", "x", "-1", "1e9", "9" * 30])
def test_a_wrong_place_is_no_place(happened, said):
    assert missed(f"/?after={said}") == []


def test_who_missed_too_much_looks_at_everything_again(happened, monkeypatch):
    monkeypatch.setattr(live, "REPLAYED", 5)
    assert missed(f"/?after={happened[0]}") == ["lost"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("inbox.presence.changed", "here"), ("inbox.notices.changed", "rang"), ("inbox.cases.changed", "changed")],
)
def test_it_is_told_by_its_kind_to_who_sees_the_unit_and_to_nobody_else(name, kind):
    one = {"id": 7, "name": name, "ids": {"cases": ["c"], "units": ["mine"], "agents": ["jordi"]}}
    told = live._lines([one], {"mine", "aina"}).splitlines()
    assert told[:2] == ["id: 7", f"event: {kind}"] and json.loads(told[2][6:]) == ["c"]
    assert live._lines([one], {"other", "jordi"}) and live._lines([one], {"other", "aina"}) == ""
    assert "event: changed" in live._lines([hub.LOST], {"aina"})


def told(*happened):
    """What a line says, as (id, kind, what it names)."""
    events = [one.splitlines() for one in live._lines(list(happened), {"mine"}).split("\n\n") if one]
    return [(int(id[4:]), kind[7:], json.loads(data[6:])) for id, kind, data in events]


def change(id, *conversations, name="inbox.conversations.changed"):
    return {"id": id, "name": name, "ids": {"conversations": list(conversations), "units": ["mine"]}}


def test_what_happened_meanwhile_is_told_together_by_kind():
    here = change(2, "b", name="inbox.presence.changed")
    assert told(change(1, "a"), here, change(3, "c", "a")) == [(3, "changed", ["a", "c"]), (3, "here", ["b"])]


def test_where_one_names_nothing_all_is_looked_at():
    assert told(change(1, "a"), change(2), change(3, "c")) == [(3, "changed", [])]
    assert told(change(1), change(3, "c")) == [(3, "changed", [])]
    assert told(change(1, "a"), hub.LOST) == [(1, "changed", [])]
