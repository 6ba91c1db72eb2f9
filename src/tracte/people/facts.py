"""What several records say of one person: which value of each attribute is shown, and which others there are.

Survivorship: assurance, then recency, then frequency. Of a name, the most complete comes before the most recent: a
Telegram account that only says «Mercè» does not hide the surnames that the office wrote down.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from tracte.people import names
from tracte.people.appearance import DECLARED
from tracte.people.identifiers import EMAIL, NATIONAL_ID, PHONE
from tracte.people.models import SourceRecord

NAME, BIRTH, ADDRESS, LANGUAGE = "name", "birth_date", "address", "language"
KINDS = (NAME, NATIONAL_ID, BIRTH, EMAIL, PHONE, ADDRESS, LANGUAGE)


@dataclass(slots=True)
class Claim:
    """One record says one thing. `value` is text, or a date; of an identifier, as a screen may show it."""

    kind: str
    value: str | dt.date
    assurance: int
    at: dt.datetime
    record: SourceRecord
    identifier: uuid.UUID | None = None
    is_shared: bool = False
    is_blocked: bool = False


@dataclass(slots=True)
class Fact:
    """The value that stands for an attribute, with the claim that gives it, and the other values, best first."""

    kind: str
    best: Claim
    others: list[Claim] = field(default_factory=list)


def survive(claims: Iterable[Claim]) -> dict[str, Fact]:
    """kind -> fact, in the order in which a page tells them."""
    by_kind: dict[str, dict[Hashable, list[Claim]]] = {kind: {} for kind in KINDS}
    for claim in claims:
        by_kind[claim.kind].setdefault(_sameness(claim), []).append(claim)
    facts = {}
    for kind, values in by_kind.items():
        ranked = sorted(values.values(), key=_rank, reverse=True)
        if ranked:
            best, *others = (max(same, key=_strength) for same in ranked)
            facts[kind] = Fact(kind, best, others)
    return facts


def own_claims(record: SourceRecord) -> Iterable[Claim]:
    """What the record says itself, without identifiers. Who checked a document vouches for name and birth date."""
    told: list[tuple[str, str | dt.date | None, int]] = [
        (NAME, record.full_name, record.assurance),
        (BIRTH, record.birth_date, record.assurance),
        (ADDRESS, ", ".join(part for part in (record.address, record.postcode) if part), DECLARED),
        (LANGUAGE, record.language, DECLARED),
    ]
    return [
        Claim(kind, value, assurance, record.said_at or record.first_seen_at, record)
        for kind, value, assurance in told
        if value
    ]


def _strength(claim: Claim) -> tuple[int, dt.datetime]:
    return claim.assurance, claim.at


def _rank(same: list[Claim]) -> tuple[int, int, dt.datetime, int]:
    assurance, at = max(map(_strength, same))
    return assurance, max(map(_completeness, same)), at, len(same)


def _completeness(claim: Claim) -> int:
    record = claim.record
    return sum(map(bool, (record.given_name, record.surname, record.surname2))) if claim.kind == NAME else 0


_SAMENESS: dict[str, Callable[[str], str]] = {NAME: names.normalise, ADDRESS: names.normalise}


def _sameness(claim: Claim) -> Hashable:
    """Two writings of one value are one value."""
    if claim.identifier:
        return claim.identifier
    return _SAMENESS.get(claim.kind, str)(str(claim.value))
