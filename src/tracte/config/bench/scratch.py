"""A database of its own for measuring, on the installation's server: what people keep is never touched."""

from __future__ import annotations

import os
import shutil
import tempfile
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tracte.config import postgres

NAME = "tracte_bench"


def enter() -> None:
    """From here on this process and its children work in a fresh scratch database. Before Django starts."""
    postgres.ensure()
    owner = os.environ["TRACTE_OWNER_URL"]
    with psycopg.connect(owner, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'").format(
                sql.Identifier(NAME)
            )
        )
    os.environ["TRACTE_BENCH_SERVER"] = owner
    os.environ["TRACTE_HOME"] = tempfile.mkdtemp(prefix="tracte-bench-")  # its keys are not the installation's
    for url in ("TRACTE_OWNER_URL", "TRACTE_APP_URL", "TRACTE_WORKER_URL"):
        os.environ[url] = _in(os.environ[url])


def leave() -> None:
    from django.conf import settings
    from django.db import connections

    if settings.configured:  # what needs no database never started Django
        connections.close_all()
    shutil.rmtree(os.environ["TRACTE_HOME"], ignore_errors=True)
    with psycopg.connect(os.environ["TRACTE_BENCH_SERVER"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))


def _in(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))
