"""Opening a person: the one door to everything that we know of somebody. Each opening is written in the read log."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property

from tracte.core import keys
from tracte.core.models import User
from tracte.people import facts, identifiers
from tracte.people.components import JOINS
from tracte.people.facts import Claim, Fact
from tracte.people.models import Edge, Identifier, Membership, RecordIdentifier, SourceRecord
from tracte.privacy.actions import log_read


@dataclass(slots=True)
class Join:
    """Two records that are one person today, and why: the edge that stands and the identifier that it rests on."""

    edge: Edge
    a: SourceRecord
    b: SourceRecord
    shared: Claim | None


class Profile:
    """One person as all their records tell. Built by `open_person` only; each part is read when first asked for."""

    def __init__(self, person: uuid.UUID, records: list[SourceRecord]):
        self.id, self.records = person, records

    @cached_property
    def claims(self) -> list[Claim]:
        """Identifiers of each record, documents masked."""
        carried = RecordIdentifier.objects.filter(record_id__in=[r.id for r in self.records]).select_related(
            "identifier"
        )
        known = {record.id: record for record in self.records}
        opened: dict[uuid.UUID, str] = {}
        for one in carried:
            if one.identifier_id not in opened:
                opened[one.identifier_id] = identifiers.mask(one.identifier.kind, self._open(one.identifier))
        return [
            Claim(
                kind=one.identifier.kind,
                value=opened[one.identifier_id],
                assurance=one.assurance,
                at=one.at,
                record=known[one.record_id],
                identifier=one.identifier_id,
                is_shared=one.identifier.state != Identifier.State.NORMAL,
                is_blocked=one.identifier.state == Identifier.State.BLOCKED,
            )
            for one in carried
        ]

    @cached_property
    def facts(self) -> dict[str, Fact]:
        own = [claim for record in self.records for claim in facts.own_claims(record)]
        return facts.survive([*own, *self.claims])

    @property
    def name(self) -> str:
        """Full name, or nothing when no record tells one."""
        return str(self.facts[facts.NAME].best.value) if facts.NAME in self.facts else ""

    @property
    def given_name(self) -> str:
        return self.facts[facts.NAME].best.record.given_name if facts.NAME in self.facts else ""

    @property
    def assurance(self) -> int:
        """How sure we are of who this is: the best of name and identifiers."""
        return max(
            [claim.assurance for claim in self.claims] + [r.assurance for r in self.records if r.full_name] + [1]
        )

    @cached_property
    def joins(self) -> list[Join]:
        """What holds the records together today, newest first."""
        known = {record.id: record for record in self.records}
        if len(known) < 2:
            return []
        log = Edge.objects.filter(a_id__in=known, b_id__in=known).select_related("by").order_by("seq")
        standing = {(edge.a_id, edge.b_id): edge for edge in log}
        rests_on = {claim.identifier: claim for claim in self.claims}
        joins = [
            Join(edge, known[edge.a_id], known[edge.b_id], rests_on.get(edge.identifier_id))
            for edge in standing.values()
            if edge.kind in JOINS
        ]
        return sorted(joins, key=lambda join: -join.edge.seq)

    def _open(self, identifier: Identifier) -> str:
        return keys.keyring(identifier.administration_id).open(identifier.value_sealed).decode()


def open_person(person: uuid.UUID, *, by: User, purpose: str, at: dt.datetime, what: str = "person") -> Profile | None:
    """The person with this id, and one row in the read log; None, and no row, when nobody bears the id today.

    `what` says how much is shown: person, timeline, interaction. An unknown purpose raises privacy's UnknownPurpose.
    """
    live = Membership.objects.live().filter(person_id=person).select_related("record").order_by("record_id")
    records = [membership.record for membership in live]
    if not records:
        return None
    log_read(subject=person, by=by, purpose=purpose, at=at, what=what)
    return Profile(person, records)


def reveal(
    person: uuid.UUID, identifier: uuid.UUID, *, by: User, purpose: str, at: dt.datetime
) -> tuple[str, str] | None:
    """(kind, whole value) of an identifier that this person carries, and a row of its own in the read log."""
    carried = RecordIdentifier.objects.filter(
        identifier_id=identifier, record__memberships__person_id=person, record__memberships__to_seq=None
    )
    found = carried.select_related("identifier").first()
    if found is None:
        return None
    log_read(subject=person, by=by, purpose=purpose, at=at, what="identifier")
    value = keys.keyring(found.administration_id).open(found.identifier.value_sealed).decode()
    return found.identifier.kind, value
