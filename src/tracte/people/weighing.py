"""The model in use, written as one PostgreSQL statement: who among those known may be one of these newcomers.

Candidates come through indexed keys: identifiers that are not shared, and combinations of name, birth date and place;
of each key, the MOST newest records. Each row is looked up in an index (`reading` says why `OFFSET 0`). The weights are
those of the batch engine: the same levels, written in the words of PostgreSQL.
"""

from __future__ import annotations

import functools
import json
import uuid
from typing import NamedTuple

from tracte.core import sql
from tracte.core.sql import column
from tracte.people.linkage import calibration, frequencies, guard, weights
from tracte.people.linkage.model import Model
from tracte.people.matching import Id

MOST = 30  # records of one key
KEYS = ("key_birth_surname", "key_birth_given", "key_place", "key_name")
COMMON = ("key_name",)  # that more records share than are looked at tells nothing of one: left to the batch pass

ROW = """
SELECT id, given, given_root, given_sound, sur1, sur1_sound, sur2, sur2_sound, area AS postcode,
place::text AS place, to_char(birth_date, 'YYYYMMDD') AS born, birth_date - date '0001-01-01' + 1 AS born_day,
CASE WHEN extract(day FROM birth_date) <= 12 THEN to_char(birth_date, 'YYYYDDMM') END AS born_swapped,
key_birth_surname, key_birth_given, key_place, key_name FROM people_sourcerecord
"""
LISTS = """
SELECT array_agg(c.identifier_id) FILTER (WHERE i.kind = 'national_id') AS documents,
array_agg(c.identifier_id) FILTER (WHERE i.kind = 'phone') AS phones,
array_agg(c.identifier_id) FILTER (WHERE i.kind = 'email') AS emails FROM people_recordidentifier c
CROSS JOIN LATERAL (SELECT kind FROM people_identifier WHERE id = c.identifier_id AND state = 'normal' OFFSET 0) i
"""


class Weighed(NamedTuple):
    """Somebody known, weighed against a newcomer. `person` is None when they came in the same batch."""

    newcomer: Id
    record: Id
    person: Id | None
    weight: float  # bits, prior included
    may: bool  # the guard lets it be linked without a human
    levels: list[int]
    bits: list[float]


def weigh(newcomers: list[Id], model: Model, model_id: uuid.UUID, *, least: float) -> list[Weighed]:
    """Who came before these records and may be one of them, at `least` bits. One statement for one or for 50,000."""
    if not newcomers:
        return []
    asked = column("uuid", newcomers), model_id, least
    return [Weighed(*row) for row in sql.rows(statement(model), *asked, ids_as_bytes=True, prepare=True)]


def statement(model: Model) -> str:
    """The model as SQL; asked with newcomers, the id of the model and the least weight in bits."""
    return _statement(model.as_json, model.records)


def said(model: Model) -> str:
    """The levels and bits of rows `l`, `r` and `name` (`name`), as laterals `level` and `said`: each condition is asked
    once, and of a value that both have, either row tells how frequent it is."""
    rarest = 1 / max(model.records, 1)
    levels = {column: level for column, (level, _) in weights.expressions(model, weights.POSTGRES).items()}
    told = ", ".join(f"{level} AS {column}" for column, level in levels.items())
    bits = weights.bits(
        model, weights.POSTGRES, "level.{}".format, lambda column: f"coalesce(name.share_{column}, {rarest!r})"
    )
    weighed = ", ".join(f"{bits[column]} AS {column}" for column in bits)
    return f"CROSS JOIN LATERAL (SELECT {told} OFFSET 0) level CROSS JOIN LATERAL (SELECT {weighed} OFFSET 0) said"


def name(model: Model) -> str:
    """How frequent what a row `l` says is, looked up once for all whom it is compared with."""
    columns = sorted({guard.NAME, *weights.frequencies(model)})
    shares = [f"{_counted(column, f'l.{column}')} AS share_{column}" for column in columns]
    shares += [f"{_looked_up(what, 'l', model.records)} AS {what}" for what in TOLD]
    return f"SELECT {', '.join(shares)} OFFSET 0"


def _counted(name: str, value: str) -> str:
    found = (
        f"SELECT share FROM people_frequency WHERE model_id = model.id AND \"column\" = '{name}' AND value = {value}"
    )
    return f"({found})"


