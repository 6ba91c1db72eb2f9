import django.contrib.postgres.fields
from django.db import migrations, models

import tracte.channels.models


class Migration(migrations.Migration):
    dependencies = [("channels", "0003_references")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="purposes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=tracte.channels.models.attend, size=None
            ),
        ),
    ]
