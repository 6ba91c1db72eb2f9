"""Households and organisations: who shares an address, a landline or an e-mail. They are relations, and link nobody.

A household is 2 to 8 persons who share an address, a landline or an e-mail, each with a surname in common with another
of them; an organisation, a telephone or an e-mail of more than 8 persons of as many surnames. (A mobile telephone that
two people give says too little.)
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import phonenumbers
from django.db import transaction
from phonenumbers import PhoneNumberType

from tracte.core import keys, tenancy
from tracte.core.sql import rows
from tracte.people import names
from tracte.people.components import Forest
from tracte.people.identifiers import PHONE
from tracte.people.models import Membership, Relation, RelationMember
from tracte.people.protections.degrees import MOST_NAMES

# Each row is looked up in an index: `reading` says why.
CONTACTS = """
SELECT i.id, i.kind, i.value_sealed, t.records, t.persons, t.surnames, t.surnames2 FROM (
SELECT c.identifier_id, array_agg(c.record_id) AS records, array_agg(m.person_id) AS persons,
array_agg(coalesce(r.sur1, '')) AS surnames, array_agg(coalesce(r.sur2, '')) AS surnames2
FROM people_recordidentifier c
CROSS JOIN LATERAL (SELECT sur1, sur2 FROM people_sourcerecord WHERE id = c.record_id OFFSET 0) r
CROSS JOIN LATERAL (SELECT person_id FROM people_membership WHERE record_id = c.record_id AND to_seq IS NULL OFFSET 0) m
GROUP BY 1 HAVING count(DISTINCT m.person_id) > 1 OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM people_identifier WHERE id = t.identifier_id AND kind <> 'national_id' OFFSET 0) i
"""
ADDRESSES = """
SELECT r.address, r.postcode, r.id, m.person_id, coalesce(r.sur1, ''), coalesce(r.sur2, '') FROM people_sourcerecord r
CROSS JOIN LATERAL (SELECT person_id FROM people_membership WHERE record_id = r.id AND to_seq IS NULL OFFSET 0) m
WHERE r.postcode <> '' AND r.address ~ '[0-9]'
"""
FIXED = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class Sharer(NamedTuple):
    """A record that bears what is shared."""

    record: uuid.UUID
    person: uuid.UUID
    surname: str
    surname2: str


Place = tuple[str, uuid.UUID | None, bytes | None, uuid.UUID]  # kind, identifier, address, oldest record


def household(sharers: list[Sharer]) -> Iterator[list[uuid.UUID]]:
    """The records of each family among them: persons whom a chain of common surnames holds together."""
    if len({one.person for one in sharers}) > MOST_NAMES:
        return
    forest: Forest[uuid.UUID] = Forest()
    bearer: dict[str, uuid.UUID] = {}
    for one in sharers:
        for surname in filter(None, (one.surname, one.surname2)):
            forest.join(bearer.setdefault(surname, one.person), one.person)
    families: dict[uuid.UUID, list[Sharer]] = defaultdict(list)
    for one in sharers:
        families[forest.root(one.person)].append(one)
    for family in families.values():
        if len({one.person for one in family}) > 1:
            yield [one.record for one in family]


def is_organisation(sharers: list[Sharer]) -> bool:
    persons, surnames = {one.person for one in sharers}, {one.surname for one in sharers} - {""}
    return min(len(persons), len(surnames)) > MOST_NAMES


def _found() -> Iterator[tuple[Place, set[uuid.UUID]]]:
    ring = keys.keyring(tenancy.required())
    for identifier, kind, sealed, *columns in rows(CONTACTS):
        sharers = [Sharer(*one) for one in zip(*columns, strict=True)]
        if is_organisation(sharers):
            records = {one.record for one in sharers}
            yield ("organisation", identifier, None, min(records)), records
        elif kind != PHONE or _is_landline(ring.open(sealed).decode()):
            for family in household(sharers):
                yield ("household", identifier, None, min(family)), set(family)
    places: dict[tuple[str, str], list[Sharer]] = defaultdict(list)
    for address, postcode, *sharer in rows(ADDRESSES):
        places[names.normalise(address), postcode].append(Sharer(*sharer))
    for place, sharers in places.items():
        for family in household(sharers) if len(sharers) > 1 else ():
            yield ("household", None, ring.fingerprint("address", "\0".join(place)), min(family)), set(family)


def _is_landline(number: str) -> bool:
    return phonenumbers.number_type(phonenumbers.parse(number)) in FIXED


@transaction.atomic
def renew(at: dt.datetime) -> dict[str, int]:
    """Make, change and end relations until they are what records say today; how many `made`, `ended`, and stand."""
    wanted = dict(_found())
    live = {_place(one): one for one in Relation.objects.filter(ended_at=None)}
    gone = [one.id for place, one in live.items() if place not in wanted]
    Relation.objects.filter(id__in=gone).update(ended_at=at)
    new = [
        Relation(kind=kind, identifier_id=identifier, address=address, oldest_id=oldest, at=at)
        for kind, identifier, address, oldest in wanted.keys() - live.keys()
    ]
    Relation.objects.bulk_create(new, batch_size=2000)
    _members({_place(one): one.id for one in (*live.values(), *new)}, wanted)
    return {"made": len(new), "ended": len(gone), "relations": len(wanted)}


def _place(one: Relation) -> Place:
    return one.kind, one.identifier_id, None if one.address is None else bytes(one.address), one.oldest_id


def _members(ids: dict[Place, uuid.UUID], wanted: dict[Place, set[uuid.UUID]]) -> None:
    had: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    members = RelationMember.objects.filter(relation__ended_at=None)
    for relation, record in members.values_list("relation_id", "record_id"):
        had[relation].add(record)
    fresh = []
    for place, records in wanted.items():
        relation = ids[place]
        if left := had[relation] - records:
            RelationMember.objects.filter(relation_id=relation, record_id__in=left).delete()
        fresh += [RelationMember(relation_id=relation, record_id=record) for record in sorted(records - had[relation])]
    RelationMember.objects.bulk_create(fresh, batch_size=5000)


@dataclass(frozen=True)
class Shared:
    """A relation of a person, on `address`, `phone` or `email`, with the other persons in it today."""

    relation: Relation
    on: str
    others: list[uuid.UUID]


def of_records(records: Iterable[uuid.UUID]) -> list[Shared]:
    """The relations of one person, given all their records; those in which there is somebody else."""
    mine = set(records)
    found = Relation.objects.filter(ended_at=None, members__record_id__in=mine).distinct().select_related("identifier")
    shared = []
    for relation in found.order_by("kind", "at", "id"):
        inside = RelationMember.objects.filter(relation=relation).values("record_id")
        others = Membership.objects.live().filter(record_id__in=inside)
        own = set(Membership.objects.live().filter(record_id__in=mine).values_list("person_id", flat=True))
        persons = sorted(set(others.values_list("person_id", flat=True)) - own)
        if persons:
            shared.append(Shared(relation, relation.identifier.kind if relation.identifier else "address", persons))
    return shared
