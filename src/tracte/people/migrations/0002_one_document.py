"""What must be true: one person never bears two different verified national documents; the log is never rewritten."""

from django.db import migrations

FORWARD = """
-- Some names are common and most are not: the planner must know which.
ALTER TABLE people_nametoken ALTER COLUMN token SET STATISTICS 1000;

CREATE INDEX edge_cannot_a ON people_edge (a_id) WHERE kind = 'cannot';
CREATE INDEX edge_cannot_b ON people_edge (b_id) WHERE kind = 'cannot';

CREATE FUNCTION people_one_document(records uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (
      SELECT DISTINCT m.person_id FROM unnest(records) AS fresh(id)
      CROSS JOIN LATERAL (SELECT FROM people_recordidentifier c CROSS JOIN LATERAL (SELECT FROM people_identifier
        WHERE id = c.identifier_id AND kind = 'national_id' OFFSET 0) i
        WHERE c.record_id = fresh.id AND c.assurance >= 3 LIMIT 1) verified
      CROSS JOIN LATERAL (SELECT person_id FROM people_membership
        WHERE record_id = fresh.id AND to_seq IS NULL OFFSET 0) m
    ) p
    CROSS JOIN LATERAL (SELECT count(DISTINCT c.identifier_id) AS n FROM people_membership m
      JOIN people_recordidentifier c ON c.record_id = m.record_id AND c.assurance >= 3
      JOIN people_identifier i ON i.id = c.identifier_id AND i.kind = 'national_id'
      WHERE m.person_id = p.person_id AND m.to_seq IS NULL OFFSET 0) documents
    WHERE documents.n > 1
  ) THEN
    RAISE EXCEPTION 'two different verified documents in one person' USING ERRCODE = 'check_violation';
  END IF;
END $$;
CREATE FUNCTION people_one_document_of_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM people_one_document(ARRAY(SELECT record_id FROM fresh));
  RETURN NULL;
END $$;
CREATE FUNCTION people_one_document_of_bearers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh WHERE assurance >= 3) THEN
    PERFORM people_one_document(ARRAY(SELECT record_id FROM fresh WHERE assurance >= 3));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER one_document AFTER INSERT ON people_membership REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION people_one_document_of_members();
CREATE TRIGGER one_document_shown AFTER INSERT ON people_recordidentifier REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION people_one_document_of_bearers();
CREATE TRIGGER one_document_verified AFTER UPDATE ON people_recordidentifier REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION people_one_document_of_bearers();

CREATE FUNCTION people_membership_as_it_was() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a membership is opened and closed once, never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER as_it_was BEFORE UPDATE ON people_membership FOR EACH ROW
  WHEN (OLD.to_seq IS NOT NULL OR NEW.to_seq IS NULL
        OR (OLD.record_id, OLD.person_id) IS DISTINCT FROM (NEW.record_id, NEW.person_id))
  EXECUTE FUNCTION people_membership_as_it_was();
"""
BACKWARD = """
DROP TRIGGER as_it_was ON people_membership;
DROP FUNCTION people_membership_as_it_was();
DROP TRIGGER one_document_verified ON people_recordidentifier;
DROP TRIGGER one_document_shown ON people_recordidentifier;
DROP TRIGGER one_document ON people_membership;
DROP FUNCTION people_one_document_of_members(), people_one_document_of_bearers(), people_one_document(uuid[]);
DROP INDEX edge_cannot_a; DROP INDEX edge_cannot_b;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
