"""What the database knows about a batch: its records, the carriers of its identifiers, their persons.

Each row of a batch is looked up in an index. `OFFSET 0` holds the planner to that: the statistics of a table that is
being filled lie, and a plan that reads a table whole grows with it. So the plan can be kept as well: for one newcomer
it takes longer to make than to run.
"""

from __future__ import annotations

import functools
from collections import defaultdict

from tracte.core import sql
from tracte.core.sql import column
from tracte.people import names
from tracte.people.matching import MAX_RECORDS, Carrier, Id, Known

CARRIERS = MAX_RECORDS  # looked at per identifier; one that has more becomes shared
rows = functools.partial(sql.rows, ids_as_bytes=True, prepare=True)


def records(places: list[tuple[Id, bytes]]) -> list[tuple[tuple[Id, bytes], Id, Id, str]]:
    """(source, key), record, person and given name of those (source, key) that are known."""
    found = rows(
        """
        SELECT t.source, t.key, r.id, m.person_id, r.given_name FROM unnest(%s::uuid[], %s::bytea[]) AS t(source, key)
        CROSS JOIN LATERAL (SELECT id, given_name FROM people_sourcerecord
        WHERE source = t.source AND key = t.key OFFSET 0) r CROSS JOIN LATERAL (SELECT person_id
        FROM people_membership WHERE record_id = r.id AND to_seq IS NULL OFFSET 0) m
        """,
        column("uuid", [source for source, _ in places]),
        column("bytea", [key for _, key in places]),
    )
    return [((source, key), *rest) for source, key, *rest in found]


def carriers(identifiers: list[Id]) -> tuple[dict[Id, dict[Id, Carrier]], set[Id]]:
    """identifier -> record -> carrier, for each that exists; and which of them too many share (then: no carriers)."""
    found: dict[Id, dict[Id, Carrier]] = defaultdict(dict)
    shared: set[Id] = set()
    for identifier, state, record, person, assurance, given in rows(
        """
        SELECT t.id, i.state, c.record_id, m.person_id, c.assurance, r.given_name FROM unnest(%s::uuid[]) AS t(id)
        CROSS JOIN LATERAL (SELECT state FROM people_identifier WHERE id = t.id OFFSET 0) i
        LEFT JOIN LATERAL (SELECT record_id, assurance FROM people_recordidentifier
        WHERE identifier_id = t.id AND i.state = 'normal' LIMIT %s) c ON true
        LEFT JOIN LATERAL (SELECT given_name FROM people_sourcerecord WHERE id = c.record_id OFFSET 0) r ON true
        LEFT JOIN LATERAL (SELECT person_id FROM people_membership
        WHERE record_id = c.record_id AND to_seq IS NULL OFFSET 0) m ON true
        """,
        column("uuid", identifiers),
        CARRIERS,
    ):
        bearers = found[identifier]
        if state != "normal":
            shared.add(identifier)
        elif record:
            bearers[record] = Carrier(record, person, assurance, names.normalise(given))
    return found, shared


def known(persons: list[Id]) -> dict[Id, Known]:
    """What we know of these persons, in one statement; and in another how far who is too large may grow."""
    found = {person: Known() for person in persons}
    if not persons:
        return found
    for person, records, *told, identifier, kind, assurance in rows(
        """
        SELECT DISTINCT t.id, n.records, r.birth_date, r.surname, r.surname2, r.purposes, d.identifier_id, d.kind,
        d.assurance FROM unnest(%s::uuid[]) AS t(id) CROSS JOIN LATERAL (SELECT count(*) AS records
        FROM people_membership WHERE person_id = t.id AND to_seq IS NULL OFFSET 0) n
        CROSS JOIN LATERAL (SELECT record_id FROM people_membership
        WHERE person_id = t.id AND to_seq IS NULL OFFSET 0) m CROSS JOIN LATERAL (SELECT *
        FROM people_sourcerecord WHERE id = m.record_id OFFSET 0) r LEFT JOIN LATERAL (SELECT c.identifier_id,
        i.kind, CASE i.kind WHEN 'national_id' THEN c.assurance END AS assurance FROM people_recordidentifier c
        CROSS JOIN LATERAL (SELECT kind FROM people_identifier
        WHERE id = c.identifier_id OFFSET 0) i WHERE c.record_id = m.record_id OFFSET 0) d
        ON true
        """,
        column("uuid", persons),
    ):
        found[person].records = records
        found[person].learn(*told)
        if identifier:
            found[person].carries(kind, identifier, assurance or 0)
    for person, times in _thawed([person for person, one in found.items() if one.frozen]):
        found[person].times = times
    return found


def _thawed(persons: list[Id]) -> list[tuple[Id, int]]:
    """How many times the usual limits these persons may grow to, of those whom somebody let grow."""
    if not persons:
        return []
    return rows(
        """
        SELECT m.person_id, max(w.times) FROM people_thaw w JOIN people_freeze f ON f.id = w.freeze_id
        JOIN people_membership m ON m.record_id = f.record_id AND m.to_seq IS NULL
        WHERE m.person_id = ANY(%s::uuid[]) GROUP BY m.person_id
        """,
        column("uuid", persons),
    )


def barriers(persons: list[Id]) -> list[tuple[Id, Id]]:
    """Pairs of persons, one of them among these, that somebody kept apart and nobody joined since.

    `kind || ''`: not by the indexes of who is kept apart alone. While there are few, these look empty, and are then
    read whole for each record, which grows with all who were ever kept apart.
    """
    if not persons:
        return []
    return rows(
        """
        SELECT ma.person_id, mb.person_id FROM (SELECT DISTINCT e.* FROM unnest(%s::uuid[]) AS t(id)
        CROSS JOIN LATERAL (SELECT record_id FROM people_membership
        WHERE person_id = t.id AND to_seq IS NULL OFFSET 0) m CROSS JOIN LATERAL (
        SELECT seq, a_id, b_id FROM people_edge WHERE kind || '' = 'cannot' AND a_id = m.record_id UNION ALL
        SELECT seq, a_id, b_id FROM people_edge WHERE kind || '' = 'cannot' AND b_id = m.record_id OFFSET 0) e) e
        CROSS JOIN LATERAL (SELECT person_id FROM people_membership
        WHERE record_id = e.a_id AND to_seq IS NULL OFFSET 0) ma CROSS JOIN LATERAL (SELECT person_id
        FROM people_membership WHERE record_id = e.b_id AND to_seq IS NULL OFFSET 0) mb
        LEFT JOIN LATERAL (SELECT true AS is_there FROM people_edge
        WHERE a_id = e.a_id AND b_id = e.b_id AND seq > e.seq LIMIT 1) later ON true WHERE later.is_there IS NULL
        """,
        column("uuid", persons),
    )


def persons(records: list[Id]) -> dict[Id, Id]:
    """The person of each of these records, as it stands."""
    return dict(
        rows(
            """
            SELECT t.id, m.person_id FROM unnest(%s::uuid[]) AS t(id) CROSS JOIN LATERAL (SELECT person_id
            FROM people_membership WHERE record_id = t.id AND to_seq IS NULL OFFSET 0) m
            """,
            column("uuid", set(records)),
        )
    )
