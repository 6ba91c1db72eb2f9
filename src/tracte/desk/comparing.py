"""Two records side by side: what each says, and in words whether it is the same. Identifiers are masked: who judges
need not know a number, only whether it is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Account
from tracte.desk import weights_words
from tracte.people import names, search
from tracte.people.facts import Claim
from tracte.people.identifiers import EMAIL, NATIONAL_ID, PHONE
from tracte.people.matching import Known
from tracte.people.models import SourceRecord
from tracte.people.profile import Profile
from tracte.people.review.models import Doubt
from tracte.vocabularies.models import Concept

SAME, ALIKE, DIFFERENT, ONE = "same", "alike", "different", "one"
MARKS = {
    SAME: _("Igual"),
    ALIKE: _("S’assembla"),
    DIFFERENT: _("Diferent"),
    ONE: _("Només en una"),
}
SHARED = _("Igual, però és de molts")
NAMES = (("given", "given_name"), ("sur1", "surname"), ("sur2", "surname2"))
IDENTIFIERS = (("documents", NATIONAL_ID), ("phones", PHONE), ("emails", EMAIL))


@dataclass(frozen=True)
class Row:
    """One attribute of both. `mark`: same, alike, different, one (only one says it) or nothing; `word` says it."""

    name: str
    a: list[str | dt.date]
    b: list[str | dt.date]
    mark: str
    word: str


def side_by_side(doubt: Doubt, one: Profile, other: Profile) -> list[Row]:
    """What the two records of a doubt say, attribute by attribute; what neither says is left out."""
    a, b = doubt.a, doubt.b
    rows = [_row(doubt, column, _text(getattr(a, name)), _text(getattr(b, name))) for column, name in NAMES]
    rows.append(_row(doubt, "born", _day(a), _day(b)))
    rows += [_carried(doubt, column, _claims(one, a, kind), _claims(other, b, kind)) for column, kind in IDENTIFIERS]
    rows.append(_row(doubt, "address", _text(a.address), _text(b.address)))
    rows.append(_row(doubt, "postcode", _text(a.postcode), _text(b.postcode)))
    places = {found.id: found.label() for found in Concept.objects.filter(id__in=[p for p in (a.place, b.place) if p])}
    rows.append(_row(doubt, "place", *(_text(places[side.place]) if side.place in places else [] for side in (a, b))))
    return [row for row in rows if row.a or row.b]


def _text(value: str) -> list[str | dt.date]:
    return [value] if value else []


def _day(record: SourceRecord) -> list[str | dt.date]:
    return [record.birth_date] if record.birth_date else []


def _claims(profile: Profile, record: SourceRecord, kind: str) -> list[Claim]:
    return [claim for claim in profile.claims if claim.record.id == record.id and claim.kind == kind]


def _row(doubt: Doubt, column: str, a: list[str | dt.date], b: list[str | dt.date]) -> Row:
    name = str(weights_words.COLUMNS[column])
    if not a or not b:
        return Row(name, a, b, ONE, str(MARKS[ONE]))
    label = _label(doubt, column)
    if _same(a, b) or label == "same":
        mark = SAME
    elif label in (None, "unknown", "different"):
        mark = DIFFERENT
    else:
        return Row(name, a, b, ALIKE, str(weights_words.LEVELS.get(label, MARKS[ALIKE])).capitalize())
    return Row(name, a, b, mark, str(MARKS[mark]))


def _label(doubt: Doubt, column: str) -> str | None:
    """What the model's comparison of this column said, if it has one."""
    told = doubt.weights.get(column)
    return weights_words.label(doubt.model.learnt, column, told[0]) if told else None


def _same(a: list[str | dt.date], b: list[str | dt.date]) -> bool:
    return [names.normalise(str(value)) for value in a] == [names.normalise(str(value)) for value in b]


def _carried(doubt: Doubt, column: str, a: list[Claim], b: list[Claim]) -> Row:
    """Identifiers: the same when the two have one in common."""
    name, mine, theirs = (
        str(weights_words.COLUMNS[column]),
        [_masked(claim) for claim in a],
        [_masked(claim) for claim in b],
    )
    if not a or not b:
        return Row(name, mine, theirs, ONE, str(MARKS[ONE]))
    both = {claim.identifier for claim in a} & {claim.identifier for claim in b}
    if any(claim.is_shared for claim in a if claim.identifier in both):
        return Row(name, mine, theirs, ALIKE, str(SHARED))
    mark = SAME if both else DIFFERENT
    return Row(name, mine, theirs, mark, str(MARKS[mark]))


def _masked(claim: Claim) -> str | dt.date:
    return search.mask(claim.kind, str(claim.value).replace(" ", ""))


@dataclass(frozen=True)
class Side:
    """One of the two records: where it comes from, since when, what hangs on it, and how many more its person has."""

    record: SourceRecord
    profile: Profile
    door: Account | None
    contacts: int

    @property
    def others(self) -> int:
        return len(self.profile.records) - 1


def conflicts(one: Profile, other: Profile) -> list[str]:
    """What makes it unlikely that two persons are one, over all their records and not only the two of a doubt."""
    found = _known(one).differences(_known(other))
    given = [{names.normalise(record.given_name) for record in side.records} - {""} for side in (one, other)]
    if given[0] and given[1] and given[0].isdisjoint(given[1]):
        found.add("given")
    return [_told(code, one, other) for code in CONFLICTS if code in found]


CONFLICTS: Mapping[str, object] = {
    "documents": _("Porten documents diferents"),
    "births": _("Tenen dates de naixement diferents"),
    "given": _("Tenen noms de pila diferents"),
    "surnames": _("Tenen cognoms diferents"),
    "reached": _("No comparteixen cap telèfon ni cap correu"),
}


def _known(profile: Profile) -> Known:
    known = Known()
    for record in profile.records:
        known.learn(record.birth_date, record.surname, record.surname2, record.purposes)
    for claim in profile.claims:
        if claim.identifier:
            known.carries(claim.kind, claim.identifier.bytes, claim.assurance)
    return known


def _told(code: str, one: Profile, other: Profile) -> str:
    """The conflict, and for documents which they are: they may stand on records that the page does not show."""
    if code != "documents":
        return f"{CONFLICTS[code]}."
    carried = [sorted({str(c.value) for c in side.claims if c.kind == NATIONAL_ID}) for side in (one, other)]
    return f"{CONFLICTS[code]}: {' / '.join(carried[0])} ≠ {' / '.join(carried[1])}."
