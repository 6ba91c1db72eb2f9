from django.db import migrations

from tracte.core.references import references


class Migration(migrations.Migration):
    dependencies = [("channels", "0002_interaction_log"), ("core", "0003_references")]
    operations = [
        references("channels_interactionkey", account_id="channels_account"),
        references(
            "channels_interaction",
            account_id="channels_account",
            record_id="people_sourcerecord",
            topic_id="vocabularies_concept",
            territory_id="vocabularies_concept",
        ),
    ]
