"""`tracte up` on a new machine: everything starts, Ctrl-C ends everything, and the second time all is still there."""

import json
import os
import secrets
import signal
import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests import commands

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OURS = ("TRACTE_OWNER_URL", "TRACTE_APP_URL", "TRACTE_WORKER_URL", "TRACTE_HOSTS", "TRACTE_POOL", "DATABASE_URL")
CALLS = "id,started_at,direction,summary\nC-1,2026-03-02T09:01:00,in,Bon dia\nC-2,2026-03-02T09:05:00,in,Adeu\n"


class Machine:
    """An installation of its own, whose processes carry a mark."""

    def __init__(self, home: Path):
        self.home, self.mark, self.port = home, secrets.token_hex(8), free_port()
        self.environment = {**dict.fromkeys(OURS), "TRACTE_HOME": str(home), "TRACTE_TEST_MARK": self.mark}

    def run(self, *arguments):
        return commands.run(*arguments, **self.environment)

    @contextmanager
    def up(self, *options):
        """`tracte up`, running; ended by Ctrl-C, which a terminal sends to all processes of its foreground."""
        with commands.start("up", "--port", self.port, *options, process_group=0, **self.environment) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)
                try:
                    process.out, process.problems = process.communicate(timeout=60)
                finally:
                    process.kill()

    def answers(self, path="/desk/sign-in/"):
        with suppress(OSError), urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=30) as answer:
            return answer.status == 200 and answer.read().decode()

    def processes(self):
        """What still runs of all that was started here: {pid: command}."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # gone meanwhile
                if self.mark.encode() in (folder / "environ").read_bytes():
                    found[folder.name] = (folder / "cmdline").read_bytes().replace(b"\0", b" ")[:200]
        return found

    def is_port_free(self):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return other.connect_ex(("127.0.0.1", self.port)) != 0


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    return Machine(tmp_path_factory.mktemp("machine"))


def test_a_new_machine_serves_the_desk_and_keeps_what_came_in(machine, tmp_path):
    (tmp_path / "calls.csv").write_text(CALLS)
    imports = ("import", tmp_path / "calls.csv", "--channel", "centraleta", "--json")
    with machine.up("--demo", "small") as first:
        commands.wait_until(lambda: machine.answers() or first.poll() is not None, seconds=240)
        assert "Entra a la taula" in machine.answers() and json.loads(machine.answers("/health/ready"))["ready"]
        assert machine.run("channel", "add", "centraleta", "--kind", "calls", "--name", "Centraleta").returncode == 0
        assert json.loads(machine.run(*imports).stdout)["new"] == 2
        running = b"".join(machine.processes().values())
        assert b"granian" in running and b"tracte.config.worker" in running and b"postgres" in running
    assert_all_is_ended(machine, first)
    for line in (f"http://localhost:{machine.port}/desk/", "jordi@exemple.cat", "tracte-demo-2026", "Ctrl-C"):
        assert line in first.out

    started = time.monotonic()
    with machine.up("--demo", "small") as second:
        commands.wait_until(lambda: machine.answers() or second.poll() is not None, seconds=60)
        assert time.monotonic() - started < 30 and machine.answers()
        told = json.loads(machine.run(*imports).stdout)
        assert (told["new"], told["duplicate"]) == (0, 2)
    assert_all_is_ended(machine, second)
    assert "a demo government" in first.problems and "a demo government" not in second.problems


def assert_all_is_ended(machine, process):
    assert process.returncode == 0, process.problems
    assert "Traceback" not in process.problems and "stopping" in process.problems
    assert not machine.processes() and machine.is_port_free()


def test_ctrl_c_while_it_still_starts_ends_everything_too(machine):
    with machine.up() as process:
        commands.wait_until(lambda: len(machine.processes()) > 2)  # the database is there
    assert process.returncode in (0, 130) and "Traceback" not in process.problems, process.problems
    assert not machine.processes() and machine.is_port_free()


def test_a_port_that_is_taken_is_told_and_nothing_stays(machine):
    with socket.create_server(("127.0.0.1", machine.port)), machine.up() as process:
        process.wait(60)
    assert process.returncode == 1 and f"is port {machine.port} taken?" in process.problems
    assert not machine.processes()


def test_the_doctor_says_all_is_well_or_names_the_fault(machine):
    done = machine.run("doctor")
    assert (done.returncode, done.stdout, done.stderr) == (0, "all well\n", "")
    key = next((machine.home / "keys").glob("*.json"))
    key.chmod(0o644)
    done = machine.run("doctor", "--json")
    key.chmod(0o600)
    assert done.returncode == 1 and json.loads(done.stdout) == {
        "problems": [f"{key} can be read by others: chmod 600 it"]
    }
    assert not machine.processes()
