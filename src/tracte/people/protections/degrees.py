"""How many people an identifier is seen with, and what follows. One table, for the live path and the batch pass:

| seen with | live | batch pass | relation |
|---|---|---|---|
| at most 3 persons who gave a name | links | compares | household |
| more: `shared` | links nobody | compares | household |
| more than 8 given names | links nobody | left out | organisation |
| more than 20 persons who gave a name: `blocked` | links nobody | left out, whatever the names | organisation |

The live path raises `normal` to `shared` as the fourth comes; the batch pass counts again, up and down. Persons of one
name in its many forms count once: they are mostly one, whom the pass has still to join.
"""

from __future__ import annotations

from collections import Counter

from tracte.core.sql import column, rows, run
from tracte.people.matching import MAX_PERSONS

MOST_NAMES = 8  # a household has no more
BLOCKED_OVER = 20
# Each row is looked up in an index: `reading` says why.
COUNTED = """
SELECT c.identifier_id, least(count(DISTINCT m.person_id), count(DISTINCT r.name)) AS persons
FROM people_recordidentifier c CROSS JOIN LATERAL (SELECT (given_root, sur1) AS name FROM people_sourcerecord
WHERE id = c.record_id AND given_name <> '' OFFSET 0) r
CROSS JOIN LATERAL (SELECT person_id FROM people_membership WHERE record_id = c.record_id AND to_seq IS NULL OFFSET 0) m
GROUP BY 1 HAVING least(count(DISTINCT m.person_id), count(DISTINCT r.name)) > %s
"""


def state(persons: int) -> str:
    return "blocked" if persons > BLOCKED_OVER else "shared" if persons > MAX_PERSONS else "normal"


def recount() -> dict[str, int]:
    """Count everybody again; how many identifiers became normal, shared or blocked."""
    before = dict(rows("SELECT id, state FROM people_identifier WHERE state <> 'normal'", ids_as_bytes=True))
    after = {one: state(persons) for one, persons in rows(COUNTED, MAX_PERSONS, ids_as_bytes=True)}
    changed = {
        one: after.get(one, "normal")
        for one in before.keys() | after.keys()
        if before.get(one, "normal") != after.get(one, "normal")
    }
    if changed:
        run(
            "UPDATE people_identifier i SET state = t.state FROM unnest(%s::uuid[], %s::text[]) AS t(id, state) "
            "WHERE i.id = t.id",
            column("uuid", changed.keys()),
            column("text", changed.values()),
        )
    return Counter(changed.values())
