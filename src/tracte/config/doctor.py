"""What is wrong with this installation, and how to mend it: one line each."""

from __future__ import annotations

import shutil
import stat

from django.conf import settings
from django.core import checks
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext

from tracte.core.models import Administration
from tracte.core.tenancy import OPEN, SHARED


def problems() -> list[str]:
    return [line for examine in (_database, _policies, _keys, _locales, _space, _django) for line in examine()]


def _database() -> list[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            return [
                "the application's role bypasses row-level security: let tracte make its own (unset TRACTE_APP_URL)"
            ]
    return []


def _policies() -> list[str]:
    """Tables that the application reaches without a forced policy."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
            "WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) "
            "AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE') AND NOT c.relname = ANY(%s)",
            [[*OPEN, *SHARED]],
        )
        return [
            f"table {name} has no policy: run tracte manage migrate again, and tell us" for (name,) in cursor.fetchall()
        ]


def _keys() -> list[str]:
    """Administrations without keys, and keys that others on this machine can read."""
    folder = settings.TRACTE_HOME / "keys"
    known = {str(id) for id in Administration.objects.using("owner").values_list("id", flat=True)}
    lines = []
    for path in folder.glob("*.json"):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            lines.append(f"{path} can be read by others: chmod 600 it")
        if path.stem not in known:
            lines.append(f"{path} belongs to no administration of this database: is TRACTE_HOME the right one?")
    return lines


def _locales() -> list[str]:
    lines = []
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            if code != settings.LANGUAGE_CODE and gettext("Correu") == "Correu":
                lines.append(f"language {code} cannot be activated: run make fix")
    return lines


def _space() -> list[str]:
    free = shutil.disk_usage(settings.TRACTE_HOME).free
    return [f"only {free >> 20} MiB are free in {settings.TRACTE_HOME}: make room"] if free < 1 << 30 else []


def _django() -> list[str]:
    return [f"{m.id}: {m.msg}" for m in checks.run_checks() if m.level >= checks.WARNING and not m.is_silenced()]
