from django.db import migrations

from tracte.core.references import references


class Migration(migrations.Migration):
    dependencies = [("people", "0002_one_document"), ("core", "0003_references")]
    operations = [
        references("people_nametoken", record_id="people_sourcerecord"),
        references("people_recordidentifier", record_id="people_sourcerecord", identifier_id="people_identifier"),
        references("people_membership", record_id="people_sourcerecord", person_id="people_person"),
    ]
