"""How one source shows somebody: what connectors hand to `people.actions.recognise_many`. Pure data, no Django."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple

# Assurance of a fact, from weakest to strongest.
DECLARED = 1  # somebody said so
PROVED = 2  # the channel proved it: a code was answered, a platform signed it
VERIFIED = 3  # a document or an identity provider proved it

ATTEND = ("attend",)  # what a channel account is for unless it says otherwise


class Identifier(NamedTuple):
    """A value that points at somebody. `kind`: national_id, phone, email. `value` is as the source wrote it."""

    kind: str
    value: str
    assurance: int = DECLARED


@dataclass(slots=True)
class Appearance:
    """One appearance of somebody as one source knows them.

    `key` is the source's own lasting id of this person (a Telegram user id); empty when the source has none: then the
    content decides (same name, identifiers and birth date in one channel account = same record).
    `place`: the territory that they speak of, and `purposes`: keys of what it may be joined with others for; the way in
    fills both, from the message and from the channel account. `at`: when they said so; None: as they come.
    Give `full_name`, or the parts when the source has them apart; `people` splits and normalises.
    """

    key: str = ""
    full_name: str = ""
    given_name: str = ""
    surname: str = ""
    surname2: str = ""
    birth_date: dt.date | None = None
    address: str = ""
    postcode: str = ""
    language: str = ""
    identifiers: list[Identifier] = field(default_factory=list)
    name_assurance: int = DECLARED
    place: uuid.UUID | None = None
    purposes: tuple[str, ...] = ATTEND
    at: dt.datetime | None = None
