"""`tracte lake build`: the lake is what the database says, and what did not change is not written."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import Counter

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import commands
from tests.threads import together
from tracte.channels.actions import open_account, receive_many
from tracte.channels.message import Message
from tracte.channels.models import Account, Interaction
from tracte.config import facts, filling
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.models import User
from tracte.lake import opening, snapshots
from tracte.people import actions as people
from tracte.people.appearance import Appearance
from tracte.people.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)
MONTHS = [dt.datetime(2026, month, 28, 23, 59, 30, tzinfo=dt.UTC) for month in (1, 2, 3)]


@pytest.fixture
def home(settings, tmp_path):
    settings.TRACTE_HOME = tmp_path
    return tmp_path


@pytest.fixture
def town(administration, agent, home):
    """An administration with a door, and somebody who merges; `town(*interactions)` receives."""
    with tenancy.acting_for(administration):
        open_account(key="oficina", kind="visits", name="Oficina")
    return administration


class Town:
    """What may happen between two builds."""

    def __init__(self, administration):
        self.administration, self.count = administration, 0

    def receive(self, month: int, who: int, number: int = 1) -> None:
        account = Account.objects.get()
        for _ in range(number):
            self.count += 1
            flags = [["odd"], [], ["odd", "a b"]][self.count % 3]
            message = Message(f"{now().timestamp()}-{self.count}", MONTHS[month], text="é" * who, flags=flags)
            message.who = Appearance(key=str(who), given_name="Mercè") if who else None
            receive_many(account, [message], at=MONTHS[month])

    def merge(self, first: int, second: int) -> None:
        a, b = self._person(first), self._person(second)
        if a != b:
            people.merge(a, b, by=User.objects.get(), at=now())

    def unmerge(self, first: int, second: int) -> None:
        person = self._person(first)
        records = list(Membership.objects.live().filter(person=person).values_list("record_id", flat=True))
        if len(records) > 1:
            people.unmerge(person, records[: 1 + second % (len(records) - 1)], by=User.objects.get(), at=now())

    def erase(self, first: int, second: int) -> None:
        one = self._one(Interaction.objects.order_by("id"), first + second)
        Interaction.objects.filter(id=one.id).delete()

    def mend(self, first: int, second: int) -> None:
        one = self._one(Interaction.objects.order_by("id"), first)
        Interaction.objects.filter(id=one.id).update(kind=f"kind {second}")

    def rename(self, first: int, second: int) -> None:
        Account.objects.update(key=f"oficina-{second}")

    def _person(self, n: int):
        return self._one(Membership.objects.live().order_by("record_id"), n).person_id

    @staticmethod
    def _one(found, n: int):
        return found[n % found.count()]


ACTS = ["merge", "unmerge", "erase", "mend", "rename"]
step = st.one_of(
    st.tuples(st.just("receive"), st.integers(0, 2), st.integers(0, 4)),
    st.tuples(st.sampled_from(ACTS), st.integers(0, 9), st.integers(0, 9)),
    st.just(("build",)),
)


def lake(administration, home) -> dict[str, Counter]:
    """All that a reader finds: table -> its rows."""
    with opening.opened(snapshots.where(home, administration)) as found:
        return {table: Counter(map(_row, _dicts(found.ask(f"FROM {table}")))) for table in _tables()}


def naive(administration) -> dict[str, Counter]:
    """The same, asked of the database row by row."""
    names, found = keys.pseudonyms(administration), {}
    with tenancy.acting_for(administration), connection.cursor() as cursor:
        for one in facts.found():
            cursor.execute(one.query, facts.EVER)
            ids = [column.name for column in cursor.description if column.type_code == facts.UUID]
            found[one.table] = Counter()
            for row in _dicts(cursor):
                named = {name: names.of(name, row[name].bytes).hex() if row[name] else None for name in ids}
                found[one.table][_row(row | named)] += 1
    return found


def _tables() -> list[str]:
    return [one.table for one in facts.found()]


def _dicts(answer) -> list[dict]:
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _row(row: dict) -> tuple:
    return tuple(sorted((name, str(value)) for name, value in row.items()))


def written(home, administration) -> set[str]:
    """Files of the current snapshot that no other one has."""
    folder = (snapshots.where(home, administration) / "current").resolve()
    return {
        path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.parquet") if path.stat().st_nlink == 1
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, min_size=3, max_size=14))
def test_after_anything_that_happens_the_lake_is_what_a_full_export_would_be(town, home, steps):
    life = Town(town)
    with tenancy.acting_for(town):
        life.receive(0, 1)
        life.receive(1, 2)
    for name, *more in steps:
        if name == "build":
            filling.build(town)
            continue
        with tenancy.acting_for(town):
            if name == "receive" or Interaction.objects.exists():
                getattr(life, name)(*more)
    filling.build(town)
    assert lake(town, home) == naive(town)


def test_only_months_that_changed_are_written(town, home):
    life = Town(town)
    with tenancy.acting_for(town):
        for month, who in ((0, 1), (1, 2), (2, 3)):
            life.receive(month, who, 5)
    first = filling.build(town)
    assert (first["files_written"], first["rows_written"], first["is_new"]) == (7, 1 + 3 + 15, True)
    with tenancy.acting_for(town):
        life.receive(1, 2)
    second = filling.build(town)
    assert written(home, town) == {"interactions/month=2026-02"}
    assert (second["files_written"], second["rows_written"], second["rows"]) == (1, 6, 20)
    third = filling.build(town)
    assert (third["is_new"], third["snapshot"], third["files_written"]) == (False, second["snapshot"], 0)


@pytest.mark.parametrize("act", ["erase", "mend", "rename"])
def test_what_was_erased_mended_or_renamed_is_noticed_though_nothing_new_came(town, home, act):
    life = Town(town)
    with tenancy.acting_for(town):
        life.receive(0, 1, 2)
    filling.build(town)
    with tenancy.acting_for(town):
        getattr(life, act)(1, 7)
    assert filling.build(town)["is_new"]
    assert lake(town, home) == naive(town)


def test_a_merge_writes_the_months_of_the_records_that_moved(town, home):
    life = Town(town)
    with tenancy.acting_for(town):
        for month, who in ((0, 1), (1, 2), (2, 3)):
            life.receive(month, who)
    filling.build(town)
    with tenancy.acting_for(town):
        life.merge(0, 1)
    filling.build(town)
    assert written(home, town) == {"records/month=2026-02"}
    assert lake(town, home) == naive(town)


def test_what_was_not_yet_committed_at_one_build_is_in_the_next(town, home):
    """However old it says it is: its time was set before it was seen."""
    life, arrived, let = Town(town), threading.Event(), threading.Event()
    with tenancy.acting_for(town):
        life.receive(0, 1)
        life.receive(2, 1)

    def slow():
        with tenancy.acting_for(town):
            life.receive(0, 2)
            arrived.set()
            let.wait(timeout=60)

    def build():
        arrived.wait(timeout=60)
        with tenancy.acting_for(town):
            Town(town).receive(2, 0)  # later, and committed sooner
        try:
            return filling.build(town)["tables"]["interactions"]
        finally:
            let.set()

    _, before = together(slow, build)
    assert before == 3
    assert filling.build(town)["tables"]["interactions"] == 4
    assert written(home, town) == {"interactions/month=2026-01", "records/month=2026-01"}
    assert lake(town, home) == naive(town)


def test_all_tables_are_of_one_moment(town, home, monkeypatch):
    """What comes in while a build reads is in none of its tables."""
    life, fill = Town(town), filling._fill
    with tenancy.acting_for(town):
        life.receive(0, 1)

    def slowly(making, one, names):
        def arrive():
            with tenancy.acting_for(town):
                life.receive(0, 2)

        together(arrive)
        fill(making, one, names)

    monkeypatch.setattr(filling, "_fill", slowly)
    assert filling.build(town)["tables"] == {"records": 1, "accounts": 1, "interactions": 1}


def test_a_new_key_writes_everything_under_new_pseudonyms(town, home):
    with tenancy.acting_for(town):
        Town(town).receive(0, 1)
    filling.build(town)
    before = lake(town, home)
    (home / "keys" / f"{town}.lake").unlink()
    assert filling.build(town)["is_new"]
    after = lake(town, home)
    assert after != before and after == naive(town)


def test_an_empty_administration_has_tables_without_rows(town, other_administration, home):
    with tenancy.acting_for(town):
        Town(town).receive(0, 1)
    filling.build(town)
    done = filling.build(other_administration)
    assert done["rows"] == 0 and all(not rows for rows in lake(other_administration, home).values())
    assert lake(town, home) == naive(town)
    assert not filling.build(other_administration)["is_new"]


def test_the_command_says_what_it_did_and_two_at_once_are_safe(administration):
    with tenancy.acting_for(administration):
        open_account(key="oficina", kind="visits", name="Oficina")
        Town(administration).receive(0, 1)
    connections.close_all()
    with commands.start("lake", "build", "--json") as one, commands.start("lake", "build", "--json") as other:
        told = [json.loads(process.communicate(timeout=120)[0]) for process in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0]
    assert {each["snapshot"] for each in told} == {told[0]["snapshot"]}
    assert sorted(each["is_new"] for each in told) == [False, True]
    assert told[0]["tables"] == {"records": 1, "accounts": 1, "interactions": 1}
    said = commands.run("lake", "build")
    assert said.stdout.strip().startswith(f"{told[0]['snapshot']}: 3 rows, nothing new, in ")


def test_where_it_cannot_write_the_command_says_so_in_one_line(administration, tmp_path):
    (tmp_path / "lake").touch()
    done = commands.run("lake", "build", TRACTE_HOME=str(tmp_path))
    assert done.returncode == 1 and not done.stdout
    [line] = [line for line in done.stderr.splitlines() if line.startswith("tracte: ")]
    assert line.startswith(f"tracte: cannot write the lake in {tmp_path}") and line.endswith("build again")
