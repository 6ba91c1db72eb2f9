"""Any two records weighed by any model that is kept: what a doubt or a label weighs today, whoever raised it."""

from __future__ import annotations

import functools
import json
import uuid
from typing import NamedTuple

from tracte.core import sql
from tracte.core.sql import column
from tracte.people import weighing
from tracte.people.linkage.model import Model
from tracte.people.models import LinkModel
from tracte.people.weighing import LISTS, ROW, may

Pair = tuple[uuid.UUID, uuid.UUID]


class Weighed(NamedTuple):
    """Bits, prior included; whether the guard would let them be linked; column -> (level, bits)."""

    weight: float
    may: bool
    said: dict[str, tuple[int, float]]


def weigh(pairs: list[Pair], kept: LinkModel) -> dict[Pair, Weighed]:
    """What the model says of each pair. One statement; the weights are those of `weighing` and of the batch pass."""
    if not pairs:
        return {}
    model = kept.learnt
    found = sql.rows(
        _statement(model.as_json, model.records),
        column("uuid", [a for a, _ in pairs]),
        column("uuid", [b for _, b in pairs]),
        kept.id,
    )
    weighed = {}
    for a, b, is_let, levels, bits in found:
        said = dict(zip(model.columns, zip(levels, bits, strict=True), strict=True))
        weighed[a, b] = Weighed(model.prior + sum(bits), is_let, said)
    return weighed


@functools.lru_cache(maxsize=16)
def _statement(settings: str, records: int) -> str:
    model = Model(json.loads(settings), records)
    total = " + ".join([f"{model.prior!r}::float8", *(f"said.{name}" for name in model.columns)])
    sides = " ".join(
        f"CROSS JOIN LATERAL ({ROW} WHERE id = t.{id_} OFFSET 0) own_{side} "
        f"CROSS JOIN LATERAL ({LISTS} WHERE c.record_id = t.{id_} OFFSET 0) held_{side} "
        f"CROSS JOIN LATERAL (SELECT own_{side}.*, held_{side}.*) {side}"
        for side, id_ in (("l", "a"), ("r", "b"))
    )
    return f"""
    SELECT t.a, t.b, {may({name: f"level.{name}" for name in model.columns}, total, records)},
    ARRAY[{", ".join(f"level.{name}" for name in model.columns)}]::smallint[],
    ARRAY[{", ".join(f"said.{name}" for name in model.columns)}]::float8[]
    FROM unnest(%s::uuid[], %s::uuid[]) AS t(a, b) CROSS JOIN (SELECT %s::uuid AS id) model {sides}
    CROSS JOIN LATERAL ({weighing.name(model)}) name
    {weighing.said(model)}
    """
