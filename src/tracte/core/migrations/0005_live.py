from django.db import migrations

from tracte.core.live import NOTIFY


class Migration(migrations.Migration):
    dependencies = [("core", "0004_calendars")]
    operations = [
        migrations.RunSQL(NOTIFY, "DROP TRIGGER core_live ON core_event; DROP FUNCTION core_live()"),
    ]
