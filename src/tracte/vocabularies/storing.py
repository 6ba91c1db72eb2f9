"""A vocabulary as a file tells it becomes rows: what is new, what changed, what is gone. Inside `actions.load`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from tracte.vocabularies.models import Concept, Name, Scheme, TerritoryMembership
from tracte.vocabularies.names import key
from tracte.vocabularies.vocabulary import FIRST_DAY, KINDS, CannotLoad, Member, Term, Vocabulary

FIELDS = ["alt_codes", "uri", "parent", "kind", "labels", "alt_labels", "since", "until"]


@dataclass
class Changes:
    """Codes, by what the load did to them."""

    new: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    def report(self, mentioned: set[str]) -> dict[str, int]:
        changed = self.changed - self.new
        unchanged = mentioned - self.new - changed
        return {"new": len(self.new), "changed": len(changed), "gone": len(self.gone), "unchanged": len(unchanged)}


def store_terms(
    vocabulary: Vocabulary, scheme: Scheme, changes: Changes, *, on: dt.date, born: dt.date | None
) -> dict[str, Concept]:
    """Write the terms and retire, as of `on`, what the list no longer has. All concepts of the scheme, by code."""
    known = {concept.code: concept for concept in scheme.concepts.all()}
    for code, term in vocabulary.terms.items():
        if code not in known:
            known[code] = Concept(scheme=scheme, code=code, labels={}, since=born)
            changes.new.add(code)
        if _absorb(known[code], term):
            changes.changed.add(code)
    for code, term in vocabulary.terms.items():
        parent = known[term.parent].pk if term.parent else None
        if known[code].parent_id != parent:
            known[code].parent_id = parent
            changes.changed.add(code)
    if not vocabulary.is_partial:
        _retire(vocabulary, known, changes, on)
    touched = [known[code] for code in sorted(changes.new | changes.changed | changes.gone)]
    Concept.objects.bulk_create(
        touched, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=FIELDS
    )
    _name(touched, scheme)
    return known


def _absorb(concept: Concept, term: Term) -> bool:
    """Take in what the term says; did it change anything? Names once accepted stay accepted, as other writings."""
    labels = concept.labels | term.labels
    former = {text for language, text in concept.labels.items() if labels[language] != text}
    others = {*concept.alt_labels, *term.alt_labels, *former} - {*labels.values()}
    after = {
        "labels": labels,
        "alt_labels": sorted(others),
        "alt_codes": sorted({*concept.alt_codes, *term.alt_codes} - {concept.code}),
        "kind": term.kind or concept.kind,
        "uri": term.uri or concept.uri,
        "since": term.since or concept.since,
        "until": term.until,
    }
    is_changed = any(getattr(concept, name) != value for name, value in after.items())
    for name, value in after.items():
        setattr(concept, name, value)
    return is_changed


def _retire(vocabulary: Vocabulary, known: dict[str, Concept], changes: Changes, on: dt.date) -> None:
    """A list of municipalities says nothing about vegueries: only the kinds that it names can lose somebody."""
    kinds = {term.kind for term in vocabulary.terms.values()}
    for code, concept in known.items():
        if code not in vocabulary.terms and concept.until is None and concept.kind in kinds:
            concept.until = max(on, concept.since or on)
            changes.gone.add(code)


def _name(concepts: list[Concept], scheme: Scheme) -> None:
    """The writings by which each of these is found, afresh."""
    Name.objects.filter(concept__in=concepts).delete()
    rows = []
    for concept in concepts:
        preferred = {key(text) for text in (concept.code, *concept.alt_codes, *concept.labels.values())}
        others = {key(text) for text in concept.alt_labels} - preferred
        rows += [Name(scheme=scheme, concept=concept, key=k, is_preferred=True) for k in sorted(preferred) if k]
        rows += [Name(scheme=scheme, concept=concept, key=k, is_preferred=False) for k in sorted(others) if k]
    Name.objects.bulk_create(rows, batch_size=2000)


def store_members(vocabulary: Vocabulary, known: dict[str, Concept], changes: Changes, *, on: dt.date) -> None:
    """Write which territory lies in which. An undated place that differs from the one of that day is a move."""
    if not vocabulary.members:
        return
    by_name = defaultdict(set)
    for concept in known.values():
        for text in (*concept.labels.values(), *concept.alt_labels):
            by_name[concept.kind, key(text)].add(concept.code)
    held: defaultdict[tuple[uuid.UUID, str], dict[dt.date, TerritoryMembership]] = defaultdict(dict)
    for row in TerritoryMembership.objects.filter(territory__in={known[c].pk for c in _codes(vocabulary, known)}):
        held[row.territory_id, row.level][row.valid_from] = row
    touched = {}
    for member in vocabulary.members:
        smaller, larger = known[member.code], _larger(vocabulary, member, known, by_name)
        placed = _place(member, smaller, larger, held[smaller.pk, larger.kind], on)
        if placed is not None:
            held[smaller.pk, larger.kind][placed.valid_from] = touched[placed.pk] = placed
            changes.changed.add(member.code)
    TerritoryMembership.objects.bulk_create(
        touched.values(), batch_size=2000, update_conflicts=True, unique_fields=["id"], update_fields=["member_of"]
    )


def _codes(vocabulary: Vocabulary, known: dict[str, Concept]) -> set[str]:
    codes = {member.code for member in vocabulary.members}
    if unknown := sorted(codes - known.keys()):
        raise CannotLoad(f"{vocabulary.source}: no territory {unknown[0]} is known: load the list that has it first")
    return codes


def _larger(vocabulary: Vocabulary, member: Member, known: dict[str, Concept], by_name: dict) -> Concept:
    """The territory that is meant, by code or by a name that only one of its level bears."""
    codes = {member.larger} & known.keys() or by_name.get((member.level, key(member.larger)), set())
    where = f"{vocabulary.source}: {member.code}"
    if len(codes) != 1:
        problem = "could be several" if codes else "is not known"
        raise CannotLoad(f"{where}: {member.level} {member.larger!r} {problem}: write its code, as in the loaded list")
    larger = known[min(codes)]
    if member.level and larger.kind != member.level:
        raise CannotLoad(f"{where}: {larger.code} is a {larger.kind} and no {member.level}: correct one of the two")
    smaller = known[member.code].kind
    if smaller not in KINDS or larger.kind not in KINDS or KINDS.index(larger.kind) <= KINDS.index(smaller):
        raise CannotLoad(f"{where}: a {smaller or 'concept'} cannot lie in {larger.code}, a {larger.kind or 'concept'}")
    return larger


def _place(
    member: Member, smaller: Concept, larger: Concept, line: dict[dt.date, TerritoryMembership], on: dt.date
) -> TerritoryMembership | None:
    """The row to write, or None when it stands already. `line`: the memberships of this level, by first day."""
    if member.valid_from is None:
        last = max((day for day in line if day <= on), default=None)
        if last and line[last].member_of_id == larger.pk:
            return None
        # A place never heard of before has held since both exist; another one than before is a move of that day.
        first = on if line else max(FIRST_DAY, smaller.since or FIRST_DAY, larger.since or FIRST_DAY)
    else:
        first = member.valid_from
        if first in line and line[first].member_of_id == larger.pk:
            return None
    row = line.get(first) or TerritoryMembership(territory=smaller, level=larger.kind, valid_from=first)
    row.member_of = larger
    return row
