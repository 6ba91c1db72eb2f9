"""The rules that decide whether two appearances are one person. Pure: given what is known, which edges follow.

- A verified document links. Two different verified documents never join, whatever else agrees.
- A telephone or an e-mail proved on both sides links unless the given names disagree.
- Any identifier that was only declared links when the given names agree and nothing conflicts.
- An identifier seen with more than 3 distinct persons is shared: it links nobody.
- What an agent kept apart (cannot) stays apart. Between two candidates that conflict, nobody is chosen.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tracte.people import names
from tracte.people.appearance import PROVED, VERIFIED
from tracte.people.components import Forest
from tracte.people.identifiers import NATIONAL_ID

MAX_PERSONS = 3


class Carrier(NamedTuple):
    """A record that carries an identifier. `person` is its person, or itself when it is new."""

    record: uuid.UUID
    person: uuid.UUID
    assurance: int
    given: str


class Link(NamedTuple):
    a: uuid.UUID
    b: uuid.UUID
    rule: str
    identifier: uuid.UUID


@dataclass(slots=True)
class Known:
    """What is known of one person, enough to see a conflict with another."""

    verified: set[uuid.UUID] = field(default_factory=set)
    documents: set[uuid.UUID] = field(default_factory=set)
    births: set[dt.date] = field(default_factory=set)
    surnames: set[tuple[str, str]] = field(default_factory=set)

    def learn(self, birth: dt.date | None, surname: str, surname2: str) -> None:
        if birth:
            self.births.add(birth)
        if key := names.surname_key(surname):
            self.surnames.add((key, names.surname_key(surname2)))

    def document(self, identifier: uuid.UUID, assurance: int) -> None:
        self.documents.add(identifier)
        if assurance >= VERIFIED:
            self.verified.add(identifier)

    def absorb(self, other: Known) -> None:
        self.verified |= other.verified
        self.documents |= other.documents
        self.births |= other.births
        self.surnames |= other.surnames

    def never(self, other: Known) -> bool:
        """Two different verified documents."""
        return bool(self.verified and other.verified and self.verified != other.verified)

    def conflicts(self, other: Known) -> bool:
        """Something that both have and that differs."""
        return (
            self.never(other)
            or _apart(self.documents, other.documents)
            or _apart(self.births, other.births)
            or not _same_family(self.surnames, other.surnames)
        )


def _apart(a: set, b: set) -> bool:
    return bool(a and b and a.isdisjoint(b))


def _same_family(a: set[tuple[str, str]], b: set[tuple[str, str]]) -> bool:
    """Surnames agree, swapped or not; where both sides know second surnames, these must agree as well."""
    if not a or not b:
        return True
    whole_a, whole_b = {p for p in a if p[1]}, {p for p in b if p[1]}
    if whole_a and whole_b:
        return any(p in whole_b or p[::-1] in whole_b for p in whole_a)
    return any(p[0] == q[0] or p[0] == q[1] or p[1] == q[0] != "" for p in a for q in b)


@dataclass(slots=True)
class Scene:
    """Everything that the decision about one batch needs, and the persons as they grow together."""

    known: dict[uuid.UUID, Known]
    carriers: dict[uuid.UUID, list[Carrier]]
    kinds: dict[uuid.UUID, str]
    shared: set[uuid.UUID]
    barred: list[tuple[uuid.UUID, uuid.UUID]]
    forest: Forest[uuid.UUID] = field(default_factory=Forest)
    links: list[Link] = field(default_factory=list)
    newly_shared: set[uuid.UUID] = field(default_factory=set)

    def arrive(self, me: Carrier, brings: list[tuple[uuid.UUID, int]]) -> None:
        """A record comes with identifiers: link it to whom the rules say, and let it be seen by those who follow."""
        strong, weak = [], []
        for identifier, assurance in brings:
            if identifier in self.shared:
                continue
            for link, other, is_strong in self._candidates(me._replace(assurance=assurance), identifier):
                (strong if is_strong else weak).append((link, other))
        for link, other in strong:
            self._join(link, me.person, other)
        roots = {self.forest.root(other) for _, other in weak} | {self.forest.root(me.person)}
        if not self._quarrel(roots):
            for link, other in weak:
                self._join(link, me.person, other)
        for identifier, assurance in brings:
            self._seen_with(identifier, me._replace(assurance=assurance))

    def _candidates(self, me: Carrier, identifier: uuid.UUID) -> Iterator[tuple[Link, uuid.UUID, bool]]:
        """At most one link per person and identifier."""
        kind, mine, met = self.kinds[identifier], self.forest.root(me.person), set()
        for other in self.carriers.get(identifier, ()):
            root = self.forest.root(other.person)
            if root == mine or root in met or self._is_barred(mine, root):
                continue
            rule = _rule(kind, me, other)
            conflict = (
                self._of(mine).never(self._of(root)) if rule == "document" else self._of(mine).conflicts(self._of(root))
            )
            if rule and not conflict:
                met.add(root)
                yield Link(*sorted((me.record, other.record)), rule, identifier), other.person, rule != "name"

    def _join(self, link: Link, mine: uuid.UUID, other: uuid.UUID) -> None:
        a, b = self.forest.root(mine), self.forest.root(other)
        if a == b or self._is_barred(a, b) or self._of(a).never(self._of(b)):
            return
        self.links.append(link)
        stays = self.forest.join(a, b)
        self._of(stays).absorb(self._of(b if stays == a else a))

    def _quarrel(self, roots: set[uuid.UUID]) -> bool:
        ordered = sorted(roots)
        return any(
            self._of(a).conflicts(self._of(b)) or self._is_barred(a, b)
            for i, a in enumerate(ordered)
            for b in ordered[i + 1 :]
        )

    def _is_barred(self, a: uuid.UUID, b: uuid.UUID) -> bool:
        return any({self.forest.root(x), self.forest.root(y)} == {a, b} for x, y in self.barred)

    def _of(self, root: uuid.UUID) -> Known:
        return self.known.setdefault(root, Known())

    def _seen_with(self, identifier: uuid.UUID, me: Carrier) -> None:
        if identifier in self.shared:
            return
        carriers = self.carriers.setdefault(identifier, [])
        carriers.append(me)
        if len(carriers) > MAX_PERSONS and len({self.forest.root(c.person) for c in carriers}) > MAX_PERSONS:
            self.shared.add(identifier)
            self.newly_shared.add(identifier)


def _rule(kind: str, me: Carrier, other: Carrier) -> str:
    """The rule under which two carriers of one identifier are one person, or nothing."""
    if kind == NATIONAL_ID and me.assurance >= VERIFIED and other.assurance >= VERIFIED:
        return "document"
    if kind != NATIONAL_ID and min(me.assurance, other.assurance) >= PROVED:
        return "proved" if not (me.given and other.given) or me.given == other.given else ""
    return "name" if me.given and me.given == other.given else ""
