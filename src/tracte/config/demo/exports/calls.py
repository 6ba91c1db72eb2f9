"""trucades.csv: the call log, with what the agent wrote down."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tracte.config.demo import phrases, rhythm, seasons, writing
from tracte.config.demo.exports.lines import Csv
from tracte.config.demo.exports.mailbox import AGENTS
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact

LONGEST = 7200  # seconds of a call
WITHHELD, NAMED, BOTH_SURNAMES = 0.03, 0.97, 0.92  # the script of the agents asks
FROM_WORK, GAVE_DOCUMENT = 0.15, 0.3
_HIDDEN = ("", "", "anònim", "ocult")
HEADER = "id,started_at,duration_s,direction,phone,name,document,agent,topic,municipality,language,summary"


class Calls:
    """Writes calls."""

    name = "trucades.csv"

    def __init__(self, folder: Path) -> None:
        self._file, self._count = Csv(folder / self.name, HEADER), 0

    @property
    def broken(self) -> int:
        return self._file.broken

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one call: its id, and whether it shows a person; a telephone that others share does not."""
        self._count += 1
        identifier, person = f"T{contact.day.year % 100}-{self._count:07d}", contact.person
        phone, is_own = _phone(person, contact, rng)
        phone, is_own = said.get("phone", phone), is_own and "phone" not in said
        name = said.get("name") or (f"{person.given} {person.surname}" if said else _name(person, rng, is_own))
        document = said.get("document", "")
        if name and not said and rng.random() < GAVE_DOCUMENT:
            document = writing.document(person.document_on(contact.day), rng, False)
        row = [
            identifier, rhythm.iso(contact.moment), said.get("seconds") or _duration(rng, contact),
            "sortint" if contact.outbound else "entrant",
            phone, name, document, said.get("agent") or AGENTS[int(rng.random() * len(AGENTS))],
            seasons.codes()[contact.topic], person.home.door_on(contact.day).town.code, person.language,
            said.get("text") or phrases.note(contact, rng),
        ]  # fmt: skip
        self._file.put(row, breaks=True)
        return identifier, bool(name or is_own)

    def close(self) -> None:
        self._file.close()


def _phone(person: Person, contact: Contact, rng: Random) -> tuple[str, bool]:
    """The caller's number as the switchboard shows it, and whether it is that person's alone."""
    mobile, landline = person.mobile_on(contact.day), person.home.landline
    if not contact.outbound and rng.random() < WITHHELD:
        return _HIDDEN[int(rng.random() * len(_HIDDEN))], False
    if not contact.outbound and person.work_phone and rng.random() < FROM_WORK:
        return f"+34{person.work_phone}", False
    if landline and (not mobile or rng.random() < (0.55 if person.born.year < 1962 else 0.2)):
        return f"+34{landline}", False
    return (f"+34{mobile}", True) if mobile else ("", False)


def _name(person: Person, rng: Random, is_own: bool) -> str:
    """What the agent understood. The given name alone only beside the person's own number."""
    if rng.random() >= NAMED:
        return ""
    parts = writing.name(person, rng, BOTH_SURNAMES)
    if is_own and not person.namesake and rng.random() < 0.08:
        return parts[0]
    return writing.one_line(parts, rng.random())


def _duration(rng: Random, contact: Contact) -> int:
    least, spread = (15, 60 * rng.paretovariate(2)) if contact.outbound else (20, 90 * rng.paretovariate(1.6))
    return min(int(least + spread), LONGEST)
