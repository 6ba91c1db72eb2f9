"""Foreign keys of the tables that fill by the thousand: checked once a statement instead of once a row.

PostgreSQL's own foreign keys cost more than a third of an import (a plan and a row lock for each row and key), and look
past row-level security: a row could point at one of another administration. This check is one set-based look-up as the
caller, so what is pointed at exists and is theirs; that it stays is assured by taking away the right to delete it
(`tenancy.KEPT`).
"""

from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE FUNCTION core_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  missing uuid;
BEGIN
  FOR n IN 0 .. TG_NARGS / 2 - 1 LOOP
    EXECUTE format('SELECT f.id FROM (SELECT DISTINCT %1$I AS id FROM fresh WHERE %1$I IS NOT NULL) f
      LEFT JOIN LATERAL (SELECT true AS is_there FROM %2$I WHERE id = f.id OFFSET 0) t ON true
      WHERE t.is_there IS NULL LIMIT 1', TG_ARGV[2 * n], TG_ARGV[2 * n + 1]) INTO missing;
    IF missing IS NOT NULL THEN
      RAISE EXCEPTION '%.% refers to % % of this administration, and there is none',
        TG_TABLE_NAME, TG_ARGV[2 * n], TG_ARGV[2 * n + 1], missing USING ERRCODE = 'foreign_key_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""


def references(table: str, **columns: str) -> migrations.RunSQL:
    """The migration that makes columns refer to the `id` of other tables: references("pet", owner_id="person")."""
    pairs = ", ".join(f"'{part}'" for pair in columns.items() for part in pair)
    return migrations.RunSQL(
        "".join(
            f"CREATE TRIGGER references_{event} AFTER {event} ON {table} REFERENCING NEW TABLE AS fresh "
            f"FOR EACH STATEMENT EXECUTE FUNCTION core_references({pairs});"
            for event in ("insert", "update")
        ),
        f"DROP TRIGGER references_insert ON {table}; DROP TRIGGER references_update ON {table}",
    )
