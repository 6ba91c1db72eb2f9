"""What happened is a row of the same transaction, told to those who listen for it."""

from __future__ import annotations

import uuid
from collections import defaultdict

import pytest
from django.db import ProgrammingError, connection, transaction

from tracte.core import events, tenancy
from tracte.core.events import announce, listen
from tracte.core.models import Event

ID = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch):
    monkeypatch.setattr(events, "_listeners", defaultdict(list))


def test_an_event_is_a_row_with_plain_ids(administration):
    announce("core.test.happened", person=ID, records=[ID, 3], pair=(ID,), count=2, is_new=True, nobody=None)
    event = Event.objects.get()
    assert (event.name, event.administration_id) == ("core.test.happened", administration)
    plain = {"person": str(ID), "records": [str(ID), 3], "pair": [str(ID)], "count": 2, "is_new": True, "nobody": None}
    assert event.ids == plain


def test_those_who_listen_for_its_name_hear_it_in_order(administration):
    heard = []
    listen("core.test.happened", lambda event: heard.append(("first", event.ids["n"])))
    listen("core.test.happened", lambda event: heard.append(("second", event.ids["n"])))
    listen("core.test.else", lambda event: heard.append(("stranger", event.ids["n"])))
    announce("core.test.happened", n=1)
    assert heard == [("first", 1), ("second", 1)]


def test_whoever_is_wired_twice_hears_once(administration):
    heard = []
    for _ in range(2):
        listen("core.test.happened", heard.append)
    announce("core.test.happened")
    assert len(heard) == 1


def test_a_listener_sees_the_row_within_the_transaction(administration):
    seen = []
    listen("core.test.happened", lambda event: seen.append(Event.objects.filter(id=event.id).exists()))
    announce("core.test.happened")
    assert seen == [True]


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_what_is_taken_back_and_with_a_listener_that_fails(administration):
    with tenancy.acting_for(administration):
        announce("core.test.happened")
        tenancy.take_back()
    listen("core.test.fails", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError), tenancy.acting_for(administration):
        announce("core.test.fails")
    with tenancy.acting_for(administration):
        assert not Event.objects.exists()


def test_events_sort_as_they_happened(administration):
    for n in range(5):
        announce("core.test.happened", n=n)
    assert [event.ids["n"] for event in Event.objects.order_by("id")] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("statement", ["UPDATE core_event SET name = 'x'", "DELETE FROM core_event"])
def test_what_happened_stays_as_it_happened(administration, statement):
    announce("core.test.happened")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)
