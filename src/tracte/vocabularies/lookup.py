"""From the names that a source writes to concepts, set by set: what the way in asks for each batch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from tracte.vocabularies.models import Concept, Name
from tracte.vocabularies.names import key

_SMALLEST_FIRST = {kind: rank for rank, kind in enumerate(["", *Concept.Kind.values])}


def resolve(scheme: str, names: Iterable[str], kind: str = "") -> dict[str, uuid.UUID]:
    """{name as given: concept id} for a code, a label in any language or another writing; one query for all.

    Of several, one in use wins over a retired one, a label over another writing, the smallest territory over larger
    (Lleida is the town). What stays ambiguous or is unknown is left out: never a guess. `kind` keeps to one kind.
    """
    wanted = {name: key(name) for name in names}
    found = _codes(scheme, {k for k in wanted.values() if k}, kind)
    return {name: found[k] for name, k in wanted.items() if k in found}


def codes(scheme: str, kind: str = "") -> dict[str, uuid.UUID]:
    """{key of each writing: concept id} of the whole scheme; look names up in it by `names.key`. One query."""
    return _codes(scheme, None, kind)


def _codes(scheme: str, keys: set[str] | None, kind: str) -> dict[str, uuid.UUID]:
    rows = Name.objects.filter(scheme__key=scheme)
    rows = rows if keys is None else rows.filter(key__in=keys)
    rows = rows.filter(concept__kind=kind) if kind else rows
    best: dict[str, tuple[tuple[bool, int, bool], set[uuid.UUID]]] = {}
    for text, concept, is_preferred, until, size in rows.values_list(
        "key", "concept_id", "is_preferred", "concept__until", "concept__kind"
    ):
        rank = (until is not None, _SMALLEST_FIRST[size], not is_preferred)
        if text not in best or rank < best[text][0]:
            best[text] = (rank, {concept})
        elif rank == best[text][0]:
            best[text][1].add(concept)
    return {text: concepts.pop() for text, (_, concepts) in best.items() if len(concepts) == 1}
