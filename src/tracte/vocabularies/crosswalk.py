"""Matches between concepts: of this scheme, of another one here, or kept elsewhere under their address."""

from __future__ import annotations

import re
import uuid
from urllib.parse import unquote

from tracte.vocabularies.formats.skos import BASE
from tracte.vocabularies.models import Concept, Match
from tracte.vocabularies.storing import Changes
from tracte.vocabularies.vocabulary import CannotLoad, Vocabulary

_ADDRESS = re.compile(r"(urn:|[a-z][a-z0-9+.-]*://)[^\s<>\"{}|\\^`]+", re.IGNORECASE)


def store_matches(vocabulary: Vocabulary, known: dict[str, Concept], changes: Changes) -> None:
    """Add the matches that are not there yet. They say what became of a code; none is ever dropped."""
    if not vocabulary.matches:
        return
    codes, addresses = _concepts_here(vocabulary)
    held = set(Match.objects.filter(source__scheme__key=vocabulary.scheme).values_list(*_KEY))
    new = []
    for code, relation, target in vocabulary.matches:
        source = _id(vocabulary, known.get(code), code)
        found = known[target].pk if target in known else codes.get(target) or addresses.get(target)
        match = Match(source_id=source, relation=relation, target_id=found, uri="" if found else target)
        if found == source:
            raise CannotLoad(f"{vocabulary.source}: {code} matches itself: take that match out")
        if not found and not _ADDRESS.fullmatch(target):
            raise CannotLoad(f"{vocabulary.source}: {code} matches {target!r}, which is not known: load it first")
        row = (source, relation, found, match.uri)
        if row not in held:
            held.add(row)
            new.append(match)
            changes.changed.add(code)
    Match.objects.bulk_create(new, batch_size=1000)


_KEY = ("source_id", "relation", "target_id", "uri")


def _concepts_here(vocabulary: Vocabulary) -> tuple[dict[str, uuid.UUID], dict[str, uuid.UUID]]:
    """Ids of the targets that any scheme here has: by scheme:code, and by address."""
    targets = [target for _, _, target in vocabulary.matches]
    plain = [unquote(target.removeprefix(BASE)) for target in targets]
    found = Concept.objects.filter(code__in={text.partition(":")[2] for text in plain})
    codes = {f"{scheme}:{code}": pk for scheme, code, pk in found.values_list("scheme__key", "code", "pk")}
    addresses = dict(Concept.objects.filter(uri__in=targets).values_list("uri", "pk"))
    ours = {target: codes[text] for target, text in zip(targets, plain, strict=True) if text in codes}
    return codes, addresses | ours


def _id(vocabulary: Vocabulary, concept: Concept | None, code: str) -> uuid.UUID:
    if concept is None:
        raise CannotLoad(f"{vocabulary.source}: {code} is no code of {vocabulary.scheme}: correct it, or load it first")
    return concept.pk
