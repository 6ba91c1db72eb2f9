"""What was decided about a batch becomes rows: records, identifiers, links, persons and who belongs to whom."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tracte.core import sql
from tracte.core.sql import column
from tracte.people import names
from tracte.people.linkage import blocking
from tracte.people.matching import Id, Scene

if TYPE_CHECKING:
    from tracte.people.recognise import Arrival, Batch

run = functools.partial(sql.run, prepare=True)
rows = functools.partial(sql.rows, prepare=True)


def appearances(batch: Batch, scene: Scene, before: Collection[Id], at: dt.datetime) -> None:
    """Write who came and what they carry, and which identifiers are shared from now on, which the model must know.
    `before`: the identifiers that exist already."""
    new = [arrival for arrival in batch.arrivals.values() if arrival.known is None]
    if new:
        _records(new, at)
    _identifiers(batch, sorted(batch.values.keys() - before))
    if new:
        _tokens(new)
    _carried(batch, at)
    if scene.newly_shared:
        run(
            "UPDATE people_identifier SET state = 'shared' WHERE id = ANY(%s::uuid[])",
            column("uuid", scene.newly_shared),
        )


def persons(batch: Batch, scene: Scene, at: dt.datetime, model: uuid.UUID | None) -> None:
    """Write the links that were decided, and whom everybody belongs to. `model`: that weighed them, if one did."""
    new = [arrival for arrival in batch.arrivals.values() if arrival.known is None]
    seqs = _links(scene, at, model)
    _persons(new, scene, seqs, at)


def _records(new: list[Arrival], at: dt.datetime) -> None:
    run(
        f"""
        INSERT INTO people_sourcerecord (id, source, key, given_name, surname, surname2, birth_date, address,
        postcode, language, assurance, place, given, given_root, given_sound, sur1, sur1_sound, sur2, sur2_sound, area,
        first_seen_at, said_at, purposes, key_birth_surname, key_birth_given, key_place, key_name)
        SELECT id, source, key, g, s1, s2, birth, address, postcode, language, assurance, place, given, given_root,
        given_sound, sur1, sur1_sound, sur2, sur2_sound, area, %s, said, string_to_array(purposes, ' '),
        hashtextextended(to_char(birth, 'YYYYMMDD ') || left(sur1, 4), 1),
        hashtextextended(to_char(birth, 'YYYYMMDD ') || left(given_root, 3), 2),
        hashtextextended(left(sur1, 3) || '|' || left(given_root, 3) || '|' || place, 3),
        hashtextextended({blocking.NAMED}, 4)
        FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::date[],
        %s::text[], %s::text[], %s::text[], %s::smallint[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS t(id, source, key, g, s1, s2, birth, address, postcode, language, assurance, place,
        given, given_root, given_sound, sur1, sur1_sound, sur2, sur2_sound, area, purposes, said)
        """,
        at,
        column("uuid", [a.id for a in new]),
        column("uuid", [a.source for a in new]),
        column("bytea", [a.key for a in new]),
        *(column("text", [a.name[i] for a in new]) for i in range(3)),
        column("date", [a.who.birth_date for a in new]),
        column("text", [a.who.address for a in new]),
        column("text", [a.who.postcode for a in new]),
        column("text", [a.who.language for a in new]),
        column("smallint", [a.who.name_assurance for a in new]),
        column("uuid", [a.who.place for a in new]),
        *(column("text", values) for values in zip(*(a.compared for a in new), strict=True)),
        column("text", [" ".join(a.who.purposes) for a in new]),
        column("timestamptz", [a.who.at for a in new]),
    )


def _tokens(new: list[Arrival]) -> None:
    """Sorted, so that neighbours in the index are written together."""
    tokens = sorted((token, a.id) for a in new for token in set(names.normalise(" ".join(a.name)).split()))
    run(
        "INSERT INTO people_nametoken (token, record_id) SELECT * FROM unnest(%s::text[], %s::uuid[])",
        column("text", [token for token, _ in tokens]),
        column("uuid", [record for _, record in tokens]),
    )


def _identifiers(batch: Batch, new: list[Id]) -> None:
    if new:
        run(
            """
            INSERT INTO people_identifier (id, kind, key_id, value_sealed, state)
            SELECT id, kind, %s, value, 'normal' FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) AS t(id, kind, value)
            """,
            batch.ring.current,
            column("uuid", new),
            column("text", [batch.values[i][0] for i in new]),
            column("bytea", [batch.ring.seal(batch.values[i][1].encode()) for i in new]),
        )


def _carried(batch: Batch, at: dt.datetime) -> None:
    carried = [
        (a.id, i, assurance, a.who.at or at) for a in batch.arrivals.values() for i, assurance in a.brings.items()
    ]
    if carried:
        run(
            """
            INSERT INTO people_recordidentifier (record_id, identifier_id, assurance, at)
            SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::timestamptz[])
            ON CONFLICT (record_id, identifier_id) DO UPDATE SET assurance = excluded.assurance
            WHERE people_recordidentifier.assurance < excluded.assurance
            """,
            column("uuid", [record for record, *_ in carried]),
            column("uuid", [identifier for _, identifier, *_ in carried]),
            column("smallint", [assurance for _, _, assurance, _ in carried]),
            column("timestamptz", [said for *_, said in carried]),
        )


def _links(scene: Scene, at: dt.datetime, model: uuid.UUID | None) -> dict[Id, int]:
    """Append the links; for each person that they made, the seq of the last one."""
    if not scene.links:
        return {}
    made = rows(
        """
        INSERT INTO people_edge (at, kind, a_id, b_id, rule, identifier_id, reason, model_id, weights)
        SELECT %s, 'link', a, b, rule, i, '', CASE WHEN said IS NOT NULL THEN %s::uuid END, said::jsonb
        FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::text[])
        WITH ORDINALITY AS t(a, b, rule, i, said, n) ORDER BY n RETURNING seq
        """,
        at,
        model,
        column("uuid", [link.a for link in scene.links]),
        column("uuid", [link.b for link in scene.links]),
        column("text", [link.rule for link in scene.links]),
        column("uuid", [link.identifier for link in scene.links]),
        column("text", [link.said for link in scene.links]),
    )
    seqs: dict[Id, int] = {}
    for link, (seq,) in zip(scene.links, made, strict=True):
        root = scene.forest.root(link.person)
        seqs[root] = max(seq, seqs.get(root, 0))
    return seqs


def _persons(new: list[Arrival], scene: Scene, seqs: Mapping[Id, int], at: dt.datetime) -> None:
    root = scene.forest.root
    owner = {a.id: root(a.id) for a in new}
    if born := sorted(owner.keys() & set(owner.values())):
        run("INSERT INTO people_person (id, created_at) SELECT *, %s FROM unnest(%s::uuid[])", at, column("uuid", born))
    move({person: root(person) for person in scene.forest if root(person) != person}, seqs)
    if owner:
        run(
            """
            INSERT INTO people_membership (record_id, person_id, from_seq)
            SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])
            """,
            column("uuid", owner.keys()),
            column("uuid", owner.values()),
            column("bigint", [None if record == person else seqs[person] for record, person in owner.items()]),
        )


def move(absorbed: Mapping[Id, Id], seqs: Mapping[Id, int]) -> None:
    """Records of absorbed persons now belong to the survivor, since the edge that joined them."""
    if absorbed:
        run(
            """
            WITH t AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])
            AS t(gone, survivor, seq)), closed AS (UPDATE people_membership m SET to_seq = t.seq FROM t
            WHERE m.person_id = t.gone AND m.to_seq IS NULL RETURNING m.record_id, t.survivor, t.seq)
            INSERT INTO people_membership (record_id, person_id, from_seq) SELECT * FROM closed
            """,
            column("uuid", absorbed.keys()),
            column("uuid", absorbed.values()),
            column("bigint", [seqs[survivor] for survivor in absorbed.values()]),
        )
