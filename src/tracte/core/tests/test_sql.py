"""One statement for a whole batch."""

import datetime as dt
import uuid

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.core.models import Unit
from tracte.core.sql import clean, column, rows, run, unanswered


def test_the_columns_of_a_batch_become_rows(db):
    ids, moment = [uuid.uuid4(), uuid.uuid4()], dt.datetime(2026, 4, 1, 10, tzinfo=dt.UTC)
    columns = (ids, ["Mercè", None], [b"\0\xff", b""], [1, 2**40], [moment, moment], [True, None])
    asked = "SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bigint[], %s::timestamptz[], %s::bool[])"
    assert rows(asked, *columns) == list(zip(*columns, strict=True))
    assert rows("SELECT n FROM unnest(%s::int[]) n", list(range(50_000))) == [(n,) for n in range(50_000)]


def test_what_is_sent_unanswered_is_done_in_its_order_and_read_back_within(administration):
    with unanswered():
        run("INSERT INTO core_unit (id, code) VALUES (%s, %s)", uuid.uuid4(), "nova")
        run("UPDATE core_unit SET code = 'vella' WHERE code = %s", "nova")
        assert rows("SELECT count(*) FROM core_unit WHERE code = %s", "vella") == [(1,)]
        run("DELETE FROM core_unit WHERE code = %s", "vella")
    assert not Unit.objects.filter(code__in=["nova", "vella"]).exists()


def test_an_error_among_what_is_sent_unanswered_is_raised_and_the_savepoint_holds(administration):
    one = uuid.uuid4()
    with pytest.raises(IntegrityError, match="duplicate key"), transaction.atomic(), unanswered():
        for code in ("nova", "vella", "altra"):
            run("INSERT INTO core_unit (id, code) VALUES (%s, %s)", one, code)
    assert not Unit.objects.filter(code__in=["nova", "vella", "altra"]).exists()


def test_it_runs_in_the_transaction_of_its_administration(administration):
    with transaction.atomic():
        run("INSERT INTO core_unit (id, code) VALUES (%s, %s)", uuid.uuid4(), "nova")
        assert Unit.objects.get(code="nova").administration_id == administration
        transaction.set_rollback(True)
    assert not Unit.objects.filter(code="nova").exists()


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT 1/0", DataError),
        ("SELECT no_such_column", ProgrammingError),
        ("INSERT INTO core_unit (id, code) SELECT gen_random_uuid(), code FROM core_unit", IntegrityError),
    ],
)
def test_errors_are_those_of_django(administration, statement, error):
    with pytest.raises(error), transaction.atomic():
        rows(statement)


texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
moments = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC))
KINDS = {
    "uuid": st.uuids(),
    "text": texts.filter(lambda text: "\0" not in text),
    "bytea": st.binary(max_size=20),
    "date": st.dates(),
    "timestamptz": moments,
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "bigint": st.integers(-(2**63), 2**63 - 1),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_packed_column_is_what_the_driver_would_have_sent(kind, data):
    values = data.draw(st.lists(st.none() | KINDS[kind], max_size=8))
    given_back = f"SELECT v, v IS NOT DISTINCT FROM w FROM unnest(%s::{kind}[], %s::{kind}[]) AS t(v, w)"
    found = rows(given_back, column(kind, values), values)
    assert found == [(value, True) for value in values]


def test_a_packed_column_takes_ids_as_bytes_and_cleans_text(db):
    one = uuid.uuid4()
    assert rows("SELECT unnest(%s::uuid[])", column("uuid", [one.bytes, None, one])) == [(one,), (None,), (one,)]
    assert rows("SELECT unnest(%s::uuid[])", column("uuid", [one]), ids_as_bytes=True) == [(one.bytes,)]
    assert rows("SELECT unnest(%s::uuid[])", column("uuid", [one])) == [(one,)], "bytes only when asked for"
    assert rows("SELECT unnest(%s::text[])", column("text", ["Pu\0ig", ""])) == [("Puig",), ("",)]


@given(st.text())
def test_cleaning_takes_nul_out_and_nothing_else(text):
    assert clean(text) == "".join(letter for letter in text if letter != "\0")


def test_what_is_cleaned_can_be_kept(db):
    with pytest.raises((DataError, ValueError)), transaction.atomic():
        rows("SELECT %s::text", "Pu\0ig")
    assert rows("SELECT %s::text", clean("Pu\0ig")) == [("Puig",)]
    assert connection.is_usable()
