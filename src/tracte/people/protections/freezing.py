"""Persons who joined too much are frozen: no engine link reaches them until somebody looks. Nobody is evicted.

Frozen is what a person's figures say, read with everything else that is known of them (`matching.Known.frozen`): after
a split below the limits they are so no longer. The rows are for people: since when, why, and who let it grow again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracte.core.ids import uuid7_bytes
from tracte.core.sql import column, rows, run
from tracte.people import reading
from tracte.people.identifiers import EMAIL, PHONE
from tracte.people.matching import MOST_EMAILS, MOST_PHONES, MOST_RECORDS, Id, Known
from tracte.people.protections.models import Freeze

if TYPE_CHECKING:
    from tracte.people.profile import Profile

OVER = """
SELECT person_id FROM people_membership WHERE to_seq IS NULL GROUP BY person_id HAVING count(*) >= %s UNION
SELECT m.person_id FROM people_recordidentifier c CROSS JOIN LATERAL (SELECT kind FROM people_identifier
WHERE id = c.identifier_id AND kind <> 'national_id' OFFSET 0) i CROSS JOIN LATERAL (SELECT person_id
FROM people_membership WHERE record_id = c.record_id AND to_seq IS NULL OFFSET 0) m
GROUP BY m.person_id, i.kind
HAVING count(DISTINCT c.identifier_id) > CASE i.kind WHEN 'phone' THEN %s::int ELSE %s::int END
"""


@dataclass(frozen=True)
class Frozen:
    """A freeze that stands, with the person that it concerns today and their figures; of a component, as it was."""

    freeze: Freeze
    person: uuid.UUID
    records: int
    phones: int
    emails: int


def note(known: Mapping[Id, Known], at: dt.datetime) -> int:
    """Write down those of these persons who are frozen and were not yet; how many are frozen."""
    found = [(person, one) for person, one in known.items() if one.frozen]
    if found:
        _write(
            [(p, k.frozen, k.records, len(k.phones), len(k.emails), k.times) for p, k in found],
            at,
        )
    return len(found)


def everybody() -> dict[Id, Known]:
    """The persons who are frozen, written down or not yet."""
    over = [person for (person,) in rows(OVER, MOST_RECORDS, MOST_PHONES, MOST_EMAILS, ids_as_bytes=True)]
    return {person: one for person, one in reading.known(over).items() if one.frozen}


def sweep(at: dt.datetime) -> int:
    """Write down everybody who is frozen; how many. The caller holds the lock (`recognise.lock`)."""
    return note(everybody(), at)


def note_components(components: Iterable[list[Id]], at: dt.datetime) -> None:
    """Components of the batch pass that are too large to be looked into: `records` of each."""
    if found := [(min(records), "component", len(records), 0, 0, 1) for records in components]:
        _write(found, at)


def of_person(profile: Profile) -> Frozen | None:
    """The freeze that stands on an opened person, asked for only when what is shown of them reaches a limit."""
    held = {
        kind: {one.identifier.bytes for one in profile.claims if one.kind == kind and one.identifier}
        for kind in (PHONE, EMAIL)
    }
    shown = Known(records=len(profile.records), phones=held[PHONE], emails=held[EMAIL])
    return next(iter(standing(profile.id)), None) if shown.reaches(1) else None


def _write(found: list[tuple[Id, str, int, int, int, int]], at: dt.datetime) -> None:
    record, why, *figures = zip(*found, strict=True)
    run(
        """
        INSERT INTO people_freeze (id, record_id, at, why, records, phones, emails, times)
        SELECT id, record, %s, why, records, phones, emails, times FROM unnest(%s::uuid[], %s::uuid[], %s::text[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS t(id, record, why, records, phones, emails, times)
        ON CONFLICT (record_id, times) DO NOTHING
        """,
        at,
        column("uuid", [uuid7_bytes() for _ in found]),
        column("uuid", record),
        column("text", why),
        *(column("bigint", each) for each in figures),
    )


def standing(person: uuid.UUID | None = None) -> list[Frozen]:
    """What is frozen now; or this person alone, if they are. Newest first."""
    waiting = Freeze.objects.filter(thaw=None).order_by("-at", "id")
    if person:
        mine = {"record__memberships__person_id": person, "record__memberships__to_seq": None}
        waiting = waiting.filter(**mine).exclude(why=Freeze.Why.COMPONENT)
    freezes = list(waiting)
    owner = reading.persons([one.record_id.bytes for one in freezes])
    known = reading.known(sorted(set(owner.values())))
    found: dict[Id, Frozen] = {}
    for freeze in freezes:
        id_ = owner[freeze.record_id.bytes]
        one, bearer = known[id_], uuid.UUID(bytes=id_)
        if freeze.why == Freeze.Why.COMPONENT:
            found.setdefault(id_, Frozen(freeze, bearer, freeze.records, 0, 0))
        elif one.frozen and one.times <= freeze.times:
            found[id_] = Frozen(freeze, bearer, one.records, len(one.phones), len(one.emails))
    return list(found.values())
