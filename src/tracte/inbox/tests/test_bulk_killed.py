"""The real worker, killed in the middle of a bulk act, and people who work on the same conversations meanwhile."""

from __future__ import annotations

import signal
import sys
import threading
import uuid
from collections import Counter

import pytest
from django.db import connection

from tests import commands
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.sql import rows
from tracte.inbox.actions import bulk, handling
from tracte.inbox.actions.answering import note
from tracte.inbox.actions.bulk import carrying
from tracte.inbox.checking import Refused
from tracte.inbox.models import Assignment, BulkAct, Closure, Conversation, Note
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance

ALIVE = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND (application_name = 'killed bulk worker' OR usename LIKE '%%worker')
"""
pytestmark = pytest.mark.django_db(transaction=True)


def many(n: int) -> list[Conversation]:
    cast.clock()
    return write("bustia", *(message(Appearance(full_name=f"Nom {i}", key=f"n{i}"), hours=n - i) for i in range(n)))


def begun(by, conversations, what="close", said=None) -> BulkAct:
    said = said or {"how": "spam", "reason": ""}
    ids = [one.id for one in conversations]
    act = bulk.plan(by=by, at=now(), what=what, said=said, conversations=ids, chosen={})
    bulk.start(act, by=by, at=now())
    return act


def worker():
    return commands.start(program=(sys.executable, "-m", "tracte.config.worker"), PGAPPNAME="killed bulk worker")


def are_gone() -> bool:
    """The server has noticed that they died: what they were about to commit is in, or never will be."""
    return rows(ALIVE)[0][0] == 0


def test_killed_in_the_middle_it_is_taken_up_and_nothing_is_done_twice(administration, agent):
    with tenancy.acting_for(administration):
        act = begun(agent, many(700))

    def ended() -> int:
        with tenancy.acting_for(administration):
            return act.outcomes.count()

    first = worker()
    try:
        commands.wait_until(lambda: ended() >= 50, seconds=60)
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    commands.wait_until(are_gone)
    left = ended()
    assert left < 700, "it was not killed in the middle"
    with tenancy.acting_for(administration):
        assert Closure.objects.count() == left, "no act without its outcome, and no outcome without its act"
        bulk.go_on(at=now())
    second = worker()
    try:
        commands.wait_until(lambda: ended() == 700, seconds=90)
    finally:
        second.terminate()
        second.communicate()
    with tenancy.acting_for(administration):
        assert Closure.objects.count() == act.outcomes.filter(reason="").count() == 700


def test_who_acts_while_it_runs_loses_nothing_and_is_told(administration, agent, supervisor, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 4)
    with tenancy.acting_for(administration):
        tray = many(60)
        act = begun(agent, tray, "assign", {"agent": str(agent.pk), "unit": "", "reason": ""})
    refused: Counter[str] = Counter()

    def takes_some() -> None:
        for one in tray[::-3]:
            try:
                with tenancy.acting_for(administration):
                    handling.assign(one, by=supervisor, at=now(), agent=supervisor)
                    note(one, by=supervisor, at=now(), text="Me la miro")
            except Refused as why:
                refused[why.reason] += 1
        connection.close()

    other = threading.Thread(target=takes_some)
    other.start()
    is_left = True
    while is_left:
        with tenancy.acting_for(administration):
            is_left = carrying.batch(act.id, "start", at=now()).is_left
    other.join()
    taken = {one.id for one in tray[::-3]}
    with tenancy.acting_for(administration):
        assert not refused and Note.objects.count() == 20, "whoever works waits a moment, and is never sent away"
        told = dict(act.outcomes.values_list("conversation", "reason"))
        assert len(told) == 60 and {why for id, why in told.items() if id not in taken} == {""}
        for id in taken:  # done before she took it, or not at all: what she did holds
            given = list(Assignment.objects.filter(conversation=id).order_by("id").values_list("agent", flat=True))
            assert given == ([agent.pk, supervisor.pk] if told[id] == "" else [supervisor.pk]), told[id]
            assert told[id] in ("", "acted")
        assert Conversation.objects.filter(agent=supervisor).count() == 20


def test_who_holds_one_holds_up_only_that_one(administration, agent):
    with tenancy.acting_for(administration):
        tray = many(5)
        act = begun(agent, tray)
    holds, may_go = threading.Event(), threading.Event()

    def holding(id: uuid.UUID) -> None:
        with tenancy.acting_for(administration):
            Conversation.objects.select_for_update().get(id=id)
            holds.set()
            may_go.wait(30)
        connection.close()

    other = threading.Thread(target=holding, args=[tray[0].id])
    other.start()
    holds.wait(30)
    with tenancy.acting_for(administration):
        assert carrying.batch(act.id, "start", at=now()) == (True, 0)
    with tenancy.acting_for(administration):
        assert carrying.batch(act.id, "start", at=now()) == (True, carrying.AGAIN), "nothing free: later, not at once"
        assert Closure.objects.count() == 4
    may_go.set()
    other.join()
    with tenancy.acting_for(administration):
        assert carrying.batch(act.id, "start", at=now()) == (False, 0) and Closure.objects.count() == 5
