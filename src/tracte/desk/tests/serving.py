"""The application behind its real server, Granian, for what Django's own test server cannot: lines that stay open."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests import commands


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def served() -> Iterator[str]:
    """Its address, on loopback, over this test's database; what the test writes must be committed."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-ws", "--log-level", "error", "--workers-kill-timeout", "1", "tracte.config.asgi:application"]
    process = subprocess.Popen(command, env={**os.environ, "TRACTE_POOL": "4"}, start_new_session=True)
    try:
        commands.wait_until(lambda: _answers(port) or process.poll() is not None, seconds=60)
        assert process.poll() is None, "the server did not start"
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as other:
        return other.connect_ex(("127.0.0.1", port)) == 0
