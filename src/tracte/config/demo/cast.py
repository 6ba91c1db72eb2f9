"""The people that tests, demo and docs know by name. Mercè Puig Ferrer is always person 1."""

from __future__ import annotations

import datetime as dt

from tracte.config.demo.identifiers import dni, nie
from tracte.config.demo.people import Home, Person
from tracte.config.demo.towns import RIUDECLAR, Door, Town, towns

EVERY, NO_SMS, CALLS = 0b11111111, 0b00111101, 0b00011000
MERCE_DNI, MERCE_MOBILE, MERCE_EMAIL, SISTERS_LANDLINE = (
    dni(40_007_417),
    "600000417",
    "merce.puig@exemple.cat",
    "977000418",
)


def _riudeclar() -> Town:
    return next(town for town in towns() if town.code == RIUDECLAR)


def _at(number: int, kind: str, street: str, rest: str) -> Home:
    return Home(number, kind, Door(_riudeclar(), street, f"Carrer {street}, {rest}", "43999"))


def people() -> list[Person]:
    """The cast in their homes, numbered from 1, all of Riudeclar."""
    font = _at(1, "single_parent", "de la Font", "8, 2n 1a")
    font.landline = SISTERS_LANDLINE
    # Until last September Mercè lived with her sister, who answers the same landline.
    font.left, font.moved_on = Door(_riudeclar(), "de Dalt", "Carrer de Dalt, 31", "43999"), dt.date(2026, 9, 14)
    dalt = _at(2, "single", "de Dalt", "31")
    dalt.landline = SISTERS_LANDLINE
    return [
        _one(1, font, "Mercè,Puig,Ferrer", "female", "1984-03-12", MERCE_DNI, MERCE_MOBILE, MERCE_EMAIL, EVERY),
        _one(2, dalt, "Marta,Puig,Ferrer", "female", "1986-11-30", dni(40_002_833),
             "600000833", "marta.puig@exemple.org", NO_SMS),
        _one(3, font, "Arnau,Vives,Puig", "male", "2023-05-09", dni(49_777_120), "", "", 0),
        _one(4, _at(3, "couple", "Major", "12, 1r 2a"), "Youssef,El Amrani,", "male", "1991-07-02", nie(11_204_563),
             "600000204", "youssef.elamrani@exemple.org", EVERY, "moroccan"),
        _one(5, _at(4, "family", "del Molí", "3"), "Fatoumata,Diallo,", "female", "1989-01-21", nie(2_904_117),
             "600000904", "fatou.diallo@exemple.org", EVERY, "senegalese"),
        _one(6, _at(5, "single", "de l'Església", "1"), "Rosa,Camps,Vidal", "female", "1949-10-05", dni(36_110_045),
             "", "", CALLS),
        _one(7, _at(6, "couple", "Nou", "44, 3r 1a"), "Aleix,Bonet,Roca", "male", "1996-02-17", dni(47_660_312),
             "600000312", "aleix.bonet@correu.exemple.cat", EVERY),
        _one(8, _at(7, "single", "del Pi", "20"), "Andreu,Pons,Mas", "male", "1978-08-08", dni(38_505_508),
             "600000508", "apons@exemple.cat", NO_SMS),
    ]  # fmt: skip


def _one(
    number: int, home: Home, name: str, sex: str, born: str, document: str, mobile: str, email: str, reach: int,
    community: str = "native",
) -> Person:  # fmt: skip
    given, surname, surname2 = name.split(",")
    person = Person(number, home, given, surname, surname2, sex, dt.date.fromisoformat(born), community, "ca")
    person.document, person.mobile, person.email, person.reach = document, mobile, email, reach
    home.members.append(person)
    return person


SIZE = 8
TAKEN = frozenset(value for person in people() for value in (person.document, person.mobile) if value)
