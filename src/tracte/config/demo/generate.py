"""The demo's raw exports: eight channel files, who is who, and which account each file belongs to."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from tracte.config.demo import plan, script
from tracte.config.demo.exports.app import App
from tracte.config.demo.exports.calls import Calls
from tracte.config.demo.exports.forms import Forms
from tracte.config.demo.exports.mailbox import OURS, Mailbox
from tracte.config.demo.exports.office import Office
from tracte.config.demo.exports.sms import Sms
from tracte.config.demo.exports.social import Social
from tracte.config.demo.exports.telegram import BOT, Telegram
from tracte.config.demo.people import CHANNELS
from tracte.config.demo.population import LAST_DAY, population
from tracte.config.demo.rhythm import Calendar

SIZES = {"small": (3_000, 12_000), "large": (250_000, 1_000_000)}  # people, interactions
MONTHS = 30  # that the interactions spread over
_WRITERS = (Mailbox, Telegram, Forms, Calls, Office, App, Social, Sms)  # in the order of CHANNELS
_ACCOUNTS = {  # kind, name, mapping, own addresses, icon
    "bustia": ("email", "Bústia de contacte", None, [OURS], "mail"),
    "telegram": ("telegram", "Telegram", None, [BOT["username"]], "chat"),
    "formularis": ("webform", "Formularis del web", None, [], "form"),
    "trucades": ("calls", "Telèfon d'atenció", None, [], "phone"),
    "oficina": ("visits", "Oficines", None, [], "office"),
    "app": ("tabular", "Aplicació mòbil", "app", [], "bell"),
    "xarxes": ("tabular", "Xarxes socials", "xarxes", [], "social"),
    "sms": ("tabular", "SMS", "sms", [], "send"),
}


class Summary(NamedTuple):
    """Rows per channel, deliberately broken rows per channel (not among the former), and rows of truth.csv."""

    rows: dict[str, int]
    broken: dict[str, int]
    shown: int
    people: int
    folder: Path
    seconds: float

    def __str__(self) -> str:
        """For people, in one line."""
        return (
            f"{self.people:,} people, {sum(self.rows.values()):,} interactions over {len(self.rows)} channels "
            f"({self.shown:,} of them in truth.csv; {sum(self.broken.values()):,} broken rows besides), "
            f"in {self.seconds:.1f} s: {self.folder}"
        )


def generate(
    people: int,
    interactions: int,
    seed: int,
    out: Path,
    progress: Callable[[int], object] | None = None,
    *,
    until: dt.date = LAST_DAY,
) -> Summary:
    """Write the exports of `interactions` by `people` over the MONTHS before `until` into the folder `out`.

    The same arguments give the same bytes. `progress` is called with the number written since its last call.
    Raises ValueError when there are too few people or interactions for the cast and its history.
    """
    started, needed = time.monotonic(), len(script.lines())
    if interactions < needed:
        raise ValueError(f"interactions: at least {needed}, the cast's own history; you asked for {interactions}")
    first = until - dt.timedelta(days=round(MONTHS * 30.4375) + 1)
    everybody = population(people, seed, first, until)
    contacts = plan.Plan(everybody, Calendar(first, until))
    script.play(contacts, until)
    contacts.fill(Random(f"plan {seed}"), interactions)
    out.mkdir(parents=True, exist_ok=True)
    _accounts(out / "channels.yml")
    rows, broken, shown = _write(contacts, Random(f"words {seed}"), out, progress or (lambda written: None))
    return Summary(rows, broken, shown, people, out, time.monotonic() - started)


def _write(
    contacts: plan.Plan, rng: Random, out: Path, progress: Callable[[int], object]
) -> tuple[dict[str, int], dict[str, int], int]:
    """The first three figures of a Summary."""
    writers = [writer(out) for writer in _WRITERS]
    mailbox, lines = next(writer for writer in writers if isinstance(writer, Mailbox)), script.lines()
    rows, shown = [0] * len(CHANNELS), 0
    with (out / "truth.csv").open("w", encoding="utf-8", newline="\n") as truth:
        truth.write("channel,external_id,person\n")
        for count, contact in enumerate(contacts.walk(), 1):
            channel = contact.channel
            said = lines[contact.line] if contact.matter == plan.SCRIPT else {}
            identifier, is_shown = writers[channel].write(contact, rng, said)
            rows[channel] += 1
            if is_shown:
                shown += 1
                truth.write(f"{CHANNELS[channel]},{identifier},{contact.person.number}\n")
            if contact.last:
                mailbox.forget(contact.matter)
            if count % 2000 == 0:
                progress(2000)
    progress(len(contacts) % 2000)
    for writer in writers:
        writer.close()
    broken = [getattr(writer, "broken", 0) for writer in writers]
    return dict(zip(CHANNELS, rows, strict=True)), dict(zip(CHANNELS, broken, strict=True)), shown


def _accounts(path: Path) -> None:
    """channels.yml: the accounts in the form that the loader takes. `file` and `mapping` are relative names."""
    files = dict(zip(CHANNELS, (writer.name for writer in _WRITERS), strict=True))
    accounts = [
        {"key": key, "kind": kind, "name": name, "file": files[key], "mapping": mapping, "own": own, "icon": icon}
        for key, (kind, name, mapping, own, icon) in _ACCOUNTS.items()
    ]
    path.write_text(yaml.safe_dump(accounts, allow_unicode=True, sort_keys=False), encoding="utf-8")
