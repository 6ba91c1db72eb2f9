"""The sender is killed at random while it sends: what was accepted is stored, each leaves at most once, and every
dispatch ends in a known state."""

import datetime as dt
import random
import signal
import sys
import time

import pytest

from tests import commands
from tracte.channels import actions, delivery
from tracte.channels.actions.sending import send
from tracte.channels.models import Attempt, Dispatch, Interaction, Outcome
from tracte.channels.tests.servers import mailroom
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.sql import rows

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MAILS, KILLS = 200, 8


ALIVE = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND (application_name = 'killed sender' OR usename LIKE '%%worker')
"""


def worker():
    return commands.start("send", program=(sys.executable, "-m", "tracte.config.worker"), PGAPPNAME="killed sender")


def are_gone():
    """The server has noticed that they died: what they were about to commit is in, or never will be."""
    return rows(ALIVE)[0][0] == 0


def count(administration, *states):
    with tenancy.acting_for(administration):
        return Dispatch.objects.filter(state__in=states).count()


def test_kill_9_at_random_sends_each_at_most_once(administration):
    dice = random.Random(417)
    with mailroom() as room:
        with tenancy.acting_for(administration):
            box = actions.open_account(key="bustia", kind="email", name="Bústia", own=["bustia@exemple.cat"])
            actions.set_way_out(box, {"url": room.url})
            for n in range(MAILS):
                send(box, record=None, to=f"p{n}@exemple.org", text=f"{n}", key=f"{n}", by=None, at=now(),
                     hold=dt.timedelta(0))  # fmt: skip
        for kill in range(KILLS):
            before = len(room.came)
            with worker() as running:
                commands.wait_until(lambda before=before: len(room.came) > before + dice.randrange(12))
                time.sleep(dice.random() / 20)
                running.send_signal(signal.SIGKILL)
                running.communicate()
            assert kill or len(room.came) < MAILS
        commands.wait_until(are_gone)
        # What the dead ones held in their hands: nothing is sent by that, some of it gets a job again.
        delivery.sweep(administration, at=now() + dt.timedelta(minutes=1), patience=dt.timedelta(seconds=1))
        with worker() as running:
            commands.wait_until(lambda: not count(administration, "held", "sending"), seconds=60)
            assert running.poll() is None, "and it goes on running"
            running.terminate()
            running.communicate()
    with tenancy.acting_for(administration):
        states = {state: count(administration, state) for state in ("sent", "unknown")}
        assert sum(states.values()) == MAILS and states["unknown"] <= KILLS, states
        assert len(room.ids) == len(set(room.ids)), "nobody got it twice"
        arrived, sent = set(room.ids), set()
        for outcome in Outcome.objects.filter(kind="delivered"):
            sent.add(f"<{outcome.external_id}>")
        assert sent <= arrived and len(arrived - sent) <= states["unknown"]
        assert len(arrived) >= states["sent"] == len(sent)
        assert Attempt.objects.count() == Interaction.objects.count() == MAILS
