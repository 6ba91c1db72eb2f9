from django.db import migrations

from tracte.core.references import CREATE


class Migration(migrations.Migration):
    dependencies = [("core", "0002_by_host")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION core_references()")]
