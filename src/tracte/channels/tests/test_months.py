"""The log is partitioned by month, and a month's partition is made when its first interaction comes."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction

from tests.threads import together
from tracte.channels import actions
from tracte.channels.models import Interaction
from tracte.channels.tests.letters import anna, message
from tracte.core import tenancy
from tracte.core.sql import rows


def on(year, month, day=15, **clock):
    return dt.datetime(year, month, day, tzinfo=dt.UTC, **clock)


def months():
    return [
        name
        for (name,) in rows(
            "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'channels_interaction'::regclass ORDER BY 1"
        )
    ]


@pytest.mark.django_db
def test_each_month_of_a_batch_gets_its_partition_once(account):
    dates = [on(2019, 12, 31, hour=23), on(2020, 1, 1), on(2020, 1, 31, hour=23, minute=59), on(2020, 2, 29)]
    actions.receive_many(account, [message(str(n), at=at) for n, at in enumerate(dates)])
    actions.receive_many(account, [message("more", at=on(2020, 1, 2))])
    assert months() == [f"channels_interaction_{month}" for month in ("201912", "202001", "202002")]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
    assert Interaction.objects.count() == 5


@pytest.mark.django_db
def test_the_border_between_two_months_is_in_utc(account):
    """An hour of the new month in Barcelona may be of the month before."""
    barcelona = dt.timezone(dt.timedelta(hours=2))
    actions.receive_many(account, [message("1", at=dt.datetime(2020, 7, 1, 1, 30, tzinfo=barcelona))])
    assert months() == ["channels_interaction_202006"]


@pytest.mark.django_db
def test_after_a_rollback_the_partition_is_made_again(account):
    for _ in range(2):
        with transaction.atomic():
            actions.receive_many(account, [message("1", at=on(2021, 3))])
            transaction.set_rollback(True)
        assert months() == []
    actions.receive_many(account, [message("1", at=on(2021, 3))])
    assert months() == ["channels_interaction_202103"] and Interaction.objects.count() == 1


@pytest.mark.django_db
def test_a_partition_is_indexed_and_closed_to_the_application(account):
    """Whoever asks the partition itself would go round the policies of the log."""
    actions.receive_many(account, [message("1", at=on(2021, 3))])
    indexes = rows("SELECT count(*) FROM pg_index WHERE indrelid = 'channels_interaction_202103'::regclass")
    parent = rows("SELECT count(*) FROM pg_index WHERE indrelid = 'channels_interaction'::regclass")
    assert indexes == parent
    rights = rows("SELECT has_table_privilege('channels_interaction_202103', right_) FROM unnest(%s) right_", RIGHTS)
    assert not any(has for (has,) in rights)


RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"]


@pytest.mark.django_db(transaction=True)
def test_two_threads_at_once_in_a_new_month(administration, account):
    def comes(name):
        with tenancy.acting_for(administration):
            return actions.receive_many(account, [message(name, at=on(2022, 5), who=anna())]).new

    assert together(lambda: comes("1"), lambda: comes("2"), lambda: comes("3")) == [1, 1, 1]
    with tenancy.acting_for(administration):
        assert Interaction.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_new_months_never_lock_out_those_who_write_or_read(administration, account):
    """Making a partition locks what it refers to: those who are filling it must not wait for each other in a ring."""

    def writes(thread):
        for turn in range(10):
            batch = [
                message(f"{thread} {turn} {n}", at=on(2000 + turn, 1 + (thread + n) % 12), who=anna(n))
                for n in range(3)
            ]
            with tenancy.acting_for(administration):
                actions.receive_many(account, [*batch, message(f"same {turn}", at=on(1995, 1 + turn), who=anna(99))])

    def reads():
        for _ in range(20):
            with tenancy.acting_for(administration):
                Interaction.objects.count()
                Interaction.objects.filter(kind="message").first()

    together(*(lambda t=thread: writes(t) for thread in range(5)), reads)
    with tenancy.acting_for(administration):
        assert Interaction.objects.count() == 5 * 10 * 3 + 10


@pytest.mark.django_db(transaction=True)
def test_a_new_month_does_not_wait_for_somebody_who_reads(administration, account):
    reading, done = threading.Event(), threading.Event()

    def reads():
        with tenancy.acting_for(administration):
            Interaction.objects.count()
            reading.set()
            return done.wait(timeout=20)

    def writes():
        reading.wait(timeout=20)
        with tenancy.acting_for(administration):
            report = actions.receive_many(account, [message("1", at=on(2023, 1))])
        done.set()
        return report.new == 1

    assert together(reads, writes) == [True, True]
    connections.close_all()
