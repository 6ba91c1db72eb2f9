"""What is wrong with this installation, and how to mend it: one line each."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext

from tracte.channels.models import Dispatch, RawPayload
from tracte.core import keys, tenancy
from tracte.core.models import Administration
from tracte.core.tenancy import OPEN, SHARED
from tracte.people.models import Identifier
from tracte.people.protections import freezing

MOST = 1000  # that are counted


def problems() -> list[str]:
    return [
        line
        for examine in (_database, _policies, _keys, _queue, _unknown, _frozen, _locales, _space, _django)
        for line in examine()
    ]


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
    for path in (*folder.glob("*.json"), *folder.glob("*.lake")):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            lines.append(f"{path} can be read by others: chmod 600 it")
        if path.stem not in known:
            lines.append(f"{path} belongs to no administration of this database: is TRACTE_HOME the right one?")
    return lines + [line for id in sorted(known) for line in _sealed(id, folder / f"{id}.json")]


def _sealed(administration: str, path: Path) -> list[str]:
    """Values that the keys do not open. One value of each kind is tried: a keyring is lost whole."""
    with tenancy.acting_for(administration):
        sealed = [
            model.objects.order_by("pk").values_list(field, flat=True).first()
            for model, field in ((Identifier, "value_sealed"), (RawPayload, "body_sealed"))
        ]
    tried = [bytes(value) for value in sealed if value is not None]
    if tried and not path.exists():
        return [f"{path} is missing and there are values that it sealed: restore it from the backup of the keys"]
    try:
        for value in tried:
            keys.Keyring(path).open(value)
    except keys.KeyMissing as error:
        return [f"{path} does not open what is in the database: {error}"]
    return []


def _queue() -> list[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT waiting, failed FROM tracte_queue()")
        waiting, failed = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 minutes'")
        workers = cursor.fetchone()[0]
    lines = []
    if waiting and not workers:
        lines.append(f"{waiting} jobs wait and no worker runs: tracte up starts one")
    if failed:
        lines.append(f"{failed} jobs failed: the log says why, tracte manage procrastinate shell retries them")
    return lines


def _unknown() -> list[str]:
    """Answers of which nobody knows whether they arrived."""
    lines = []
    for id, name in Administration.objects.using("owner").values_list("id", "name"):
        with tenancy.acting_for(id):
            count = Dispatch.objects.filter(state=Dispatch.State.UNKNOWN)[:MOST].count()
        if count:
            many = f"{MOST} or more" if count == MOST else count
            lines.append(f"{name}: of {many} answers nobody knows whether they arrived: their conversations say which")
    return lines


def _frozen() -> list[str]:
    """Persons who joined too much, and that nobody looked at."""
    lines = []
    for id, name in Administration.objects.using("owner").values_list("id", "name"):
        with tenancy.acting_for(id):
            count = len(freezing.standing())
        if count:
            lines.append(f"{name}: {count} frozen persons wait for somebody to look: /desk/review/frozen/")
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
