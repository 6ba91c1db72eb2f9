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

from tracte.core.sql import rows
from tracte.people.matching import MAX_PERSONS

MOST_NAMES = 8  # a household has no more
BLOCKED_OVER = 20
RECOUNT = """
UPDATE people_identifier i SET state = d.state FROM (SELECT i.id, CASE WHEN n.persons > %s::int THEN 'blocked'
WHEN n.persons > %s::int THEN 'shared' ELSE 'normal' END AS state FROM people_identifier i LEFT JOIN (
SELECT c.identifier_id AS id, least(
count(DISTINCT m.person_id), count(DISTINCT (r.given_root, r.sur1))) AS persons FROM people_recordidentifier c
JOIN people_sourcerecord r ON r.id = c.record_id AND r.given_name <> ''
JOIN people_membership m ON m.record_id = r.id AND m.to_seq IS NULL GROUP BY 1 HAVING count(*) > %s::int) n
ON n.id = i.id) d WHERE d.id = i.id AND d.state <> i.state RETURNING i.state
"""


def recount() -> dict[str, int]:
    """Count everybody again; how many identifiers became normal, shared or blocked."""
    return Counter(state for (state,) in rows(RECOUNT, BLOCKED_OVER, MAX_PERSONS, MAX_PERSONS))
