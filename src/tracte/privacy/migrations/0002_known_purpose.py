"""What must be true: nobody reads for a purpose that their administration does not have."""

from django.db import migrations

FORWARD = """
ALTER TABLE privacy_read ADD CONSTRAINT read_purpose_known
  FOREIGN KEY (administration_id, purpose) REFERENCES privacy_purpose (administration_id, key);
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "ALTER TABLE privacy_read DROP CONSTRAINT read_purpose_known")]
