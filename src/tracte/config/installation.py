"""Bring an installation up: schema, policies, a first administration."""

from __future__ import annotations

import os
import uuid

from tracte.config import postgres


def boot() -> None:
    """Database reachable, Django ready. Call before importing anything that needs models."""
    import django

    postgres.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracte.config.settings")
    django.setup()


def migrate() -> None:
    """Schema and policies, under a lock so that two commands at once are safe; quick when nothing is new."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from tracte.core import tenancy

    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('tracte.migrate'))")
        try:
            executor = MigrationExecutor(owner)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", database="owner", verbosity=0, interactive=False)
                tenancy.secure()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('tracte.migrate'))")


def ready() -> uuid.UUID:
    """Everything a command needs: booted, migrated; the first administration, founded if there is none."""
    boot()
    migrate()
    from tracte.core.actions import found_administration
    from tracte.core.models import Administration

    first = Administration.objects.using("owner").order_by("created_at").first()
    return first.id if first else found_administration(slug="govern", name="Govern d’Exemple")
