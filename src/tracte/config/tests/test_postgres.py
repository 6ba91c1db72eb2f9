"""Whichever way DATABASE_URL is written it is understood; what is wrong with it is one line."""

from __future__ import annotations

import os
import secrets
import stat
from types import SimpleNamespace
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests import database
from tests.threads import together
from tracte.config import postgres
from tracte.config.postgres import DatabaseProblem, django_database

words = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1, max_size=20)


def read(url: str) -> dict[str, object]:
    found = dict(django_database(url))
    assert found.pop("ENGINE") == "django.db.backends.postgresql"
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://ana:s%40l%2F%3A%25@db.exemple.cat:5433/tracte",
            {"USER": "ana", "PASSWORD": "s@l/:%", "HOST": "db.exemple.cat", "PORT": "5433", "NAME": "tracte"},
        ),
        ("postgresql:///tracte", {"NAME": "tracte"}),
        ("postgresql://ana@/tracte?host=/run/PostgreSQL", {"USER": "ana", "HOST": "/run/PostgreSQL", "NAME": "tracte"}),
        (
            "postgresql://%2Frun%2FPostgreSQL:5433/tr%20acte",
            {"HOST": "/run/PostgreSQL", "PORT": "5433", "NAME": "tr acte"},
        ),
        ("postgres://[::1]:5432/tracte", {"HOST": "::1", "PORT": "5432", "NAME": "tracte"}),
        (
            "postgresql://a%40b@h/tracte?sslmode=verify-full&connect_timeout=3",
            {"USER": "a@b", "HOST": "h", "NAME": "tracte"}
            | {"OPTIONS": {"sslmode": "verify-full", "connect_timeout": "3"}},
        ),
    ],
)
def test_an_address_is_read_as_postgresql_reads_it(url, expected):
    assert read(url) == expected
    theirs = conninfo_to_dict(url)
    names = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT", "dbname": "NAME"}
    assert {name: theirs.get(name) for name in names} == {name: expected.get(ours) for name, ours in names.items()}


@given(user=words, password=words)
def test_any_user_and_password_survive_the_address(user, password):
    found = read(f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@h/tracte")
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == (user, password, "h")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """No database has been made reachable yet, and TRACTE_HOME is empty."""
    for name in ("TRACTE_OWNER_URL", "TRACTE_APP_URL", "TRACTE_WORKER_URL", "DATABASE_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("TRACTE_HOME", str(tmp_path))
    return tmp_path


def problem() -> str:
    with pytest.raises(DatabaseProblem) as caught:
        postgres.ensure()
    assert "\n" not in str(caught.value)
    assert not os.environ["TRACTE_APP_URL"]
    return str(caught.value)


def test_a_server_that_is_too_old_is_refused(home, monkeypatch):
    class Old:
        info = SimpleNamespace(server_version=140_012)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Old())
    monkeypatch.setenv("DATABASE_URL", "postgresql:///tracte")
    assert problem() == "PostgreSQL 15 or later is needed: upgrade the server that DATABASE_URL names."


@pytest.mark.parametrize("host", ["127.0.0.1:1", "%2Fno%2Fsuch%2Ffolder"])
def test_a_server_that_does_not_answer_is_told_and_its_password_is_not(home, monkeypatch, host):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ana:molt-secreta@{host}/tracte")
    line = problem()
    assert line.startswith("cannot reach the database of DATABASE_URL: ") and "molt-secreta" not in line


@pytest.mark.parametrize(
    "url", ["mysql://ana:molt-secreta@h/x", "ana:molt-secreta@h", "postgresql://ana:molt-secreta@h:port/x"]
)
def test_what_is_no_address_of_postgresql_is_told_without_repeating_it(home, monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    line = problem()
    assert "DATABASE_URL" in line and "molt-secreta" not in line


def test_once_reachable_nothing_is_asked_again(home, monkeypatch):
    monkeypatch.setenv("TRACTE_OWNER_URL", "postgresql://ana@127.0.0.1:1/tracte")
    postgres.ensure()
    assert os.environ["TRACTE_OWNER_URL"] == "postgresql://ana@127.0.0.1:1/tracte"


@pytest.fixture
def stranger(db):
    """Address of a user of this server who may sign in and nothing else."""
    owner, name = os.environ["TRACTE_OWNER_URL"], f"tracte_stranger_{secrets.token_hex(4)}"
    role = sql.Identifier(name)
    with psycopg.connect(owner, autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p@ss'").format(role))
        host, _, rest = owner.partition("://")[2].rpartition("@")[2].partition("/")
        yield f"postgresql://{name}:p%40ss@{host}/{rest}"
        server.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_user_who_cannot_make_roles_is_told_what_to_ask_for(stranger, home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", stranger)
    assert "give it CREATEROLE" in problem()


def test_the_roles_own_nothing_and_keep_their_password_from_one_start_to_the_next(db, home, monkeypatch):
    """In a database of another name, so that the roles are others too."""
    given, name = os.environ["TRACTE_TEST_TEMPLATE"], f"tracte_roles_{secrets.token_hex(4)}"
    with psycopg.connect(database._server(given), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        monkeypatch.setenv("DATABASE_URL", database._named(given, name))
        try:
            made = []
            for _ in range(2):
                monkeypatch.setenv("TRACTE_OWNER_URL", "")
                postgres.ensure()
                made.append((os.environ["TRACTE_APP_URL"], os.environ["TRACTE_WORKER_URL"]))
            assert made[0] == made[1]
            for url, role in zip(made[0], ("app", "worker"), strict=True):
                with psycopg.connect(url) as connection:
                    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
                    asked = f"SELECT current_user, {powers} FROM pg_roles WHERE rolname = current_user"
                    assert connection.execute(asked).fetchone() == (f"{name}_{role}", False)
                    assert connection.execute("SHOW jit").fetchone() == ("off",)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in ("app", "worker"):
                server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{role}")))


def test_the_secret_of_an_installation_is_its_owners_alone_and_stays(home):
    secret = postgres.installation_secret()
    assert len(secret) == 32 and postgres.installation_secret() == secret
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert sorted(path.name for path in home.iterdir()) == ["secret", "static"]


def test_threads_that_make_the_secret_at_once_agree(home):
    assert len(set(together(*[postgres.installation_secret] * 8))) == 1
    assert sorted(path.name for path in home.iterdir()) == ["secret", "static"]
