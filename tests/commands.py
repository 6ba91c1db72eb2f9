"""The command line as a person runs it: a process of its own, on this worker's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("tracte")
MEASURED = """
import sys
from tracte.config.cli import main
try:
    main()
finally:
    sys.stdout.flush()
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    sys.stderr.write(peak)
"""


def environment(**changes: str | None) -> dict[str, str]:
    """Ours, where `conftest` names the database, with changes; None takes a variable away."""
    return {name: value for name, value in {**os.environ, **changes}.items() if value is not None}


def start(
    *arguments: object, program: tuple = (PROGRAM,), process_group: int | None = None, **changes: str | None
) -> subprocess.Popen[str]:
    """`tracte ARGUMENTS...`, running: its output is read when it ends (`communicate`)."""
    return subprocess.Popen(
        [*map(str, (*program, *arguments))],
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=process_group,
    )


def run(*arguments: object, timeout: float = 120, **more) -> subprocess.CompletedProcess[str]:
    """`tracte ARGUMENTS...`, ended: its status, stdout and stderr. Killed, and an error, after the timeout."""
    with start(*arguments, **more) as process:
        try:
            out, problems = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, problems)


def measure(*arguments: object, **more) -> tuple[subprocess.CompletedProcess[str], int]:
    """`tracte ARGUMENTS...`, ended, and the MiB of memory that it held when it held most. Linux only."""
    done = run(*arguments, program=(sys.executable, "-c", MEASURED), **more)
    problems, peak = done.stderr.rsplit("VmHWM:", 1)
    done.stderr = problems
    return done, int(peak.split()[0]) >> 10


def wait_until(question: Callable[[], object], *, seconds: float = 60) -> None:
    """Ask again and again until the answer is yes; an error after so many seconds."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.02)
