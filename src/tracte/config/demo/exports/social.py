"""xarxes.csv: what people said to the official accounts in public. Handles, seldom names."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tracte.config.demo import phrases, rhythm
from tracte.config.demo.contacts import plain
from tracte.config.demo.exports.lines import Csv
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact

_MASKS = ("la veïna del tercer", "🌻", "Un de poble", "enfadat amb el tren")
_NETWORKS = ("Mastodon", "Bluesky", "Instagram")
HEADER = "id,published_at,network,handle,display_name,text,url,language"


class Social:
    """Writes mentions."""

    name = "xarxes.csv"

    def __init__(self, folder: Path) -> None:
        self._file, self._count = Csv(folder / self.name, HEADER), 0

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one mention: its id; a handle always stands for a person."""
        self._count += 1
        person = contact.person
        identifier, network = f"X{self._count:07d}", _NETWORKS[int(person.trait(41) ** 2 * 3)]
        handle = f"@{plain(person.given.split()[0])}{person.number}"
        text = said.get("text") or f"{phrases.short(contact, rng)} @govexemple"
        url = f"https://xarxa.exemple.org/{handle}/{rng.getrandbits(40)}"
        at = f"{contact.day:%d/%m/%Y} {rhythm.iso(contact.moment)[11:16]}"
        row = [identifier, at, network, handle, said.get("name") or _display(person), text, url]
        self._file.put([*row, person.language])
        return identifier, True

    def close(self) -> None:
        self._file.close()


def _display(person: Person) -> str:
    habit = person.trait(42)
    if habit < 0.35:
        return person.given
    if habit < 0.6:
        return f"{person.given} {person.surname}"
    return ("la veïna del tercer", "🌻", f"{person.given[0]}.", "Un de poble", "enfadat amb el tren")[
        int(habit * 40) % 5
    ]
