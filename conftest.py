"""What every test may ask for: a database under row-level security, an administration, its people, a browser.

A test's own transaction is taken back when it ends; after a test that commits (`transaction=True`, `live`) the worker's
database is cloned afresh. The environment is set here before Django reads its settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
PASSWORD = "contrasenya-de-prova"  # noqa: S105 - of the cast, in tests only
if "PYTEST_XDIST_WORKER" not in os.environ:  # the one process that the others come from
    for name in ("TRACTE_OWNER_URL", "TRACTE_APP_URL", "TRACTE_WORKER_URL", "TRACTE_POOL"):
        os.environ.pop(name, None)
    os.environ["TRACTE_HOME"] = tempfile.mkdtemp(prefix="tracte-tests-")
    (Path(os.environ["TRACTE_HOME"]) / "static").mkdir()
    os.environ["TRACTE_HOSTS"] = "localhost,127.0.0.1,[::1],testserver,vic.testserver"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracte.config.settings"
    # Registered before the embedded server registers its own: that one stops first.
    atexit.register(shutil.rmtree, os.environ["TRACTE_HOME"], ignore_errors=True)


def pytest_configure() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and os.environ.get("DATABASE_URL"):
        from tests import database

        database.drop_all()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """pytest-django's own would make its database as the owner; ours is a clone, used as the application."""
    from django.test import TransactionTestCase

    from tests import database

    with django_db_blocker.unblock():
        database.prepare()
    TransactionTestCase._fixture_teardown = lambda self: database.renew()  # the application may not TRUNCATE
    yield
    with django_db_blocker.unblock():
        database.point(None, None)
    database.leave()


@pytest.fixture
def administration(db: None) -> uuid.UUID:
    """Govern d'Exemple, which answers on any host; the test's transaction acts for it.

    In a test that commits there is no such transaction: say `with tenancy.acting_for(administration):` there.
    """
    from django.db import connection

    from tracte.core import tenancy

    found = _administration("govern")
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [tenancy.SETTING, str(found)])
    return found


@pytest.fixture
def other_administration(db: None) -> uuid.UUID:
    """Ajuntament de Vic, which answers on `vic.testserver`."""
    return _administration("vic")


def _administration(slug: str) -> uuid.UUID:
    from django.db import connection

    host = {"govern": "testserver", "vic": "vic.testserver"}[slug]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tracte_administration_for(%s)", [host])
        return cursor.fetchone()[0]


def _hired(administration: uuid.UUID, full_name: str, *roles: str):
    from tracte.core import tenancy
    from tracte.core.actions import hire
    from tracte.core.models import Unit

    with tenancy.acting_for(administration):
        email = f"{full_name.split()[0].lower()}@exemple.cat"
        unit = Unit.objects.get(code="govern")
        return hire(email=email, full_name=full_name, unit=unit, roles=list(roles), password=PASSWORD)


@pytest.fixture
def agent(administration: uuid.UUID):
    """Jordi attends people. His password, like everybody's here, is PASSWORD."""
    return _hired(administration, "Jordi Serra", "agent")


@pytest.fixture
def supervisor(administration: uuid.UUID):
    """Aina leads them."""
    return _hired(administration, "Aina Soler", "agent", "supervisor")


@pytest.fixture
def dpo(administration: uuid.UUID):
    """Pau is the data protection officer."""
    return _hired(administration, "Pau Vidal", "dpo")


@pytest.fixture
def signed_in(client, administration: uuid.UUID) -> Callable:
    """`signed_in(agent)`: Django's test client, with that person signed in."""
    from tracte.core import tenancy

    def sign_in(user):
        with tenancy.acting_for(administration):
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """`real_data("mail/samples")`: a path in the folder of real data, or the test is skipped."""
    folder = Path(os.environ.get("TRACTE_REAL_DATA") or ROOT.parent / "shared" / "data")

    def find(relative: str) -> Path:
        if not (folder / relative).exists():
            pytest.skip(f"no real data: {relative} is not in TRACTE_REAL_DATA (default ../shared/data)")
        return folder / relative

    return find


@pytest.fixture
def live(live_server, administration: uuid.UUID) -> str:
    """Address of this worker's database served on loopback, as Govern d'Exemple. What the test writes is committed."""
    return live_server.url


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium. Where there is none the test is skipped, and fails under CI=true."""
    from playwright.sync_api import sync_playwright

    program = shutil.which(os.environ.get("TRACTE_CHROMIUM", "chromium"))
    if program is None:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse("no Chromium for the browser tests: apt-get install chromium fonts-roboto")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread; queries do not use it
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def spark() -> Iterator:
    """A real cluster of Spark on loopback, for this process and whatever it calls: two workers, an executor process
    each. Without Java the test is skipped, and fails under CI=true."""
    from tracte.lake import spark

    os.environ |= {spark.MASTER: "local-cluster[2,1,1024]", "SPARK_CONF_DIR": os.environ["TRACTE_HOME"]}
    try:
        session = spark.session()
    except spark.NoSpark as error:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(str(error))
    logs = Path(sys.modules["pyspark"].__file__).parent / "work" / session.sparkContext.applicationId  # of executors
    yield session
    session.stop()
    shutil.rmtree(logs, ignore_errors=True)


@pytest.fixture
def page(browser, live: str):
    """A new browser session in Catalan, 1280 wide, at the live server; an error of a script fails the test."""
    context = browser.new_context(base_url=live, locale="ca-ES", viewport={"width": 1280, "height": 800})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    context.close()
    assert not errors, errors
