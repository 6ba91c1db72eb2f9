"""app.ndjson: requests sent from the mobile app; the lasting key is the device."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tracte.config.demo import phrases, plan, rhythm, seasons, writing
from tracte.config.demo.exports.lines import Ndjson
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact

CHECKED_BY_SMS = 0.6  # of the devices: their number answered a code
_KINDS = {plan.ASK: "sol·licitud", plan.COMPLAIN: "queixa", plan.THANK: "opinió"}


class App:
    """Writes the app's events."""

    name = "app.ndjson"

    def __init__(self, folder: Path) -> None:
        self._file, self._count = Ndjson(folder / self.name), 0

    @property
    def broken(self) -> int:
        return self._file.broken

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one event: its id; the device always shows a person."""
        self._count += 1
        person, identifier = contact.person, f"app-{self._count:08d}"
        key = device(person, contact)
        event = {
            "event": {
                "id": identifier,
                "at": rhythm.iso(contact.moment),
                "kind": _KINDS.get(contact.step, "seguiment"),
            },
            "device": {"id": key, "system": "ios" if person.trait(31) < 0.4 else "android"},
            "user": _user(person, contact, said),
            "topic": seasons.labels()[seasons.codes()[contact.topic]]["ca"],
            "municipality": person.home.door_on(contact.day).town.code,
            "message": said.get("text") or phrases.short(contact, rng),
        }
        self._file.put(event)
        return identifier, True

    def close(self) -> None:
        self._file.close()


def device(person: Person, contact: Contact) -> str:
    """A new telephone is a new device."""
    generation = 2 if person.mobile_since and contact.day >= person.mobile_since else 1
    return f"{generation}{person.number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x}"


def _user(person: Person, contact: Contact, said: dict) -> dict[str, str]:
    habit = person.trait(32)
    parts = person.given, person.surname, person.surname2 if habit > 0.5 else ""
    name = writing.one_line(writing.styled(parts, person.trait(33)), 0.5) if habit > 0.2 else person.given
    return {
        "name": said.get("name", name),
        "phone": f"+34{person.mobile_on(contact.day)}",
        "phone_check": "sms" if said or person.trait(34) < CHECKED_BY_SMS else "none",
        "email": person.email if person.email and person.trait(35) < 0.5 else "",
        "language": person.language,
    }
