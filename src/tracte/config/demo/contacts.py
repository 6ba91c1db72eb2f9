"""What people can be reached by: documents, telephones, addresses, the language they write; alone or shared."""

from __future__ import annotations

import datetime as dt
import unicodedata
from functools import lru_cache
from random import Random

from tracte.config.demo import people as p
from tracte.config.demo.identifiers import SWITCHBOARDS, Numbers, switchboard
from tracte.config.demo.names import community
from tracte.config.demo.people import Home, Person

LIBRARY = "biblioteca.riudeclar@exemple.org"  # one address for all who have none
DOMAINS = [
    "exemple.cat",
    "exemple.org",
    "correu.exemple.cat",
    "correu.exemple.org",
    "posta.exemple.cat",
    "rapid.exemple.org",
]
FAMILY_EMAIL, CHANGED_MOBILE, AT_WORK, CHANGED_DOCUMENT = 0.10, 0.06, 0.12, 0.01
ADULT = 16  # younger people have no contacts of their own

_LANGUAGES = {  # community -> language -> share of 100
    "native": {"ca": 84, "es": 15, "en": 1}, "moroccan": {"ca": 56, "es": 32, "fr": 6, "ar": 6},
    "romanian": {"ca": 50, "es": 36, "en": 4, "ro": 10}, "latin": {"ca": 26, "es": 74},
    "chinese": {"ca": 45, "es": 43, "en": 12}, "senegalese": {"ca": 58, "es": 28, "fr": 14},
    "ukrainian": {"ca": 43, "es": 22, "en": 13, "uk": 22}, "pakistani": {"ca": 50, "es": 22, "en": 28},
    "european": {"ca": 22, "es": 10, "en": 56, "fr": 12},
}  # fmt: skip
_CHOICES = {where: (tuple(row), tuple(row.values())) for where, row in _LANGUAGES.items()}


def equip(rng: Random, home: Home, numbers: Numbers, emails: set[str], first: dt.date, last: dt.date) -> None:
    """Give the members of a home their numbers and addresses. `emails` are those in use; the new ones are added."""
    if len(home.members) > 1 and home.kind != "flatmates" and rng.random() < FAMILY_EMAIL:
        home.email = _address(rng, ["familia", plain(home.members[0].surname)], home.number, emails)
    for person in home.members:
        _documents(rng, person, numbers, first, last)
        _language(rng, person)
        if last.year - person.born.year >= ADULT:
            _reachable(rng, person, last.year - person.born.year, numbers, emails)
            if person.mobile and rng.random() < CHANGED_MOBILE:
                person.former_mobile = numbers.mobile(person.number + 1_500_000)
                person.mobile_since = _some_day(rng, first, last)


def _some_day(rng: Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=int(rng.random() * (last - first).days))


def _documents(rng: Random, person: Person, numbers: Numbers, first: dt.date, last: dt.date) -> None:
    has_nie = person.community != "native" and rng.random() < community(person.community).nie
    person.document = numbers.nie(person.number) if has_nie else numbers.dni(person.number)
    if not has_nie and person.community != "native" and rng.random() < CHANGED_DOCUMENT * 5:
        person.former_document, person.document_since = numbers.nie(person.number), _some_day(rng, first, last)


def _language(rng: Random, person: Person) -> None:
    if person.home.door.town.is_aranese and rng.random() < 0.7:
        person.language = "oc"
        return
    names, shares = _CHOICES[person.community]
    person.language = rng.choices(names, shares)[0]


def _reachable(rng: Random, person: Person, age: int, numbers: Numbers, emails: set[str]) -> None:
    """Fewer channels with age; the office is open to all, calls to who has a telephone at home or in the pocket."""
    young = age < 72
    if rng.random() < (0.97 if young else 0.7):
        person.mobile = numbers.mobile(person.number)
    if person.home.email and (not young or rng.random() < 0.7):
        person.email = person.home.email
    elif rng.random() < (0.86 if young else 0.36):
        local = [plain(person.given.split()[0]), plain(person.surname.split()[-1])]
        person.email = _address(rng, local, person.born.year % 100, emails)
    person.reach = 1 << p.OFICINA
    if person.mobile or person.home.landline:
        person.reach |= 1 << p.TRUCADES
    odds = {
        p.BUSTIA: 0.9 if person.email else 0.0,
        p.TELEGRAM: (0.36 if young else 0.08) if person.mobile else 0.0,
        p.FORMULARIS: (0.75 if young else 0.3) if person.email else 0.12,
        p.APP: (0.38 if young else 0.05) if person.mobile else 0.0,
        p.XARXES: 0.14 if age < 60 else 0.02,
        p.SMS: 0.5 if person.mobile else 0.0,
    }
    for channel, odd in odds.items():
        person.reach |= (rng.random() < odd) << channel
    if person.uses(p.FORMULARIS) and not person.email and (not person.mobile or rng.random() < 0.6):
        person.email = LIBRARY
    if 20 < age < 66 and rng.random() < AT_WORK:
        person.work_phone = switchboard(person.number % SWITCHBOARDS)


@lru_cache(8192)
def plain(text: str) -> str:
    """Lower case, unaccented, letters only: what people make of their name in an address."""
    flat = unicodedata.normalize("NFKD", text.lower().replace("l·l", "ll").replace("ç", "c").replace("ț", "t"))
    return "".join(letter for letter in flat if letter.isascii() and letter.isalnum())


def _address(rng: Random, words: list[str], number: int, taken: set[str]) -> str:
    given, surname = words
    shape = rng.random()
    if shape < 0.4:
        local = f"{given}.{surname}"
    elif shape < 0.6:
        local = f"{given[:1]}{surname}{number:02d}"
    elif shape < 0.8:
        local = f"{given}{number:02d}"
    else:
        local = f"{surname}.{given}" if shape < 0.9 else f"{given}_{surname}{number:02d}"
    domain = DOMAINS[int(len(DOMAINS) * rng.random() ** 1.5)]
    address, tries = f"{local}@{domain}", 1
    while address in taken:
        tries += 1 + int(rng.random() * 90)
        address = f"{local}{tries}@{domain}"
    taken.add(address)
    return address
