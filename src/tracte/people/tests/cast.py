"""Appearances in one line, and who is with whom, for the tests of this room."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from tracte.core.clock import now
from tracte.people import actions
from tracte.people.appearance import DECLARED, VERIFIED, Appearance, Identifier
from tracte.people.models import Membership

SOURCE = uuid.UUID("0190f000-0000-7000-8000-000000000001")
LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"  # the right one of a document: number % 23
MERCE, PERE, VERA = "12345678Z", "00000000T", "X1234567L"  # numbers of documents with a right letter


def appears(
    name: str = "",
    *,
    phone: str = "",
    email: str = "",
    document: str = "",
    sure: int = DECLARED,
    key: str = "",
    birth: str = "",
    **more: Any,
) -> Appearance:
    """`sure` is of telephone and e-mail; a document is verified unless it begins with `?`."""
    given = [("phone", phone, sure), ("email", email, sure)]
    given.append(("national_id", document.lstrip("?"), DECLARED if document.startswith("?") else VERIFIED))
    return Appearance(
        key=key,
        full_name=name,
        birth_date=dt.date.fromisoformat(birth) if birth else None,
        identifiers=[Identifier(*one) for one in given if one[1]],
        **more,
    )


def arrive(*appearances: Appearance, source: uuid.UUID = SOURCE) -> list[uuid.UUID]:
    """One batch; the record of each."""
    return [
        uuid.UUID(bytes=one) for one in actions.recognise_many([(source.bytes, one) for one in appearances], at=now())
    ]


def persons(records: list[uuid.UUID]) -> list[uuid.UUID]:
    """The person of each record, as it stands."""
    live = dict(Membership.objects.live().filter(record_id__in=records).values_list("record_id", "person_id"))
    return [live[record] for record in records]


def who(*appearances: Appearance) -> list[uuid.UUID]:
    """They come one after another; the person of each, once all are in."""
    return persons([arrive(one)[0] for one in appearances])


def are_one(*appearances: Appearance) -> bool:
    """Do they end as one person? They come one after another."""
    return len(set(who(*appearances))) == 1


def partition(records: list[uuid.UUID]) -> list[int]:
    """Which of them are together, whatever the ids: the place of the first one of each person."""
    found = persons(records)
    return [found.index(person) for person in found]
