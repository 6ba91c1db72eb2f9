"""No role of one administration reads or writes a row of another: every table of the catalogue, with real rows."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tests.laws.rows import Rows, owned
from tracte.channels.actions import open_account, receive_many
from tracte.channels.message import Message
from tracte.core import tenancy

pytestmark = pytest.mark.django_db
TABLES = """
SELECT c.oid, c.relname, c.relrowsecurity AND c.relforcerowsecurity, c.relispartition,
  ARRAY(SELECT p FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p
        WHERE has_table_privilege(c.oid, p)
           OR p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(c.oid, p))
FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = 'public'::regnamespace ORDER BY 2
"""
# Permissive policies add up: one more, and a row could be seen after all.
POLICIES = """
SELECT p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p
WHERE p.polrelid = %s AND (p.polroles = '{0}' OR EXISTS (
  SELECT FROM unnest(p.polroles) r WHERE r <> 0 AND pg_has_role(r, 'MEMBER')))
"""
OTHERS = """
SELECT c.relname, coalesce(pg_get_userbyid(nullif(a.grantee, 0)), 'everybody')
FROM pg_class c CROSS JOIN aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind <> 'S' AND a.grantee NOT IN (c.relowner, current_user::regrole)
"""
WRITE = {"INSERT", "UPDATE", "DELETE"}
# They run as the owner of the tables, past every policy: each is here with what it cannot do.
PAST_THE_POLICIES = {
    "tracte_administration_for": "answers with one id for one host name",
    "channels_ensure_months": "makes the empty partition of one month",
    "tracte_queue": "answers with two counts",
}


def test_every_table_is_closed_by_its_policy_or_by_its_rights(administration):
    _fetch("SELECT channels_ensure_months('{2026-04-01}')::text")
    tables = _fetch(TABLES)
    assert any(is_partition for _, _, _, is_partition, _ in tables)
    problems = [f"{row[1]}: {problem}" for row in tables if (problem := _problem(*row))]
    assert len(tables) > 40
    assert not problems, "\n".join(problems)


def _problem(oid: int, table: str, forced: bool, is_partition: bool, rights: list[str]) -> str:
    """What is wrong with a table as the catalogue shows it to the application; nothing, if nothing is."""
    allowed = set(rights)
    policies = _fetch(POLICIES, oid)
    if is_partition or (not policies and table not in (*tenancy.OPEN, *tenancy.SHARED)):
        return f"unreachable but for {allowed}" if allowed else ""
    if not policies:
        known = {"SELECT"} if table in tenancy.OPEN else {"SELECT", *WRITE}
        return f"open, with {allowed - known}" if allowed - known else ""
    column = "id" if table == "core_administration" else "administration_id"
    if not forced:
        return "row-level security is not forced"
    if len(policies) != 1 or policies[0][0] != "*" or any(not _pins(rule, column) for rule in policies[0][1:]):
        return f"its one policy is not the administration's: {policies}"
    known = {"SELECT", "INSERT"} if table in tenancy.APPEND_ONLY else {"SELECT", *WRITE}
    known -= {"DELETE"} if table in tenancy.KEPT else set()
    return f"rights {allowed} and not {known}" if allowed != known else ""


def _pins(rule: str | None, column: str) -> bool:
    """The whole rule is: this column equals the transaction's setting."""
    words = re.sub(r"[() \n]|::text|AS \"nullif\"", "", rule or "")
    return words == f"{column}=SELECTNULLIFcurrent_setting'{tenancy.SETTING}',true,''::uuid"


def test_the_application_is_nobody_special():
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    assert _fetch(f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert not _fetch("SELECT 1 FROM pg_auth_members WHERE member = current_user::regrole")
    assert not _fetch("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
    assert not _fetch(
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') AND nspname = 'public'"
    )


def test_the_worker_reaches_the_queue_and_nothing_else():
    [(me,)] = _fetch("SELECT current_user")
    worker = me.removesuffix("_app") + "_worker"
    assert set(_fetch(OTHERS)) == {(table, worker) for table in tenancy.QUEUE}
    assert _fetch("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", worker) == [(False,)]


def test_functions_that_pass_the_policies_are_known():
    definers = _fetch("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
    assert {name for (name,) in definers} == set(PAST_THE_POLICIES)


def test_no_administration_reads_or_writes_a_row_of_another(administration, other_administration):
    """Rows of both in every table; then, as one of them, everything that SQL can do to the other's."""
    _fill(administration)
    theirs = _fill(other_administration)
    problems = []
    with tenancy.acting_for(administration):
        for table in owned():
            found = _trespasses(table, administration, other_administration, theirs.of(table))
            problems += [f"{table}: {what}" for what in found]
            assert _count(table, administration), f"{table}: its own row is gone"
    assert len(owned()) > 30
    assert not problems, "\n".join(problems)


def test_without_an_administration_there_are_no_rows(administration):
    _fill(administration)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [tenancy.SETTING])
    seen = [table for table in (*owned(), "core_administration") if _fetch(f'SELECT 1 FROM "{table}" LIMIT 1')]
    assert not seen
    assert _is_refused("INSERT INTO core_unit (id, code) VALUES (gen_random_uuid(), %s)", "cap")


def test_administrations_see_themselves_only(administration, other_administration):
    assert _fetch("SELECT id FROM core_administration") == [(administration,)]
    with tenancy.acting_for(other_administration):
        assert _fetch("SELECT id FROM core_administration") == [(other_administration,)]


def _fill(administration) -> Rows:
    """A row in each table, written as the application writes."""
    rows = Rows()
    with tenancy.acting_for(administration):
        _fetch("SELECT channels_ensure_months('{2026-04-01}')::text")
        for table in owned():
            rows.of(table)
    return rows


def _receive_one() -> None:
    """By the real way in, which makes the partition of its month too."""
    account = open_account(key="oficina", kind="visits", name="Oficina")
    receive_many(account, [Message("1", dt.datetime(2026, 4, 1, tzinfo=dt.UTC))])


def _trespasses(table, administration, other, row):
    """What was possible and should not be."""
    if _count(table, other):
        yield "reads"
    for what, statement in (
        ("updates", f'UPDATE "{table}" SET administration_id = administration_id WHERE administration_id = %s'),
        ("deletes", f'DELETE FROM "{table}" WHERE administration_id = %s'),
    ):
        if not _is_refused(statement, other):
            yield what
    columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
    if not _is_refused(f'INSERT INTO "{table}" ({columns}) VALUES ({values})', *row.values()):
        yield "inserts"
    if not _is_refused(
        f'UPDATE "{table}" SET administration_id = %s WHERE administration_id = %s', other, administration
    ):
        yield "gives away"


def _is_refused(statement: str, *parameters) -> bool:
    """It changed nothing, or the database said that we may not. Any other error is one of this test."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.rowcount == 0
    except ProgrammingError as error:
        if "row-level security" in str(error) or "permission denied" in str(error):
            return True
        raise
    except IntegrityError as error:  # a table that nobody may rewrite, not even for themselves
        if "never changed" in str(error) or "of this administration, and there is none" in str(error):
            return True
        raise


def _count(table: str, administration) -> int:
    return _fetch(f'SELECT count(*) FROM "{table}" WHERE administration_id = %s', administration)[0][0]


def _fetch(statement: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall()
