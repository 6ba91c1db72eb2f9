"""An administration lasts one transaction, gives way to a nested one, and cannot be got around."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.db.utils import DatabaseError

from tests.threads import together
from tracte.core import tenancy
from tracte.core.models import Administration, Unit

committing = pytest.mark.django_db(transaction=True)


def units() -> set[str]:
    return set(Unit.objects.values_list("code", flat=True))


@committing
def test_unset_there_are_no_rows_and_none_can_be_written(administration):
    assert tenancy.current() is None
    assert not Administration.objects.exists() and not Unit.objects.exists()
    with pytest.raises(ProgrammingError, match="row-level security"):
        Unit.objects.create(code="cap")


def test_acting_for_one_shows_its_rows_only(administration, other_administration):
    with tenancy.acting_for(administration):
        assert (tenancy.required(), units()) == (administration, {"govern"})
    with tenancy.acting_for(str(other_administration)):
        assert (tenancy.required(), units()) == (other_administration, {"vic"})


def test_a_nested_one_gives_the_outer_one_back(administration, other_administration):
    with tenancy.acting_for(administration):
        with tenancy.acting_for(other_administration):
            assert units() == {"vic"}
        assert (tenancy.current(), units()) == (administration, {"govern"})


def test_a_nested_one_that_fails_gives_the_outer_one_back_and_takes_its_own_work_along(
    administration, other_administration
):
    with tenancy.acting_for(administration):
        Unit.objects.create(code="queda")
        with pytest.raises(ZeroDivisionError), tenancy.acting_for(other_administration):
            Unit.objects.create(code="marxa")
            raise ZeroDivisionError
        assert (tenancy.current(), units()) == (administration, {"govern", "queda"})
    with tenancy.acting_for(other_administration):
        assert units() == {"vic"}


@committing
def test_inside_a_transaction_of_nobody_it_leaves_nobody(administration):
    with transaction.atomic():
        with tenancy.acting_for(administration):
            assert units()
        assert tenancy.current() is None and not units()


def test_what_is_taken_back_was_not_done_and_the_outer_one_is_there_again(administration, other_administration):
    with tenancy.acting_for(administration):
        Unit.objects.create(code="queda")
        with tenancy.acting_for(other_administration):
            Unit.objects.create(code="marxa")
            tenancy.take_back()
        assert (tenancy.current(), units()) == (administration, {"govern", "queda"})
    with tenancy.acting_for(other_administration):
        assert units() == {"vic"}


@committing
def test_a_whole_transaction_can_be_taken_back(administration):
    with tenancy.acting_for(administration):
        Unit.objects.create(code="marxa")
        tenancy.take_back()
    assert tenancy.current() is None
    with tenancy.acting_for(administration):
        assert units() == {"govern"}


@committing
def test_the_setting_never_survives_its_transaction(administration):
    with tenancy.acting_for(administration):
        Unit.objects.create(code="queda")
    assert tenancy.current() is None and not units()
    with pytest.raises(ZeroDivisionError), tenancy.acting_for(administration):
        raise ZeroDivisionError
    assert tenancy.current() is None and not units()
    with pytest.raises(DatabaseError), tenancy.acting_for(administration), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    assert tenancy.current() is None and not units()


@committing
def test_what_needs_an_administration_says_so(administration):
    with pytest.raises(LookupError, match="acting_for"):
        tenancy.required()


@pytest.mark.parametrize(
    "attempt",
    [
        "ALTER TABLE core_unit DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE core_unit NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY administration ON core_unit",
        "ALTER POLICY administration ON core_unit USING (true)",
        "CREATE POLICY everybody ON core_unit USING (true)",
        "SET LOCAL row_security = off; SELECT * FROM core_unit",
        "SET LOCAL ROLE {owner}",
        "ALTER ROLE {app} BYPASSRLS",
        "TRUNCATE core_unit CASCADE",
        "CREATE FUNCTION look() RETURNS SETOF core_unit LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM core_unit'",
        "CREATE OR REPLACE FUNCTION tracte_administration_for(asked text) RETURNS uuid LANGUAGE sql AS 'SELECT NULL'",
    ],
)
def test_the_application_cannot_switch_the_policies_off(administration, attempt):
    owner, app = (f'"{connections[alias].settings_dict["USER"]}"' for alias in ("owner", "default"))
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt.format(owner=owner, app=app))


CATALOGUE = (
    "SELECT * FROM pg_policies ORDER BY tablename, policyname",
    "SELECT relname, relrowsecurity, relforcerowsecurity, (SELECT array_agg(a::text ORDER BY a::text) "
    "FROM unnest(relacl) a) FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname",
    "SELECT table_name, column_name, column_default FROM information_schema.columns "
    "WHERE table_schema = 'public' ORDER BY 1, 2",
)


def as_owner(statement: str, *parameters: object) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.django_db(databases=["owner"])
def test_securing_again_changes_nothing():
    before = [as_owner(question) for question in CATALOGUE]
    tenancy.secure()
    tenancy.secure()
    assert [as_owner(question) for question in CATALOGUE] == before
    assert all(before)


@pytest.mark.django_db(databases=["owner"])
def test_securing_closes_a_new_table_and_takes_back_rights_that_were_too_many():
    app = connections["default"].settings_dict["USER"]
    as_owner("CREATE TABLE fresh (administration_id uuid)")
    as_owner("CREATE TABLE ownerless (id int)")
    as_owner(f'GRANT ALL ON ownerless, core_event TO "{app}"')
    tenancy.secure()
    rights = "SELECT array_remove(ARRAY[{}], NULL)".format(
        ", ".join(
            f"CASE WHEN has_table_privilege(%s, %s, '{right}') THEN '{right}' END"
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        )
    )
    allowed = {table: as_owner(rights, *(app, table) * 5)[0][0] for table in ("fresh", "ownerless", "core_event")}
    assert allowed["fresh"] == ["SELECT", "INSERT", "UPDATE", "DELETE"]
    assert (allowed["ownerless"], allowed["core_event"]) == ([], ["SELECT", "INSERT"])
    assert as_owner("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'fresh'") == [(True,)]
    assert as_owner("SELECT roles::text[] FROM pg_policies WHERE tablename = 'fresh'") == [([app],)]


@committing
def test_frozen_it_sees_one_moment_and_writes_nothing(administration):
    def other_writes():
        with tenancy.acting_for(administration):
            Unit.objects.create(code="nova")

    with tenancy.acting_for(administration, frozen=True):
        assert units() == {"govern"}
        together(other_writes)
        assert units() == {"govern"}
        with pytest.raises(DatabaseError, match="read-only transaction"), transaction.atomic():
            Unit.objects.create(code="seva")
    with tenancy.acting_for(administration):
        assert units() == {"govern", "nova"}


def test_frozen_it_cannot_be_nested(administration):
    with (
        tenancy.acting_for(administration),
        pytest.raises(DatabaseError, match="SET TRANSACTION"),
        tenancy.acting_for(administration, frozen=True),
    ):
        pass
