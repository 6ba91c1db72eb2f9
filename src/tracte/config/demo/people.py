"""A person and the home they share: the truth that the channels then show in pieces."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tracte.config.demo.towns import Door

CHANNELS = ("bustia", "telegram", "formularis", "trucades", "oficina", "app", "xarxes", "sms")
BUSTIA, TELEGRAM, FORMULARIS, TRUCADES, OFICINA, APP, XARXES, SMS = range(len(CHANNELS))


@dataclass(slots=True)
class Home:
    """People behind one door. `left` is where they lived until `moved_on` (both None when they never moved)."""

    number: int
    kind: str
    door: Door
    landline: str = ""
    email: str = ""
    left: Door | None = None
    moved_on: dt.date | None = None
    members: list[Person] = field(default_factory=list)

    def door_on(self, day: dt.date) -> Door:
        """Where they lived that day."""
        return self.left if self.left and self.moved_on and day < self.moved_on else self.door


@dataclass(slots=True)
class Person:
    """One true person. `reach` has bit n set when they use CHANNELS[n]. Empty texts mean they have none.

    `namesake`: somebody of the same given name lives in the same home. `email` may be the family's, shared.
    """

    number: int
    home: Home
    given: str
    surname: str
    surname2: str
    sex: str
    born: dt.date
    community: str
    language: str
    document: str = ""
    mobile: str = ""
    email: str = ""
    reach: int = 0
    namesake: bool = False
    twin: int = 0
    former_mobile: str = ""
    mobile_since: dt.date | None = None
    former_document: str = ""
    document_since: dt.date | None = None
    work_phone: str = ""

    def uses(self, channel: int) -> bool:
        """Whether they write, call or come by CHANNELS[channel]."""
        return bool(self.reach >> channel & 1)

    def mobile_on(self, day: dt.date) -> str:
        """Their mobile number that day."""
        return self.former_mobile if self.mobile_since and day < self.mobile_since else self.mobile

    def document_on(self, day: dt.date) -> str:
        """Their DNI or NIE that day."""
        return self.former_document if self.document_since and day < self.document_since else self.document

    def trait(self, salt: int) -> float:
        """A lasting habit in [0, 1): the same person and salt always give the same."""
        mixed = (self.number * 0x9E3779B1 + salt * 0x85EBCA77) & 0xFFFFFFFF
        mixed = ((mixed ^ mixed >> 15) * 0x2C1B3C6D) & 0xFFFFFFFF
        return ((mixed ^ mixed >> 13) & 0xFFFFFF) / 0x1000000
