"""An import that is killed in the middle goes on when it is run again: nothing lost, nothing twice."""

import csv
import json
import signal

import pytest

from tests import commands
from tracte.channels import actions
from tracte.channels.importing import BATCH
from tracte.channels.models import Import, Interaction, InteractionKey, RawPayload, Reject
from tracte.core import tenancy
from tracte.core.sql import rows
from tracte.people.actions import drift
from tracte.people.models import Person, SourceRecord

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, CALLERS = 5 * BATCH, 900


@pytest.fixture
def calls(tmp_path):
    """A switchboard's log of several batches."""
    with (tmp_path / "calls.csv").open("w", newline="") as file:
        log = csv.writer(file)
        log.writerow(["id", "started_at", "direction", "phone", "name", "summary"])
        for n in range(ROWS):
            log.writerow(
                [f"C-{n}", "2026-03-02T09:01:00", "in", f"6{n % CALLERS:08}", "Anna Puig Serra", f"Trucada {n}"]
            )
    return tmp_path / "calls.csv"


def count(model, administration):
    with tenancy.acting_for(administration):
        return model.objects.count()


def is_gone(application):
    """The server has noticed that its client died: what the client was about to commit is in, or never will be."""
    return rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", application)[0][0] == 0


def test_kill_9_in_the_middle_of_an_import_then_the_same_command(administration, calls):
    with tenancy.acting_for(administration):
        actions.open_account(key="centraleta", kind="calls", name="Centraleta")
    command = ("import", calls, "--channel", "centraleta", "--json")
    with commands.start(*command, PGAPPNAME="killed import") as killed:
        commands.wait_until(lambda: killed.poll() is not None or count(Interaction, administration))
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    commands.wait_until(lambda: is_gone("killed import"))
    before = count(Interaction, administration)
    assert 0 < before < ROWS and before % BATCH == 0, "whole batches, and not all of them"

    again = commands.run(*command)
    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout)
    figures = (told["received"], told["new"], told["duplicate"], told["rejected"])
    assert figures == (ROWS, ROWS - before, before, 0)
    with tenancy.acting_for(administration):
        for model in (Interaction, InteractionKey, RawPayload):
            assert model.objects.count() == ROWS, model
        assert SourceRecord.objects.count() == Person.objects.count() == CALLERS
        assert Interaction.objects.values("text").distinct().count() == ROWS
        assert not Reject.objects.exists() and not drift()
        assert [run.finished_at is None for run in Import.objects.order_by("started_at")] == [True, False]
