"""What must be true: the level of a membership is the kind of the larger territory; a parent is of the same scheme."""

from django.db import migrations

FORWARD = """
ALTER TABLE vocabularies_concept ADD CONSTRAINT concept_kind_of_id UNIQUE (id, kind);
ALTER TABLE vocabularies_territorymembership ADD CONSTRAINT membership_level_is_kind
  FOREIGN KEY (member_of_id, level) REFERENCES vocabularies_concept (id, kind) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE vocabularies_concept ADD CONSTRAINT concept_scheme_of_id UNIQUE (scheme_id, id);
ALTER TABLE vocabularies_concept ADD CONSTRAINT concept_parent_in_scheme
  FOREIGN KEY (scheme_id, parent_id) REFERENCES vocabularies_concept (scheme_id, id) DEFERRABLE INITIALLY DEFERRED;
"""
BACKWARD = """
ALTER TABLE vocabularies_concept DROP CONSTRAINT concept_parent_in_scheme, DROP CONSTRAINT concept_scheme_of_id;
ALTER TABLE vocabularies_territorymembership DROP CONSTRAINT membership_level_is_kind;
ALTER TABLE vocabularies_concept DROP CONSTRAINT concept_kind_of_id;
"""


class Migration(migrations.Migration):
    dependencies = [("vocabularies", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
