"""The log of interactions, partitioned by month. A partition is made when its first interaction comes.

The application may make a month's partition through one function and nothing else; it has no right on partitions
themselves, so the parent's policies always hold.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tracte.core.clock
import tracte.core.ids
from tracte.core import tenancy

CREATE = f"""
CREATE TABLE channels_interaction (
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  administration_id uuid NOT NULL DEFAULT nullif(current_setting('{tenancy.SETTING}', true), '')::uuid,
  account_id uuid NOT NULL,
  record_id uuid,
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  kind text NOT NULL,
  topic_id uuid,
  territory_id uuid,
  language text NOT NULL,
  subject text NOT NULL,
  text text NOT NULL,
  data jsonb NOT NULL,
  flags text[] NOT NULL DEFAULT '{{}}',
  received_at timestamptz NOT NULL,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX interaction_of_record ON channels_interaction (record_id, at DESC) WHERE record_id IS NOT NULL;
CREATE INDEX interaction_of_account ON channels_interaction (account_id, at DESC);

CREATE FUNCTION channels_missing(months date[]) RETURNS SETOF date LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
  SELECT m FROM unnest(months) m WHERE NOT EXISTS (
    SELECT FROM pg_class WHERE relname = 'channels_interaction_' || to_char(m, 'YYYYMM')
    AND relnamespace = 'public'::regnamespace
  ) ORDER BY m
$$;

CREATE FUNCTION channels_ensure_months(months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  name text;
  month date;
BEGIN
  IF NOT EXISTS (SELECT FROM channels_missing(months)) THEN
    PERFORM pg_advisory_xact_lock_shared(hashtext('channels_ensure_months'));
    RETURN;
  END IF;
  -- Alone: a new partition locks the tables that it refers to, and who fills them would wait for us, or we for them.
  PERFORM pg_advisory_xact_lock(hashtext('channels_ensure_months'));
  FOR month IN SELECT * FROM channels_missing(months) LOOP
    name := 'channels_interaction_' || to_char(month, 'YYYYMM');
    -- Attached, not made in place: that would wait for everybody who reads the log.
    EXECUTE format('CREATE TABLE %I (LIKE channels_interaction INCLUDING ALL)', name);
    EXECUTE format('ALTER TABLE channels_interaction ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, month::timestamptz, (month + interval '1 month')::timestamptz);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial"), ("people", "0001_initial"), ("vocabularies", "0001_initial")]
    operations = [
        migrations.RunSQL(
            CREATE,
            "DROP TABLE channels_interaction; DROP FUNCTION channels_ensure_months(date[]), channels_missing(date[])",
            state_operations=[
                migrations.CreateModel(
                    name='Interaction',
                    fields=[
                        ('pk', models.CompositePrimaryKey('id', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.UUIDField(default=tracte.core.ids.uuid7)),
                        ('at', models.DateTimeField()),
                        ('direction', models.TextField(choices=[('in', 'rebut'), ('out', 'enviat')])),
                        ('kind', models.TextField()),
                        ('language', models.TextField(blank=True)),
                        ('subject', models.TextField(blank=True)),
                        ('text', models.TextField(blank=True)),
                        ('data', models.JSONField(default=dict)),
                        ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                        ('received_at', models.DateTimeField(default=tracte.core.clock.now)),
                        ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.account')),
                        ('administration', models.ForeignKey(db_constraint=False, db_default=tracte.core.tenancy.CurrentAdministration(), db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.administration')),
                    ],
                ),
                migrations.AddField(
                    model_name='interaction',
                    name='record',
                    field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.sourcerecord'),
                ),
                migrations.AddField(
                    model_name='interaction',
                    name='territory',
                    field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vocabularies.concept'),
                ),
                migrations.AddField(
                    model_name='interaction',
                    name='topic',
                    field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vocabularies.concept'),
                ),
                migrations.AddIndex(
                    model_name='interaction',
                    index=models.Index(condition=models.Q(('record__isnull', False)), fields=['record', '-at'], name='interaction_of_record'),
                ),
                migrations.AddIndex(
                    model_name='interaction',
                    index=models.Index(fields=['account', '-at'], name='interaction_of_account'),
                ),
            ],
        ),
    ]
