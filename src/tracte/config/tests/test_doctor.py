"""Each thing that can be wrong with an installation is told in one line that says how to mend it."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from types import SimpleNamespace

import psycopg
import pytest
from django.core import checks
from django.db import connections
from django.test import override_settings
from django.utils import translation

from tracte.channels.actions import open_account
from tracte.channels.actions.sending import send
from tracte.channels.models import Dispatch
from tracte.config import cli, doctor
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.desk.tests import cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def home(tmp_path):
    """An installation of its own, with no keys yet."""
    (tmp_path / "keys").mkdir()
    with override_settings(TRACTE_HOME=tmp_path):
        yield tmp_path


def key_file(home, administration, mode: int = 0o600):
    path = home / "keys" / f"{administration}.json"
    path.unlink(missing_ok=True)
    keys.keyring(administration)
    path.chmod(mode)
    return path


def only(*words: str) -> None:
    (line,) = doctor.problems()
    assert "\n" not in line and all(word in line for word in words), line


def test_a_sound_installation_has_no_problems(administration, home):
    key_file(home, administration)
    assert doctor.problems() == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_keys_that_others_can_read_are_told(administration, home, mode):
    only(str(key_file(home, administration, mode)), "chmod 600")


def test_so_is_the_key_of_the_facts(administration, home):
    key_file(home, administration)
    keys.pseudonyms(administration)
    assert doctor.problems() == []
    own = home / "keys" / f"{administration}.lake"
    own.chmod(0o640)
    only(str(own), "chmod 600")


def test_keys_of_another_database_are_told(administration, home):
    only(str(key_file(home, uuid.uuid4())), "is TRACTE_HOME the right one?")


def test_lost_keys_are_told_and_so_are_those_of_elsewhere(administration, home):
    with tenancy.acting_for(administration):
        cast.say("oficina", cast.merce()["oficina"], 1, "Bon dia")
    path = home / "keys" / f"{administration}.json"
    kept = path.read_bytes()
    assert doctor.problems() == []
    path.unlink()
    only(str(path), "is missing", "backup")
    keys._load.cache_clear()
    keys.keyring(administration)  # a new one
    only(str(path), "does not open")
    path.write_bytes(kept)
    assert doctor.problems() == []


def test_jobs_that_nobody_takes_and_jobs_that_failed_are_told(administration, home):
    with tenancy.acting_for(administration), connections["default"].cursor() as cursor:
        for status in ("todo", "failed"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, status, queue_name) VALUES ('t', %s, 'q')", [status]
            )
    waiting, failed = doctor.problems()
    assert waiting.startswith("1 jobs wait") and "tracte up" in waiting and failed.startswith("1 jobs failed")
    with connections["default"].cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    only("1 jobs failed", "procrastinate shell")


def test_answers_of_unknown_fate_are_told(administration, home):
    with tenancy.acting_for(administration):
        box = open_account(key="bustia", kind="email", name="Bústia", own=["bustia@exemple.cat"])
        send(box, record=None, to="a@exemple.cat", text="Hola", key="1", by=None, at=now())
        assert doctor._unknown() == []
        Dispatch.objects.update(state="unknown")
    [line] = doctor._unknown()
    assert "of 1 answers nobody knows" in line


def test_a_table_that_the_application_reaches_without_a_policy_is_told(administration, home):
    app = connections["default"].settings_dict["USER"]
    with psycopg.connect(os.environ["TRACTE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE forgotten (id int)")
        assert doctor.problems() == [], "nobody can reach it"
        owner.execute(f'GRANT DELETE ON forgotten TO "{app}"')
        only("forgotten", "tracte manage migrate")
        owner.execute("ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY")
        only("forgotten")  # its owner would still pass
        owner.execute("ALTER TABLE forgotten FORCE ROW LEVEL SECURITY")
        assert doctor.problems() == []


def test_an_application_that_bypasses_the_policies_is_told(administration, home, monkeypatch):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("the owner of this server's databases bypasses no policy either")
    monkeypatch.setattr(doctor, "connections", {"default": connections["owner"]})
    (line,) = doctor._database()
    assert "bypasses row-level security" in line and "TRACTE_APP_URL" in line


def test_a_language_without_its_catalog_is_told(administration, home, monkeypatch):
    real = doctor.gettext
    monkeypatch.setattr(doctor, "gettext", lambda text: text if translation.get_language() == "oc" else real(text))
    only("language oc", "make fix")


def test_little_room_is_told(administration, home, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=(1 << 30) - 1))
    only("only 1023 MiB", str(home))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 30))
    assert doctor.problems() == []


def test_what_django_warns_of_is_told_and_what_it_merely_notes_is_not(administration, home, monkeypatch):
    notes = [checks.Warning("beware", id="test.W1"), checks.Info("by the way", id="test.I1")]
    monkeypatch.setattr(checks, "run_checks", lambda: notes)
    assert doctor.problems() == ["test.W1: beware"]
    with override_settings(SILENCED_SYSTEM_CHECKS=["test.W1"]):
        assert doctor.problems() == []


def test_the_command_says_it_and_fails(administration, home, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tracte", "doctor"])
    cli.main()
    assert capsys.readouterr().out == "all well\n"
    path = key_file(home, administration, 0o644)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert capsys.readouterr().out == f"{path} can be read by others: chmod 600 it\n"
