"""Administrations share one database and never see each other: row-level security on every table.

The application's role does not own the tables and cannot bypass their policies. A policy compares `administration_id`
with a setting that lives for one transaction; with no setting there are no rows. `secure` is run after each migration,
so that a table cannot be forgotten: what has no `administration_id` is either listed here as open, or unreachable.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, models, transaction
from django.db.models import Func

SETTING = "tracte.administration"
CURRENT = f"(SELECT nullif(current_setting('{SETTING}', true), '')::uuid)"

# Tables of libraries that hold rows of an administration: they get the column by default value.
ADOPTED = (
    "django_session",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
)
# Structure of the software, the same for everybody: readable, never written by the application.
OPEN = ("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
# Heartbeats of the workers of this installation: no administration, no person.
SHARED = ("procrastinate_workers",)
# The queue: the application defers jobs of its administration; the worker's role takes those of all.
QUEUE = ("procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers")
# What happened stays as it happened: no update, no delete.
APPEND_ONLY = (
    "channels_attempt",
    "channels_intervention",
    "channels_outcome",
    "channels_rawpayload",
    "core_event",
    "core_revocation",
    "inbox_assignment",
    "inbox_availability",
    "inbox_bulkorder",
    "inbox_bulkoutcome",
    "inbox_caseclosure",
    "inbox_casereopening",
    "inbox_closure",
    "inbox_jobfinish",
    "inbox_reopening",
    "inbox_step",
    "knowledge_answertext",
    "knowledge_servicerevision",
    "people_edge",
    "people_freeze",
    "people_thaw",
    "privacy_consentstatement",
    "privacy_read",
)

# What others refer to without a foreign key of the database (see `references`): it stays.
KEPT = ("channels_account", "people_identifier", "people_person", "people_sourcerecord", "vocabularies_concept")


class CurrentAdministration(Func):
    """The administration of this transaction, as a column default."""

    template = f"nullif(current_setting('{SETTING}', true), '')::uuid"
    output_field = models.UUIDField()
    arity = 0


def owner() -> models.ForeignKey:
    """The column that says whose row this is. No constraint: the policy pins it to the current administration."""
    return models.ForeignKey(
        "core.Administration",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_default=CurrentAdministration(),
        editable=False,
    )


@contextmanager
def acting_for(administration: uuid.UUID | str, using: str = "default", *, frozen: bool = False) -> Iterator[None]:
    """One transaction on behalf of one administration. Nested, it gives the outer one back when it leaves.

    `frozen`: all that it reads is of one moment, and it writes nothing; it cannot be nested.
    """
    connection = connections[using]
    nested = connection.in_atomic_block
    with transaction.atomic(using=using):
        if frozen:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        before = current(using) if nested else None  # the setting ends with its transaction
        _set(connection, str(administration))
        yield
        if connection.needs_rollback:
            return  # what is taken back takes its setting with it
        if before is not None:
            _set(connection, str(before))
        elif connection.savepoint_ids:
            _set(connection, "")


def take_back(using: str = "default") -> None:
    """What was done in this `acting_for` will not have been."""
    transaction.set_rollback(True, using=using)


def current(using: str = "default") -> uuid.UUID | None:
    """The administration of this transaction, or None."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {CURRENT}")
        return cursor.fetchone()[0]


def required() -> uuid.UUID:
    """The administration of this transaction. Raises LookupError outside of `acting_for`."""
    if (administration := current()) is None:
        raise LookupError("no administration: this is done inside `tenancy.acting_for`")
    return administration


def _set(connection, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, value])


def secure(using: str = "owner", app_role: str | None = None) -> None:
    """Give each table its policy and its grants. Idempotent; run after every migration, as the owner."""
    role = app_role or connections["default"].settings_dict["USER"]
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tracte.secure'))")
        present = {t.name for t in connection.introspection.get_table_list(cursor)}
        for table in present & set(ADOPTED):
            cursor.execute(
                f'ALTER TABLE "{table}" ADD COLUMN IF NOT EXISTS administration_id uuid '
                f"DEFAULT nullif(current_setting('{SETTING}', true), '')::uuid"
            )
        cursor.execute(
            "SELECT c.relname, bool_or(a.attname = 'administration_id'), c.relname = 'core_administration' "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.relname"
        )
        for table, owned, is_root in cursor.fetchall():
            _secure_table(cursor, role, table, "id" if is_root else "administration_id" if owned else None)
        _secure_queue(cursor, role.removesuffix("_app") + "_worker", present)
        cursor.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        cursor.execute(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{role}"')


def _secure_queue(cursor, worker: str, present: set[str]) -> None:
    for table in present & set(QUEUE):
        cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO "{worker}"')
        cursor.execute(f'DROP POLICY IF EXISTS worker ON "{table}"')
        cursor.execute(f'CREATE POLICY worker ON "{table}" TO "{worker}" USING (true) WITH CHECK (true)')
    cursor.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{worker}"')
    if "procrastinate_jobs" in present:  # whoever operates it may count the jobs of all
        cursor.execute("DROP POLICY IF EXISTS counted ON procrastinate_jobs")
        cursor.execute("CREATE POLICY counted ON procrastinate_jobs FOR SELECT TO CURRENT_USER USING (true)")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION tracte_queue() RETURNS TABLE (waiting bigint, failed bigint) LANGUAGE sql "
            "STABLE SECURITY DEFINER SET search_path = public AS $$ SELECT count(*) FILTER (WHERE status = 'todo'), "
            "count(*) FILTER (WHERE status = 'failed') FROM procrastinate_jobs WHERE status IN ('todo', 'failed') $$"
        )


def _secure_table(cursor, role: str, table: str, column: str | None) -> None:
    cursor.execute(f'REVOKE ALL ON "{table}" FROM "{role}"')
    if column is None:
        rights = "SELECT" if table in OPEN else "SELECT, INSERT, UPDATE, DELETE" if table in SHARED else None
        if rights:
            cursor.execute(f'GRANT {rights} ON "{table}" TO "{role}"')
        return
    rights = "SELECT, INSERT" + ", UPDATE" * (table not in APPEND_ONLY) + ", DELETE" * (table not in APPEND_ONLY + KEPT)
    cursor.execute(f'GRANT {rights} ON "{table}" TO "{role}"')
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
    cursor.execute(f'DROP POLICY IF EXISTS administration ON "{table}"')
    rule = f"{column} = {CURRENT}"
    if table == "core_administration":  # the owner founds administrations, and its policies are forced too
        cursor.execute(f'DROP POLICY IF EXISTS founder ON "{table}"')
        cursor.execute(f'CREATE POLICY founder ON "{table}" TO CURRENT_USER USING (true) WITH CHECK (true)')
    cursor.execute(f'CREATE POLICY administration ON "{table}" TO "{role}" USING ({rule}) WITH CHECK ({rule})')
