"""How people and clerks write what is true: nicknames, one surname, typos, capitals, seven ways to write a telephone.

The rates are shares of the fields written by hand; tests hold the generator to them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from random import Random

from tracte.config.demo.identifiers import LETTERS
from tracte.config.demo.names import nicknames
from tracte.config.demo.people import Person

NICKNAME = 0.08  # of those whose name has one
NAME_TYPO = 0.025
SWAPPED = 0.012  # second surname first
UPPER = 0.07
UNACCENTED = 0.12
LOWER = 0.02
COMMA = 0.06  # "Surname, Name", where the name is one field
PARTICLE = 0.05  # "Puig i Ferrer"
DOCUMENT_TYPO = 0.03  # of documents that nobody checked
DOCUMENT_BARE = 0.05  # without its letter
TYPO_LETTER_KEPT = 0.92  # of the mistyped documents: the letter stays, so it no longer fits
EMAIL_TYPO = 0.015
ZERO_LOST = 0.06  # postal codes of a sheet: 08024 -> 8024

_KEYS = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")
_NEAR = {row[i]: row[max(i - 1, 0) : i] + row[i + 1 : i + 2] for row in _KEYS for i in range(len(row))}
_MALFORMED = (
    ("exemple", "exemlpe"),
    (".cat", ".cta"),
    ("@exemple", "@exempel"),
    ("correu.", "coreu."),
    (".org", ".ogr"),
)

AMBIGUOUS = 0.04  # a father or son of one name leaves out the surname that tells them apart

Name = tuple[str, str, str]


def name(person: Person, rng: Random, two: float) -> Name:
    """Given name and surnames as somebody writes them once. `two`: chance that the second surname is said."""
    given, one, second = person.given, person.surname, person.surname2
    chance = rng.random()
    if person.namesake:
        second = "" if rng.random() < AMBIGUOUS else second
    else:
        if second and rng.random() >= two:
            second = ""
        if chance < NICKNAME and (known := nicknames().get(given)):
            given = known[int(rng.random() * len(known))]
    if 0.2 < chance < 0.2 + NAME_TYPO:
        one = typo(one, rng)
    elif 0.3 < chance < 0.3 + NAME_TYPO / 2:
        given = typo(given, rng)
    elif 0.4 < chance < 0.4 + SWAPPED and second:
        one, second = second, one
    return styled((given, one, second), rng.random())


def styled(parts: Name, chance: float) -> Name:
    """Capitals, small letters or no accents, as `chance` in [0, 1) falls: somebody's habit or one hurried moment."""
    if chance < UPPER:
        bare = unaccented if chance < UPPER / 2 else str
        return each(parts, lambda part: bare(part).upper())
    if chance < UPPER + UNACCENTED:
        return each(parts, unaccented)
    if chance < UPPER + UNACCENTED + LOWER:
        return each(parts, str.lower)
    return parts


def each(parts: Name, write: Callable[[str], str]) -> Name:
    given, one, second = parts
    return write(given), write(one), write(second)


def one_line(parts: Name, chance: float) -> str:
    """The parts as one field: "Mercè Puig Ferrer", "Puig Ferrer, Mercè" or "Mercè Puig i Ferrer"."""
    given, one, second = parts
    if second and chance > 1 - PARTICLE and second[0] not in "DdLl":
        return f"{given} {one} i {second}"
    surnames = f"{one} {second}" if second else one
    if chance < COMMA and surnames:
        return f"{surnames}, {given}"
    return f"{given} {surnames}".strip()


@lru_cache(16384)
def unaccented(text: str) -> str:
    """`Mercè` -> `Merce`, `Gal·la` -> `Galla`."""
    flat = unicodedata.normalize("NFD", text.replace("·", ""))
    return "".join(letter for letter in flat if not unicodedata.combining(letter))


def typo(word: str, rng: Random) -> str:
    """One slip of the fingers behind the first letter: swapped, doubled, left out or the key beside."""
    if len(word) < 4:
        return word
    place, kind = 1 + int(rng.random() * (len(word) - 2)), rng.random()
    here, following = word[place], word[place + 1]
    if kind < 0.35 and here != following:
        return word[:place] + following + here + word[place + 2 :]
    if kind < 0.6:
        return word[:place] + word[place + 1 :]
    if kind < 0.75:
        return word[:place] + here + word[place:]
    near = _NEAR.get(here, "")
    return word[:place] + near[int(rng.random() * len(near))] + word[place + 1 :] if near else word + here


def document(number: str, rng: Random, checked: bool) -> str:
    """A DNI or NIE as written. `checked`: copied from the card or signed by a gateway, so without mistakes."""
    chance = rng.random()
    if not checked and chance < DOCUMENT_TYPO:
        number = _mistyped(number, rng)
    elif not checked and chance < DOCUMENT_TYPO + DOCUMENT_BARE and number[0].isdigit():
        return number[:-1]
    if chance < 0.55:
        return number
    if chance < 0.7:
        return number.lower()
    if chance < 0.85:
        return f"{number[:-1]}-{number[-1]}"
    if chance < 0.93 and number[0].isdigit():
        return f"{number[:2]}.{number[2:5]}.{number[5:8]}-{number[8]}"
    return f"{number[:-1]} {number[-1]}"


def _mistyped(number: str, rng: Random) -> str:
    """One wrong digit. The letter mostly stays, and betrays it; sometimes the typist believes the wrong number."""
    place = 1 + int(rng.random() * 7)
    digit = str((int(number[place]) + 1 + int(rng.random() * 8)) % 10)
    wrong = number[:place] + digit + number[place + 1 : -1]
    if rng.random() < TYPO_LETTER_KEPT:
        return wrong + number[-1]
    value = int(wrong.translate(str.maketrans("XYZ", "012")))
    return wrong + LETTERS[value % 23]


def phone(number: str, chance: float) -> str:
    """Nine digits as people write them."""
    if chance < 0.4:
        return number
    if chance < 0.65:
        return f"{number[:3]} {number[3:6]} {number[6:]}"
    if chance < 0.75:
        return f"+34{number}"
    if chance < 0.85:
        return f"+34 {number[:3]} {number[3:5]} {number[5:7]} {number[7:]}"
    if chance < 0.9:
        return f"0034{number}"
    return f"{number[:3]}.{number[3:6]}.{number[6:]}" if chance < 0.95 else f"{number[:3]}-{number[3:]}"


def email(address: str, rng: Random) -> str:
    """An address as typed: mostly right, sometimes in capitals or with a slip that makes it another address."""
    chance = rng.random()
    if chance < EMAIL_TYPO:
        for right, wrong in _MALFORMED[int(rng.random() * 3) :]:
            if right in address:
                return address.replace(right, wrong)
        return address.replace("@", "@@")
    return address.capitalize() if chance > 0.94 else address


def birth_date(person: Person, chance: float) -> str:
    """ISO, or with the day first as people do."""
    born = person.born
    return born.isoformat() if chance < 0.7 else f"{born.day:02d}/{born.month:02d}/{born.year}"
