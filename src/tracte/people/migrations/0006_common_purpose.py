"""What must be true: the records of one person have a purpose in common, and a record keeps those that it came for."""

import django.contrib.postgres.fields
from django.db import migrations, models

import tracte.people.models

# Of persons who have one record there is nothing to see: they were born with it, from no edge. Most records of one
# person came for the same; only where they did not are the purposes looked at one by one.
FORWARD = """
CREATE FUNCTION people_common_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM fresh WHERE record_id <> person_id OR from_seq IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT person_id FROM fresh WHERE record_id <> person_id OR from_seq IS NOT NULL) p
    CROSS JOIN LATERAL (SELECT count(*) AS records, min(r.purposes) AS least, max(r.purposes) AS most
      FROM people_membership m
      CROSS JOIN LATERAL (SELECT purposes FROM people_sourcerecord WHERE id = m.record_id OFFSET 0) r
      WHERE m.person_id = p.person_id AND m.to_seq IS NULL OFFSET 0) held
    WHERE held.records > 1 AND (held.most = '{}' OR held.least <> held.most AND NOT EXISTS (
      SELECT FROM unnest(held.least) AS common(purpose) WHERE NOT EXISTS (SELECT FROM people_membership m
        CROSS JOIN LATERAL (SELECT purposes FROM people_sourcerecord WHERE id = m.record_id OFFSET 0) r
        WHERE m.person_id = p.person_id AND m.to_seq IS NULL AND common.purpose <> ALL (r.purposes))))
  ) THEN
    RAISE EXCEPTION 'records without a common purpose in one person' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER common_purpose AFTER INSERT ON people_membership REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION people_common_purpose();

CREATE FUNCTION people_purposes_as_they_were() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a record keeps the purposes that it came for' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER purposes_as_they_were BEFORE UPDATE OF purposes ON people_sourcerecord FOR EACH ROW
  WHEN (OLD.purposes IS DISTINCT FROM NEW.purposes) EXECUTE FUNCTION people_purposes_as_they_were();
"""
BACKWARD = """
DROP TRIGGER purposes_as_they_were ON people_sourcerecord;
DROP FUNCTION people_purposes_as_they_were();
DROP TRIGGER common_purpose ON people_membership;
DROP FUNCTION people_common_purpose();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0005_review")]
    operations = [
        migrations.AddField(
            model_name="sourcerecord",
            name="purposes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=tracte.people.models.attend, size=None
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
