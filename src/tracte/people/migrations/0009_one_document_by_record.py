"""Two documents in one person are looked for record by record, whatever the statistics say.

A function keeps its plan for a whole session. One that was made while the tables were nearly empty joined them the wrong
way round, and took half a minute for a batch once they were full.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("tracte.people.migrations.0002_one_document").FORWARD
_start = BEFORE.index("CREATE FUNCTION people_one_document(")
AS_IT_WAS = BEFORE[_start : BEFORE.index("CREATE FUNCTION", _start + 1)].replace("CREATE", "CREATE OR REPLACE", 1)
FORWARD = """
CREATE OR REPLACE FUNCTION people_one_document(records uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (
      SELECT DISTINCT m.person_id FROM unnest(records) AS fresh(id)
      CROSS JOIN LATERAL (SELECT FROM (SELECT identifier_id FROM people_recordidentifier
        WHERE record_id = fresh.id AND assurance >= 3 OFFSET 0) c CROSS JOIN LATERAL (SELECT FROM people_identifier
        WHERE id = c.identifier_id AND kind = 'national_id' OFFSET 0) i LIMIT 1) verified
      CROSS JOIN LATERAL (SELECT person_id FROM people_membership
        WHERE record_id = fresh.id AND to_seq IS NULL OFFSET 0) m
    ) p
    CROSS JOIN LATERAL (SELECT count(DISTINCT c.identifier_id) AS n FROM (SELECT record_id FROM people_membership
      WHERE person_id = p.person_id AND to_seq IS NULL OFFSET 0) m
      CROSS JOIN LATERAL (SELECT identifier_id FROM people_recordidentifier
        WHERE record_id = m.record_id AND assurance >= 3 OFFSET 0) c
      CROSS JOIN LATERAL (SELECT FROM people_identifier
        WHERE id = c.identifier_id AND kind = 'national_id' OFFSET 0) i OFFSET 0) documents
    WHERE documents.n > 1
  ) THEN
    RAISE EXCEPTION 'two different verified documents in one person' USING ERRCODE = 'check_violation';
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0008_relations")]
    operations = [migrations.RunSQL(FORWARD, AS_IT_WAS)]
