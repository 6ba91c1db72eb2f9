"""Records meet by the root of the given name, and by the whole name instead of the postcode."""

from django.db import migrations, models

FORWARD = """
UPDATE people_sourcerecord SET
  key_birth_given = hashtextextended(to_char(birth_date, 'YYYYMMDD ') || left(given_root, 3), 2),
  key_place = hashtextextended(left(sur1, 3) || '|' || left(given_root, 3) || '|' || place, 3),
  key_name = hashtextextended(CASE WHEN sur2 IS NOT NULL
    THEN given_root || '|' || least(sur1, sur2) || '|' || greatest(sur1, sur2) END, 4);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0009_one_document_by_record")]
    operations = [
        migrations.RemoveIndex("SourceRecord", "record_by_area"),
        migrations.RenameField("SourceRecord", "key_area", "key_name"),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
        migrations.AddIndex(
            "SourceRecord",
            models.Index(fields=["key_name", "id"], condition=models.Q(key_name__isnull=False), name="record_by_name"),
        ),
    ]
