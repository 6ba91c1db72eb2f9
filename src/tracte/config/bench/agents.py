"""`inbox_agents`: 300 agents with live lines at work, while 20 messages a second come in, on the machine of the bench.

The real server (two web workers a core, the queue and its sending one) is asked over HTTP by `crowd`, which shares the machine.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import statistics
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracte.config import installation
from tracte.config.bench import Figure, crowd, figure, inbox
from tracte.config.bench.api import _free_port, _wait
from tracte.config.serving import POOL

AGENTS = int(os.environ.get("TRACTE_BENCH_AGENTS", "300"))
PER_SECOND = 20
WORKERS = 2 * (os.cpu_count() or 1)
SECONDS = int(os.environ.get("TRACTE_BENCH_SECONDS", "300"))
HISTORY = int(os.environ.get("TRACTE_BENCH_CONVERSATIONS", "50000"))
LIMIT_MS, GROWTH = 300.0, 1.1  # the web workers' memory at the end against after a third of the time


def measure(_: dict[str, Figure]) -> Figure:
    administration = installation.ready()
    from tracte.config import seeding
    from tracte.core import tenancy

    seeding.furnish(administration)
    seeding.hire_demo_staff(administration)
    seeding.describe_services(administration)
    with tenancy.acting_for(administration):
        units = inbox.fill(HISTORY, lively=HISTORY).units  # one is open: the rest is history
        agents, doors = _agents(units), _doors(units)
    port = _free_port()
    with _served(port) as processes:
        town = crowd.Crowd(port, agents, doors, PER_SECOND, SECONDS)
        web = processes[0].pid
        sizes = asyncio.run(_watched(town, lambda: _memory(web)))
    return _figure(town, sizes)


def _figure(town: crowd.Crowd, sizes: list[int]) -> Figure:
    times = sorted(spent for of in town.times.values() for spent in of)
    early, late = sizes[len(sizes) // 3], statistics.median(sizes[-10:])
    return figure(
        inbox.p95(times),
        "ms (p95)",
        "limit",
        LIMIT_MS,
        1.0,
        at_least=False,
        agents=AGENTS,
        seconds=SECONDS,
        requests=len(times),
        per_second=round(len(times) / SECONDS, 1),
        p50_ms=round(statistics.median(times), 1),
        of={
            what: {"n": len(of), "p50_ms": round(statistics.median(of), 1), "p95_ms": round(inbox.p95(of), 1)}
            for what, of in town.times.items()
            if len(of) > 1
        },
        came={
            "n": len(town.came),
            "p50_ms": round(statistics.median(town.came), 1),
            "p95_ms": round(inbox.p95(town.came), 1),
        },
        told=town.told,
        refused=town.refused,
        errors=town.errors[:5],
        web_mb={"early": round(early / 1024), "end": round(late / 1024), "most": round(max(sizes) / 1024)},
        also={
            "no error": not town.errors,
            f"{PER_SECOND} messages a second came in": len(town.came) >= 0.98 * PER_SECOND * SECONDS,
            f"memory at most {GROWTH} times": late <= GROWTH * early,
            "every line lived": town.lost_lines == 0,
        },
    )


def _agents(units: list[uuid.UUID]) -> list[str]:
    """Their sessions; each belongs to one unit."""
    from django.test import Client

    from tracte.core.actions import hire
    from tracte.core.models import Unit

    found = list(Unit.objects.filter(id__in=units).order_by("code"))
    sessions = []
    for n in range(AGENTS):
        client = Client()
        who = hire(email=f"a{n}@exemple.cat", full_name=f"Agent {n}", unit=found[n % len(found)], roles=["agent"])
        client.force_login(who)
        sessions.append(client.cookies["sessionid"].value)
    return sessions


def _doors(units: list[uuid.UUID]) -> list[tuple[str, str]]:
    """One of each unit: its account and the secret that opens it."""
    from tracte.channels.actions import attend, open_account
    from tracte.core.actions import issue_key

    doors = []
    for n, unit in enumerate(units):
        account = open_account(key=f"d{n}", kind="email", name=f"Porta {n}")
        account.unit_id = unit
        account.save(update_fields=["unit"])
        attend(account, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        doors.append((account.key, issue_key(name=account.key, scopes=[f"interactions:{account.key}"], by=None)))
    return doors


@contextmanager
def _served(port: int) -> Iterator[list[subprocess.Popen]]:
    environment = {**os.environ, "TRACTE_POOL": str(POOL), "TRACTE_WAY_OUT": "outbox"}
    web = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", str(WORKERS), "--no-ws", "--log-level", "error", "--workers-kill-timeout", "2"]
    queue = [sys.executable, "-m", "tracte.config.worker"]
    commands = ([*web, "tracte.config.asgi:application"], queue, [*queue, "send"])
    processes = [subprocess.Popen(command, env=environment, start_new_session=True) for command in commands]
    try:
        _wait(port)
        yield processes
    finally:
        for one in processes:
            one.terminate()
        for one in processes:
            one.wait(20)


async def _watched(town: crowd.Crowd, size: object) -> list[int]:
    """Let it happen, and look at the memory each second."""
    sizes: list[int] = []

    async def watch() -> None:
        while True:
            sizes.append(size())  # type: ignore[operator]
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    await town.live()
    watching.cancel()
    return sizes


def _memory(parent: int) -> int:
    """Proportional memory of the web workers, in kB: what they share counts once."""
    total = 0
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in children.read_text().split():
            for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total
