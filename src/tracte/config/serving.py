"""`tracte up`: everything at once, and everything stopped cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import click

from tracte.config import installation

# Connections of a web worker. More let more of its threads run at once, and each then waits for the others at every
# answer of the database: measured with 300 agents, eight were fifteen times slower than two.
POOL = 2


def up(*, port: int, demo: str, workers: int) -> None:
    click.echo("tracte: database and schema…", err=True)
    administration = installation.ready()
    from tracte.config import seeding

    seeding.furnish(administration)
    if demo != "none":
        seeding.hire_demo_staff(administration)
        seeding.describe_services(administration)
        _fill(administration, demo)
    _serve(port, workers, has_demo=demo != "none")


def _fill(administration: uuid.UUID, size: str) -> None:
    """The demo's people, once: an installation that has interactions keeps what it has."""
    from tracte.channels.models import InteractionKey
    from tracte.config.demo import SIZES, generate, loading, today
    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.people import batch, training

    with tenancy.acting_for(administration):
        if InteractionKey.objects.exists():
            return
    people, interactions = SIZES[size]
    with tempfile.TemporaryDirectory() as directory:
        click.echo(f"tracte: a demo government, {people:,} people and {interactions:,} interactions…", err=True)
        generate(people, interactions, 1, Path(directory), until=now().date())
        loading.load(administration, Path(directory))
    today.happen(administration)
    click.echo("tracte: who is who…", err=True)
    with tenancy.acting_for(administration):
        training.train(at=now(), tell=lambda line: None)
    batch.resolve(administration, at=now(), tell=lambda line: None)


def _serve(port: int, workers: int, has_demo: bool) -> None:
    environment = {**os.environ, "TRACTE_POOL": str(POOL), "PYTHONUNBUFFERED": "1"}
    environment.setdefault("TRACTE_SITE", f"http://localhost:{port}")
    if has_demo:  # its people are invented: nothing is sent to the world unless somebody says so
        environment.setdefault("TRACTE_WAY_OUT", "outbox")
    web = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", str(workers), "--no-ws", "--log-level", "warning"]
    web += ["--workers-kill-timeout", "2", "tracte.config.asgi:application"]  # lines that stay open never end
    queue = [sys.executable, "-m", "tracte.config.worker"]
    commands = (web, queue, [*queue, "send"])
    children = [subprocess.Popen(command, env=environment, start_new_session=True) for command in commands]
    click.echo(_welcome(port, has_demo))
    stop = signal.getsignal(signal.SIGINT)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        children[0].wait()
        raise click.ClickException(f"the server stopped by itself (is port {port} taken? try PORT={port + 1})")
    except KeyboardInterrupt:
        click.echo("tracte: stopping…", err=True)
    finally:
        signal.signal(signal.SIGINT, stop)
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=20)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _welcome(port: int, has_demo: bool) -> str:
    base = f"http://localhost:{port}"
    lines = ["", f"  citizens   {base}/", f"  the desk   {base}/desk/", f"  the API    {base}/api/v1/docs", ""]
    if has_demo:
        from tracte.config.seeding import PASSWORD, STAFF

        lines += [
            "  sign in as",
            *(f"    {email:22} {PASSWORD}   {name}, {', '.join(roles)}" for email, name, roles in STAFF),
            "",
        ]
    return "\n".join([*lines, "  Ctrl-C stops everything."])
