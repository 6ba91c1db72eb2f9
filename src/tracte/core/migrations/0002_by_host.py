"""Which administration a host name belongs to: asked before there is one, so it answers past the policies."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tracte_administration_for(asked text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT id FROM core_administration WHERE host IN (asked, '') ORDER BY host = asked DESC, created_at LIMIT 1
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION tracte_administration_for(text)")]
