"""Recognise a batch of appearances: who of them is already known, in one statement per step, for 1 or 50,000.

Everything is read first, decided in `matching`, then written. The lock comes before reading and holds until the
transaction ends: an identifier leads to a person, the person to other identifiers, so no smaller lock is enough.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from tracte.core import keys, tenancy
from tracte.core.ids import uuid7
from tracte.core.sql import clean, rows
from tracte.people import identifiers, names
from tracte.people.appearance import DECLARED, VERIFIED, Appearance
from tracte.people.matching import Carrier, Known, Scene

CARRIERS = 60  # records looked at per identifier
MAX_NAME = 200  # characters of each part of a name; the raw payload keeps the rest


@dataclass(slots=True)
class Arrival:
    """One distinct record of the batch. `brings`: identifier -> assurance, of all its appearances."""

    id: uuid.UUID
    source: uuid.UUID
    key: bytes
    who: Appearance
    name: tuple[str, str, str]
    given: str  # normalised; of a record that was known before, as that record has it
    brings: dict[uuid.UUID, int] = field(default_factory=dict)
    person: uuid.UUID | None = None  # set when the record was known before


class Batch:
    """The distinct records and identifiers of some appearances, each once; `order` keeps every appearance."""

    def __init__(self, appearances: list[tuple[uuid.UUID, Appearance]]):
        self.ring = keys.keyring(tenancy.required())
        self.arrivals: dict[tuple[uuid.UUID, bytes], Arrival] = {}
        self.values: dict[uuid.UUID, tuple[str, str]] = {}  # identifier -> kind, normalised value
        self.order = [self._add(source, who) for source, who in appearances]

    def _add(self, source: uuid.UUID, who: Appearance) -> tuple[Arrival, dict[uuid.UUID, int]]:
        brings: dict[uuid.UUID, int] = {}
        for kind, value, assurance in who.identifiers:
            if normal := identifiers.normalise(kind, value):
                identifier = uuid.UUID(bytes=self.ring.fingerprint(kind, normal))
                self.values[identifier] = kind, normal
                brings[identifier] = max(assurance, brings.get(identifier, 0))
        name = _name(who)
        key = self._key(who, name, brings)
        if (source, key) not in self.arrivals:
            self.arrivals[source, key] = Arrival(uuid7(), source, key, who, name, names.normalise(name[0]))
        return self.arrivals[source, key], brings

    def _key(self, who: Appearance, name: tuple[str, str, str], brings: dict[uuid.UUID, int]) -> bytes:
        """What makes two appearances one record. A name alone does not: there are many of each."""
        if who.key:
            return self.ring.fingerprint("record", who.key)
        if not brings and not (who.birth_date and name[1]):
            return uuid7().bytes
        content = names.normalise(" ".join(name)), sorted(brings.items()), who.birth_date
        return self.ring.fingerprint("content", repr(content))


def _name(who: Appearance) -> tuple[str, str, str]:
    parts = who.given_name, who.surname, who.surname2
    if not (who.given_name or who.surname):
        parts = names.split(who.full_name[: 3 * MAX_NAME])
    return tuple(part[:MAX_NAME] for part in parts)  # type: ignore[return-value]


def recognise(appearances: list[tuple[uuid.UUID, Appearance]], at: dt.datetime) -> list[uuid.UUID]:
    """The record of each appearance, known or new, linked to its person. One transaction, the caller's.

    One after another, in their order: a batch of many gives the same persons as many batches of one.
    """
    if not appearances:
        return []
    lock()
    batch = Batch(appearances)
    _find_known(batch)
    scene = _scene(batch)
    for arrival in batch.arrivals.values():
        if arrival.person is None:
            scene.known[arrival.id] = Known()
            scene.known[arrival.id].learn(arrival.who.birth_date, arrival.name[1], arrival.name[2])
    for arrival, brings in batch.order:
        _bring(arrival, brings, scene)
        scene.arrive(Carrier(arrival.id, arrival.person or arrival.id, 0, arrival.given), list(brings.items()))
    _write(batch, scene, at)
    return [arrival.id for arrival, _ in batch.order]


def _bring(arrival: Arrival, brings: dict[uuid.UUID, int], scene: Scene) -> None:
    """Who shows another verified document than their person's keeps it as declared, for a human to see."""
    known = scene.known.setdefault(scene.forest.root(arrival.person or arrival.id), Known())
    for identifier, assurance in brings.items():
        if scene.kinds[identifier] == identifiers.NATIONAL_ID:
            if assurance >= VERIFIED and known.verified and identifier not in known.verified:
                brings[identifier] = assurance = DECLARED
            known.document(identifier, assurance)
        arrival.brings[identifier] = max(assurance, arrival.brings.get(identifier, 0))


