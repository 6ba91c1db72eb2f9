"""oficina.csv: visits to the offices, as the officer typed them from the card or from what was said."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tracte.config.demo import phrases, rhythm, seasons, writing
from tracte.config.demo.exports.lines import Csv
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact

CHECKED, SAID, CAPITALS, BOTH_SURNAMES = 0.68, 0.12, 0.3, 0.92
HEADER = (
    "id,at,office,name,surname1,surname2,document,document_checked,birth_date,phone,email,address,postcode,topic,municipality,"
    "language,summary"
)


class Office:
    """Writes visits."""

    name = "oficina.csv"

    def __init__(self, folder: Path) -> None:
        self._file, self._count = Csv(folder / self.name, HEADER), 0

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one visit: its id; every visit shows a person."""
        self._count += 1
        identifier, person, day = f"V{self._count:07d}", contact.person, contact.day
        chance, door = rng.random(), person.home.door_on(day)
        checked = said.get("checked", chance < CHECKED)
        shown = checked or chance < CHECKED + SAID
        mobile = person.mobile_on(day)
        row = [
            identifier, rhythm.iso(contact.moment)[:16].replace("T", " "), f"Oficina {door.town.of}",
            *(_names(person, rng, checked) if not said else (person.given, person.surname, person.surname2)),
            writing.document(person.document_on(day), rng, checked) if shown else "", "yes" if checked else "no",
            writing.birth_date(person, rng.random()) if checked or person.namesake or rng.random() < 0.3 else "",
            writing.phone(mobile, rng.random()) if mobile and rng.random() < 0.7 else _landline(person, rng),
            writing.email(person.email, rng) if person.email and rng.random() < 0.45 else "",
            door.address if rng.random() < 0.75 else "", _postcode(door.postcode, rng),
            seasons.labels()[seasons.codes()[contact.topic]]["ca"], door.town.name, person.language,
            said.get("text") or phrases.note(contact, rng),
        ]  # fmt: skip
        self._file.put(row)
        return identifier, True

    def close(self) -> None:
        self._file.close()


def _names(person: Person, rng: Random, checked: bool) -> tuple[str, str, str]:
    """Copied from the card, often in its capitals; else as heard."""
    if not checked:
        return writing.name(person, rng, BOTH_SURNAMES)
    parts = person.given, person.surname, person.surname2
    return writing.each(parts, lambda part: writing.unaccented(part).upper()) if rng.random() < CAPITALS else parts


def _landline(person: Person, rng: Random) -> str:
    return writing.phone(person.home.landline, rng.random()) if person.home.landline and rng.random() < 0.4 else ""


def _postcode(postcode: str, rng: Random) -> str:
    """A spreadsheet on the way took the leading zero of some."""
    if rng.random() < 0.25:
        return ""
    return postcode[1:] if postcode[0] == "0" and rng.random() < writing.ZERO_LOST else postcode
