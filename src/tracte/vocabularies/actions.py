"""What people do with vocabularies: load a file, give one out."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from django.db import transaction

from tracte.core.clock import now
from tracte.core.events import announce
from tracte.vocabularies.crosswalk import store_matches
from tracte.vocabularies.formats import read, skos_write
from tracte.vocabularies.models import Match, Scheme, SchemeVersion, TerritoryMembership
from tracte.vocabularies.storing import Changes, store_members, store_terms
from tracte.vocabularies.vocabulary import FIRST_DAY, TITLES, CannotLoad, Member, Term, Version, Vocabulary

LANGUAGES = Path(__file__).parent / "languages.yml"


@transaction.atomic
def load(
    path: Path | str, scheme: str | None = None, *, version: str | None = None, on: dt.date | None = None
) -> dict[str, str | int]:
    """Take in a file, whole or not at all: {scheme, version, new, changed, gone, unchanged} (numbers of concepts).

    `scheme` is its key where the file does not say; `version` and `on` (the day from which it holds) where the file
    has none. Loading again what is there changes nothing. Raises CannotLoad: one line, nothing loaded.
    """
    vocabulary = read(Path(path), scheme)
    row = _scheme(vocabulary)
    last = row.versions.last()
    dated = on or vocabulary.valid_from
    day = dated or (now().date() if last else FIRST_DAY)
    if last and day < last.valid_from:
        raise CannotLoad(
            f"{vocabulary.source}: it holds from {day}, and version {last} from {last.valid_from} is loaded: "
            "load older versions first, or say from which day it holds"
        )
    changes = Changes()
    known = store_terms(vocabulary, row, changes, on=day, born=dated if last else None)
    store_members(vocabulary, known, changes, on=day)
    store_matches(vocabulary, known, changes)
    label = _version(vocabulary, row, version or vocabulary.version, day, bool(changes))
    if changes:
        announce("vocabularies.scheme.loaded", scheme=row.id)
    mentioned = {*vocabulary.terms, *(m.code for m in vocabulary.members), *(code for code, _, _ in vocabulary.matches)}
    return {"scheme": row.key, "version": label, **changes.report(mentioned)}


def _scheme(vocabulary: Vocabulary) -> Scheme:
    """Its row, locked until the load ends: two loads of one scheme follow each other."""
    key = vocabulary.scheme
    if not re.fullmatch(r"[\w-]{1,80}", key, re.ASCII):
        raise CannotLoad(f"{vocabulary.source}: {key!r} cannot be the key of a scheme: name it, for example topics")
    schemes = Scheme.objects.select_for_update()
    if vocabulary.is_partial and not schemes.filter(key=key).exists():
        raise CannotLoad(f"{vocabulary.source}: there is no scheme {key} yet: load its list first")
    labels = {"ca": key} | TITLES.get(key, {}) | vocabulary.labels
    return schemes.get_or_create(key=key, defaults={"labels": labels, "uri": vocabulary.uri})[0]


def _version(vocabulary: Vocabulary, scheme: Scheme, label: str, day: dt.date, is_changed: bool) -> str:
    """Write down which version stands now, when it is another or says something else; its label."""
    held = list(scheme.versions.all())
    labels = {version.label for version in held}
    if vocabulary.is_partial or (held and not is_changed and (not label or label in labels)):
        return label if label in labels else held[-1].label if held else ""
    for earlier in vocabulary.history:
        if earlier.label not in (*labels, label):
            SchemeVersion.objects.create(
                scheme=scheme, label=earlier.label, valid_from=earlier.valid_from, source=earlier.source
            )
    if not label:
        plain = (day if day != FIRST_DAY else now().date()).isoformat()
        tries = (plain, *(f"{plain}.{n}" for n in range(2, len(held) + 3)))
        label = next(text for text in tries if text not in labels)
    source = next((v.source for v in vocabulary.history if v.label == label and v.source), vocabulary.source)
    SchemeVersion.objects.update_or_create(
        scheme=scheme, label=label, defaults={"valid_from": day, "source": source, "loaded_at": now()}
    )
    return label


def export_skos(scheme: Scheme, suffix: str = ".ttl") -> bytes:
    """The scheme as SKOS, history included; `load` takes it back. Suffixes: .ttl .rdf .xml .jsonld .json .nt."""
    vocabulary = Vocabulary(scheme.key, "", labels=scheme.labels, uri=scheme.uri)
    vocabulary.history = [Version(v.label, v.valid_from, v.source) for v in scheme.versions.all()]
    for concept in scheme.concepts.select_related("parent").order_by("code"):
        vocabulary.terms[concept.code] = Term(
            concept.code,
            concept.labels,
            concept.kind,
            concept.parent.code if concept.parent else None,
            concept.alt_labels,
            concept.alt_codes,
            concept.since,
            concept.until,
            concept.uri,
        )
    places = TerritoryMembership.objects.filter(territory__scheme=scheme).order_by("territory", "level", "valid_from")
    for code, larger, level, began in places.values_list("territory__code", "member_of__code", "level", "valid_from"):
        vocabulary.members.append(Member(code, larger, level, began))
    vocabulary.matches = _matches(scheme)
    return skos_write.write(vocabulary, suffix)


def _matches(scheme: Scheme) -> list[tuple[str, str, str]]:
    rows = Match.objects.filter(source__scheme=scheme).select_related("source", "target__scheme")
    return [(m.source.code, m.relation, _address(m, scheme)) for m in rows.order_by("source__code", "relation")]


def _address(match: Match, scheme: Scheme) -> str:
    """The target's code when it is of the same scheme, else where in the world it is."""
    if match.target is None:
        return match.uri
    if match.target.scheme_id == scheme.pk:
        return match.target.code
    return match.target.uri or skos_write.address(match.target.scheme.key, match.target.code)
