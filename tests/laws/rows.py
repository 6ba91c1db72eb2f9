"""One row in any table, made from what the catalogue says: so that no table can be forgotten by who tests them all."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection

VALUES = {
    "uuid": lambda: uuid.uuid4(),
    "text": lambda: secrets.token_hex(4),
    "character varying": lambda: secrets.token_hex(4),
    "timestamp with time zone": lambda: "2026-04-01T10:00:00Z",
    "date": lambda: "2026-04-01",
    "smallint": lambda: 1,
    "integer": lambda: 1,
    "bigint": lambda: 1,
    "double precision": lambda: 0.5,
    "boolean": lambda: False,
    "jsonb": lambda: '{"ca": "text"}',
    "bytea": lambda: secrets.token_bytes(16),
    "ARRAY": lambda: "{}",
}
COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'
  AND column_default IS NULL AND is_identity = 'NO' AND column_name <> 'administration_id'
"""
REFERENCES = """
SELECT array_agg(a.attname ORDER BY k.n), c.confrelid::regclass::text, array_agg(f.attname ORDER BY k.n)
FROM pg_constraint c CROSS JOIN unnest(c.conkey, c.confkey) WITH ORDINALITY AS k(mine, theirs, n)
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.mine
JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.theirs
WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND c.confrelid <> c.conrelid
GROUP BY c.oid, c.confrelid ORDER BY count(*) DESC
"""
# The foreign keys that `core.references` checks: pairs of a column and a table.
CHECKED = """
SELECT DISTINCT encode(tgargs, 'escape') FROM pg_trigger
WHERE tgfoid = 'core_references'::regproc AND tgrelid = %s::regclass
"""


class Rows:
    """A row in each table asked for, of the current administration, with the rows that it refers to."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Any]] = {}

    def of(self, table: str) -> dict[str, Any]:
        """The row, as the database gives it back; once per table."""
        if table not in self._made:
            self._made[table] = self.another(table, **SPECIAL.get(table, lambda rows: {})(self))
        return self._made[table]

    def another(self, table: str, **given: Any) -> dict[str, Any]:
        """A row with these values, and for the rest what its columns' types and foreign keys ask for."""
        row = {name: VALUES[kind]() for name, kind in _fetch(COLUMNS, table) if kind in VALUES} | given
        for mine, other, theirs in [*_fetch(REFERENCES, table), *_checked(table)]:
            wanted = set(mine) - {"administration_id"}
            if wanted & row.keys() and not wanted & given.keys():
                found = self.of(other)
                row |= {name: found[key] for name, key in zip(mine, theirs, strict=True) if name in wanted}
        return insert(table, row)


def _checked(table: str) -> list[tuple]:
    words = [word for (arguments,) in _fetch(CHECKED, table) for word in arguments.split("\\000")[:-1]]
    return [([column], other, ["id"]) for column, other in zip(words[::2], words[1::2], strict=True)]


# What the types do not tell: values that check constraints, enumerations and composite keys ask for. A new table whose
# rows need more than its types say gets its line here.
SPECIAL: dict[str, Callable[[Rows], dict[str, Any]]] = {
    "core_role": lambda rows: {"name": "agent"},
    "people_identifier": lambda rows: {"kind": "phone", "state": "normal"},
    "people_edge": lambda rows: {
        "kind": "link",
        "b_id": rows.another("people_sourcerecord", id=uuid.UUID("f" * 8 + secrets.token_hex(12)))["id"],  # after a_id
    },
    "people_doubt": lambda rows: {
        "why": "band",
        "b_id": rows.another("people_sourcerecord", id=uuid.UUID("f" * 8 + secrets.token_hex(12)))["id"],  # after a_id
    },
    "people_verdict": lambda rows: {"said": "same"},
    "people_calibration": lambda rows: {"link_at": 6.6},  # over ask_at
    "people_relation": lambda rows: {"kind": "household", "address": secrets.token_bytes(16)},
    "people_freeze": lambda rows: {"why": "records"},
    "knowledge_service": lambda rows: {"term_unit": "", "open_data": "nothing"},
    "knowledge_answer": lambda rows: {"language": "ca"},
    "knowledge_answertext": lambda rows: {"language": "ca"},
    "knowledge_synonym": lambda rows: {"language": "ca"},
    "knowledge_missedsearch": lambda rows: {"language": "ca"},
    "knowledge_entry": lambda rows: {"service_id": rows.of("knowledge_service")["id"]},
    "privacy_consentstatement": lambda rows: {"kind": "withdrawn"},
    "channels_interaction": lambda rows: {"direction": "in"},
    "channels_dispatch": lambda rows: {"state": "held"},
    "channels_outcome": lambda rows: {"kind": "unknown"},
    "channels_intervention": lambda rows: {"kind": "recall"},
    "channels_scan": lambda rows: {"verdict": "clean"},
    "inbox_asking": lambda rows: {
        "closure_id": rows.of("inbox_closure")["id"],
        "expires_at": "2026-05-01T10:00:00Z",
    },
    "inbox_opinion": lambda rows: {"why": ""},
    "inbox_alarm": lambda rows: {"kind": "near"},
    "inbox_sharing": lambda rows: {"way": "by_hand"},
    "inbox_skill": lambda rows: {"language": "oc"},
    "inbox_watch": lambda rows: {"digest": "never", "near_hours": 3},
    "inbox_closure": lambda rows: {"how": "unneeded"},
    "inbox_promise": lambda rows: {
        "what": "answer",
        "end": "",
        "conversation_id": rows.of("inbox_conversation")["id"],
    },
    "inbox_case": lambda rows: {"key": secrets.token_hex(8)},
    "inbox_caseclosure": lambda rows: {"how": "answered"},
    "inbox_step": lambda rows: {"what": "opened"},
    "inbox_referral": lambda rows: {"end": "", "answer": "", "name": "Llums", "expires_at": "2026-05-01T10:00:00Z"},
    "inbox_topiclabel": lambda rows: {"topic_id": rows.of("vocabularies_concept")["id"]},
    "inbox_bulkact": lambda rows: {"what": "close"},
    "inbox_bulkorder": lambda rows: {"what": "start"},
    "inbox_bulkoutcome": lambda rows: {"step": "undo"},
    "inbox_snooze": lambda rows: {"until": "2026-04-02T10:00:00Z"},
    "vocabularies_match": lambda rows: {"relation": "exact", "uri": "https://exemple.cat/tema"},
    "vocabularies_territorymembership": lambda rows: {
        "level": "country",
        "member_of_id": rows.another("vocabularies_concept", kind="country")["id"],
    },
}


def insert(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """As the application writes it; the whole row comes back."""
    columns = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({values}) RETURNING *', [*row.values()])
        return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


def owned() -> list[str]:
    """Every table with rows of an administration, partitions apart."""
    return [name for (name,) in _fetch(_OWNED, "core_administration")]


_OWNED = """
SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relnamespace = 'public'::regnamespace AND c.relname <> %s
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'administration_id' AND NOT attisdropped)
ORDER BY 1
"""


def _fetch(statement: str, *parameters: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