TOLD = {  # of how frequent a name is, and the columns that it follows from
    frequencies.NAMESAKES: ("given_root", "sur1", "place"),
    "others_here": ("given_root", "sur1", "place"),
    "others_whole_here": ("given_root", "sur1", "sur2", "place"),
    "others_whole": ("given_root", "sur1", "sur2"),
}


def _told(what: str, side: str, records: int) -> str:
    """What the batch pass attaches to each row (`frequencies`): of a newcomer it was looked up once; of a candidate it
    is when it is asked, unless they are called the same."""
    if side == "l":
        return f"name.{what}"
    if what == "share_given":
        return f"(CASE WHEN r.given = l.given THEN name.{what} ELSE {_counted('given', 'r.given')} END)"
    alike = " AND ".join(f"r.{column} IS NOT DISTINCT FROM l.{column}" for column in TOLD[what])
    return f"(CASE WHEN {alike} THEN name.{what} ELSE {_looked_up(what, side, records)} END)"


def _looked_up(what: str, side: str, records: int) -> str:
    if what == frequencies.NAMESAKES:
        return f"({_counted(what, frequencies.NAMED_HERE.format(side))} IS NOT NULL)"
    return frequencies.others(lambda name: _counted(name, frequencies.NAMES[name].format(side)), records)[what]


def may(levels: dict[str, str], weight: str, records: int) -> str:
    """The guard, over rows `l` and `r`."""
    if guard.NAME not in levels:
        return "false"
    told = functools.partial(_told, records=records)
    holds = guard.condition(levels | guard.circumstances(levels, told, records), weight)
    return f"(CASE WHEN {weight} >= {calibration.ASK_BOUNDS[0]} THEN {holds} ELSE false END)"  # else nobody asks


def _keyed(key: str) -> str:
    """The newest records that share a key of row `l`."""
    newest = (
        f"SELECT id FROM people_sourcerecord WHERE {key} = l.{key} AND id < l.id ORDER BY {key} DESC, id DESC LIMIT "
    )
    if key not in COMMON:
        return f"({newest}{MOST})"
    counted = f"SELECT id, count(*) OVER () AS all_of_them FROM ({newest}{MOST + 1}) k"
    return f"(SELECT id FROM ({counted}) k WHERE all_of_them <= {MOST})"


@functools.lru_cache(maxsize=16)
def _statement(settings: str, records: int) -> str:
    model = Model(json.loads(settings), records)
    levels = {name: f"level.{name}" for name in model.columns}
    keyed = " UNION ".join(map(_keyed, KEYS))
    total = " + ".join([f"{model.prior!r}::float8", *(f"said.{name}" for name in levels)])
    return f"""
    SELECT l.id, r.id, m.person_id, {total}, {may(levels, total, records)},
    ARRAY[{", ".join(levels.values())}]::smallint[], ARRAY[{", ".join(f"said.{name}" for name in levels)}]
    FROM unnest(%s::uuid[]) AS t(id) CROSS JOIN (SELECT %s::uuid AS id) model
    CROSS JOIN LATERAL ({ROW} WHERE id = t.id OFFSET 0) own
    CROSS JOIN LATERAL ({LISTS} WHERE c.record_id = t.id OFFSET 0) lists
    CROSS JOIN LATERAL (SELECT own.*, lists.*) l CROSS JOIN LATERAL ({name(model)}) name
    CROSS JOIN LATERAL ({keyed}
      UNION SELECT c.record_id FROM unnest(l.documents || l.phones || l.emails) AS i CROSS JOIN LATERAL (
      SELECT record_id FROM people_recordidentifier WHERE identifier_id = i AND record_id < l.id LIMIT {MOST}) c
      OFFSET 0) c
    CROSS JOIN LATERAL ({ROW} WHERE id = c.id OFFSET 0) theirs
    CROSS JOIN LATERAL ({LISTS} WHERE c.record_id = theirs.id OFFSET 0) held
    CROSS JOIN LATERAL (SELECT theirs.*, held.*) r
    {said(model)}
    LEFT JOIN LATERAL (SELECT person_id FROM people_membership WHERE record_id = r.id AND to_seq IS NULL OFFSET 0) m
    ON true WHERE {total} >= %s::float8 ORDER BY l.id, 4 DESC, r.id
    """