def lock() -> None:
    """One at a time in an administration: who recognises, merges or splits waits until the one before is done."""
    rows("SELECT pg_advisory_xact_lock(%s)", int.from_bytes(tenancy.required().bytes[-8:], "big", signed=True))


def _find_known(batch: Batch) -> None:
    found = rows(
        """
        SELECT r.source, r.key, r.id, m.person_id, r.given_name FROM unnest(%s::uuid[], %s::bytea[]) AS t(source, key)
        JOIN people_sourcerecord r ON r.source = t.source AND r.key = t.key JOIN people_membership m
        ON m.record_id = r.id AND m.to_seq IS NULL
        """,
        [source for source, _ in batch.arrivals],
        [key for _, key in batch.arrivals],
    )
    for source, key, record, person, given in found:
        arrival = batch.arrivals[source, bytes(key)]
        arrival.id, arrival.person, arrival.given = record, person, names.normalise(given)


def _scene(batch: Batch) -> Scene:
    """What the database knows about the identifiers of the batch and about everybody who carries them."""
    carriers: dict[uuid.UUID, dict[uuid.UUID, Carrier]] = defaultdict(dict)
    shared: set[uuid.UUID] = set()
    for identifier, state, record, person, assurance, given in rows(
        """
        SELECT i.id, i.state, c.record_id, m.person_id, c.assurance, r.given_name FROM unnest(%s::uuid[])
        AS t(id) JOIN people_identifier i ON i.id = t.id LEFT JOIN LATERAL (SELECT record_id, assurance
        FROM people_recordidentifier WHERE identifier_id = i.id AND i.state = 'normal' LIMIT %s) c ON true
        LEFT JOIN people_sourcerecord r ON r.id = c.record_id LEFT JOIN people_membership m
        ON m.record_id = c.record_id AND m.to_seq IS NULL
        """,
        list(batch.values),
        CARRIERS,
    ):
        if state == "shared":
            shared.add(identifier)
        elif record:
            carriers[identifier][record] = Carrier(record, person, assurance, names.normalise(given))
    persons = {c.person for found in carriers.values() for c in found.values()}
    persons |= {a.person for a, brings in batch.order if a.person and brings}
    kinds = {identifier: kind for identifier, (kind, _) in batch.values.items()}
    return Scene(known(list(persons)), carriers, kinds, shared, barriers(list(persons)))


def known(persons: list[uuid.UUID]) -> dict[uuid.UUID, Known]:
    """What we know of these persons, in one statement."""
    found: dict[uuid.UUID, Known] = defaultdict(Known)
    if not persons:
        return found
    for person, birth, surname, surname2, document, assurance in rows(
        """
        SELECT DISTINCT m.person_id, r.birth_date, r.surname, r.surname2, d.identifier_id, d.assurance
        FROM people_membership m JOIN people_sourcerecord r ON r.id = m.record_id LEFT
        JOIN LATERAL (SELECT c.identifier_id, c.assurance FROM people_recordidentifier c
        JOIN people_identifier i ON i.id = c.identifier_id AND i.kind = 'national_id'
        WHERE c.record_id = r.id) d ON true WHERE m.person_id = ANY(%s) AND m.to_seq IS NULL
        """,
        persons,
    ):
        found[person].learn(birth, surname, surname2)
        if document:
            found[person].document(document, assurance)
    return found


