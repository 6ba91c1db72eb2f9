"""Load the demo's exports through the ordinary importers, like anybody's."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from pathlib import Path

import yaml

from tracte.channels import actions
from tracte.channels.importing import Outcome, import_file
from tracte.core import tenancy
from tracte.core.clock import now

HERE = Path(__file__).parent
ANSWERED = ("email", "telegram", "webform")
ATTENDED = dt.timedelta(hours=76)  # what came before is history, and asks for no answer


def load(administration: uuid.UUID, directory: Path, *, progress: bool = True) -> Outcome:
    """Open the accounts of channels.yml and import each one's file; the figures of all together."""
    try:
        accounts = yaml.safe_load((directory / "channels.yml").read_text())
    except OSError as error:
        raise ValueError(
            f"{directory}: no channels.yml; make a demo with: tracte demo generate --out {directory}"
        ) from error
    total, started = Outcome(), time.monotonic()
    for described in accounts:
        mapping = described.get("mapping") or ""
        mapping = str(HERE / "mappings" / f"{mapping}.yml") if mapping else ""
        with tenancy.acting_for(administration):
            account = actions.open_account(
                key=described["key"],
                kind=described["kind"],
                name=described["name"],
                icon=described.get("icon", "form"),
                own=described.get("own", []),
            )
            if described["kind"] in ANSWERED:
                actions.attend(account, now() - ATTENDED)
        done = import_file(
            administration, directory / described["file"], channel=described["key"], mapping=mapping, progress=progress
        )
        for name in ("received", "new", "duplicate", "rejected"):
            setattr(total, name, getattr(total, name) + getattr(done, name))
    total.seconds = round(time.monotonic() - started, 2)
    return total
