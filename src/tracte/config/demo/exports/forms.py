"""formularis.ndjson: what the web forms received, some of it signed in through the identity gateway."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tracte.config.demo import phrases, plan, rhythm, seasons, writing
from tracte.config.demo.contacts import LIBRARY
from tracte.config.demo.exports.lines import Ndjson
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact

ANONYMOUS, SIGNED_IN = 0.05, 0.22
_FORMS = {plan.ASK: "Consulta", plan.COMPLAIN: "Queixa o suggeriment"}


class Forms:
    """Writes submissions."""

    name = "formularis.ndjson"

    def __init__(self, folder: Path) -> None:
        self._file, self._count = Ndjson(folder / self.name), 0

    @property
    def broken(self) -> int:
        return self._file.broken

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one submission: its id, and whether it shows a person."""
        self._count += 1
        identifier, person = f"F{self._count:08d}", contact.person
        blank = dict.fromkeys(("name", "surnames", "email", "phone", "document", "birth_date", "postcode"), "")
        anonymous = not said and rng.random() < ANONYMOUS and person.email != LIBRARY
        signed = not anonymous and said.get("signed_in", rng.random() < SIGNED_IN and not said)
        who = (
            blank
            if anonymous
            else blank | filled_in(person, contact, rng, signed, neat=bool(said)) | said.get("who", {})
        )
        door = person.home.door_on(contact.day)
        self._file.put(
            {
                "id": identifier,
                "submitted_at": rhythm.iso(contact.moment),
                "form": said.get("form") or _FORMS.get(contact.step, "Afegeix-hi alguna cosa"),
                "subject": said.get("subject") or phrases.subject(contact, rng),
                "text": said.get("text") or phrases.long(contact, rng, ""),
                **who,
                "municipality": door.town.name if rng.random() < 0.92 else writing.unaccented(door.town.name).upper(),
                "topic": seasons.codes()[contact.topic],
                "language": person.language,
                "signed_in": signed,
            }
        )
        return identifier, not anonymous

    def close(self) -> None:
        self._file.close()


def filled_in(person: Person, contact: Contact, rng: Random, signed: bool, neat: bool) -> dict[str, str]:
    """What they type; `signed`: the gateway fills in name, document and birth date, without mistakes.
    `neat`: nothing is mistyped, as in the script."""
    day = contact.day
    full = person.given, person.surname, person.surname2
    given, one, two = full if signed or neat else writing.name(person, rng, 0.85)
    if signed and not neat and rng.random() < 0.4:
        given, one, two = (writing.unaccented(part).upper() for part in (given, one, two))
    mobile, certain = person.mobile_on(day), signed or person.namesake
    who = {
        "name": given,
        "surnames": f"{one} {two}".strip(),
        "email": person.email if neat else writing.email(person.email, rng) if rng.random() < 0.95 else "",
        "phone": writing.phone(mobile, person.trait(21)) if mobile and rng.random() < 0.85 else "",
        "postcode": person.home.door_on(day).postcode if rng.random() < 0.8 else "",
    }
    if signed or person.email == LIBRARY or (rng.random() < 0.42 and not neat):
        who["document"] = writing.document(person.document_on(day), rng, signed)
    if certain or rng.random() < 0.3:
        who["birth_date"] = person.born.isoformat() if certain else writing.birth_date(person, rng.random() * 0.72)
    return who