def barriers(persons: list[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Pairs of persons, one of them among these, that somebody kept apart and nobody joined since."""
    if not persons:
        return []
    return rows(
        """
        SELECT ma.person_id, mb.person_id FROM (SELECT e.* FROM people_membership m JOIN people_edge e
        ON e.kind = 'cannot' AND e.a_id = m.record_id WHERE m.person_id = ANY(%s) AND m.to_seq IS NULL UNION
        SELECT e.* FROM people_membership m JOIN people_edge e ON e.kind = 'cannot' AND e.b_id = m.record_id
        WHERE m.person_id = ANY(%s) AND m.to_seq IS NULL) e JOIN people_membership ma
        ON ma.record_id = e.a_id AND ma.to_seq IS NULL JOIN people_membership mb ON mb.record_id = e.b_id
        AND mb.to_seq IS NULL WHERE NOT EXISTS (SELECT 1 FROM people_edge n WHERE n.a_id = e.a_id
        AND n.b_id = e.b_id AND n.seq > e.seq)
        """,
        persons,
        persons,
    )


def _write(batch: Batch, scene: Scene, at: dt.datetime) -> None:
    new = [arrival for arrival in batch.arrivals.values() if arrival.person is None]
    _insert_records(new, at)
    _insert_tokens(new)
    _insert_identifiers(batch, at)
    if scene.newly_shared:
        rows("UPDATE people_identifier SET state = 'shared' WHERE id = ANY(%s)", list(scene.newly_shared))
    seqs = _insert_edges(scene, at)
    root = scene.forest.root
    persons = {root(a.id) for a in new}
    born = persons & {a.id for a in new}
    if born:
        rows("INSERT INTO people_person (id, created_at) SELECT id, %s FROM unnest(%s::uuid[]) id", at, sorted(born))
    move({p: root(p) for p in scene.forest if root(p) != p}, seqs)
    rows(
        """
        INSERT INTO people_membership (record_id, person_id, from_seq) SELECT *
        FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])
        """,
        [a.id for a in new],
        [root(a.id) for a in new],
        [None if root(a.id) == a.id else seqs[root(a.id)] for a in new],
    )


def move(absorbed: dict[uuid.UUID, uuid.UUID], seqs: dict[uuid.UUID, int]) -> None:
    """Records of absorbed persons now belong to the survivor, since the edge that joined them."""
    if absorbed:
        rows(
            """
            WITH t AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])
            AS t(gone, survivor, seq)), closed AS (UPDATE people_membership m SET to_seq = t.seq FROM t
            WHERE m.person_id = t.gone AND m.to_seq IS NULL RETURNING m.record_id, t.survivor, t.seq)
            INSERT INTO people_membership (record_id, person_id, from_seq) SELECT * FROM closed
            """,
            list(absorbed),
            list(absorbed.values()),
            [seqs[survivor] for survivor in absorbed.values()],
        )


def _insert_records(new: list[Arrival], at: dt.datetime) -> None:
    if not new:
        return
    rows(
        """
        INSERT INTO people_sourcerecord (id, source, key, given_name, surname, surname2, birth_date, address,
        postcode, language, assurance, first_seen_at)
        SELECT id, source, key, given, s1, s2, birth, address, postcode, language, assurance, %s
        FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::date[],
        %s::text[], %s::text[], %s::text[], %s::smallint[])
        AS t(id, source, key, given, s1, s2, birth, address, postcode, language, assurance)
        """,
        at,
        [a.id for a in new],
        [a.source for a in new],
        [a.key for a in new],
        *([clean(a.name[i]) for a in new] for i in range(3)),
        [a.who.birth_date for a in new],
        [clean(a.who.address) for a in new],
        [clean(a.who.postcode) for a in new],
        [clean(a.who.language) for a in new],
        [a.who.name_assurance for a in new],
    )


def _insert_tokens(new: list[Arrival]) -> None:
    tokens = [(token, a.id) for a in new for token in set(names.normalise(" ".join(a.name)).split())]
    if tokens:
        rows(
            "INSERT INTO people_nametoken (token, record_id) SELECT * FROM unnest(%s::text[], %s::uuid[])",
            *(list(column) for column in zip(*tokens, strict=True)),
        )


def _insert_identifiers(batch: Batch, at: dt.datetime) -> None:
    if not batch.values:
        return
    ordered = sorted(batch.values)
    rows(
        """
        INSERT INTO people_identifier (id, kind, key_id, value_sealed, state)
        SELECT id, kind, %s, value, 'normal' FROM unnest(%s::uuid[], %s::text[], %s::bytea[])
        AS t(id, kind, value) ON CONFLICT (id) DO NOTHING
        """,
        batch.ring.current,
        ordered,
        [batch.values[i][0] for i in ordered],
        [batch.ring.seal(batch.values[i][1].encode()) for i in ordered],
    )
    carried = [(a.id, i, assurance) for a in batch.arrivals.values() for i, assurance in a.brings.items()]
    rows(
        """
        INSERT INTO people_recordidentifier (record_id, identifier_id, assurance, at)
        SELECT record, identifier, assurance, %s FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[])
        AS t(record, identifier, assurance)
        ON CONFLICT (record_id, identifier_id) DO UPDATE SET assurance = excluded.assurance
        WHERE people_recordidentifier.assurance < excluded.assurance
        """,
        at,
        *(list(column) for column in zip(*carried, strict=True)),
    )


def _insert_edges(scene: Scene, at: dt.datetime) -> dict[uuid.UUID, int]:
    """Append the links; for each person that they made, the seq of the last one."""
    if not scene.links:
        return {}
    made = rows(
        """
        INSERT INTO people_edge (at, kind, a_id, b_id, rule, identifier_id, reason)
        SELECT %s, 'link', a, b, rule, i, ''
        FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[]) WITH ORDINALITY AS t(a, b, rule, i, n)
        ORDER BY n RETURNING seq, a_id
        """,
        at,
        *(list(column) for column in zip(*scene.links, strict=True)),
    )
    persons = {c.record: c.person for found in scene.carriers.values() for c in found.values()}
    seqs: dict[uuid.UUID, int] = {}
    for seq, a in made:
        root = scene.forest.root(persons[a])
        seqs[root] = max(seq, seqs.get(root, 0))
    return seqs
