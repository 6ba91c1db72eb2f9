"""The rules that decide whether two appearances are one person. Pure: given what is known, which edges follow.

- A verified document links. Two different verified documents never join, whatever else agrees.
- A telephone or an e-mail proved on both sides links unless the given names disagree.
- Any identifier that was only declared links when the given names agree and nothing conflicts.
- An identifier seen with more than 3 distinct persons, each with a name, is shared: it links nobody. So is one that
  more records carry than are looked at: a switchboard where everybody says "Maria" seems one person.
- Two who have no purpose in common do not join, whatever agrees: linking is itself a use of their data.
- A person with 200 records, or more than 10 telephones or e-mails, is frozen: nobody joins them by themselves.
- What an agent kept apart (cannot) stays apart. Between two candidates that conflict, nobody is chosen; the weaker
  rule is not asked then.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tracte.people import names
from tracte.people.appearance import PROVED, VERIFIED
from tracte.people.components import Forest
from tracte.people.identifiers import NATIONAL_ID, PHONE

Id = bytes  # of a record, a person or an identifier: the 16 bytes of its uuid
MAX_PERSONS, MAX_RECORDS = 3, 60
MOST_RECORDS, MOST_PHONES, MOST_EMAILS = 200, 10, 10  # of one person, unless somebody looked and let it grow
RULES = ("document", "proved", "name")  # from strongest to weakest


class Carrier(NamedTuple):
    """A record that carries an identifier. `person` is its person, or itself when it is new."""

    record: Id
    person: Id
    assurance: int
    given: str


class Link(NamedTuple):
    """An edge to be. `person`: of one of the two, before; `said`: what the comparisons of the model said, as JSON."""

    a: Id
    b: Id
    rule: str
    identifier: Id | None
    person: Id
    said: str | None = None


@dataclass(slots=True)
class Known:
    """What is known of one person, enough to see a conflict with another."""

    verified: set[Id] = field(default_factory=set)
    documents: set[Id] = field(default_factory=set)
    births: set[dt.date] = field(default_factory=set)
    surnames: set[tuple[str, str]] = field(default_factory=set)
    purposes: set[str] | None = None  # those that all its records share; None: nothing learnt yet
    records: int = 0
    phones: set[Id] = field(default_factory=set)
    emails: set[Id] = field(default_factory=set)
    times: int = 1  # the limits are so many times the usual

    def learn(self, birth: dt.date | None, surname: str, surname2: str, purposes: Collection[str]) -> None:
        self.purposes = set(purposes) if self.purposes is None else self.purposes.intersection(purposes)
        if birth:
            self.births.add(birth)
        if key := names.surname_key(surname):
            self.surnames.add((key, names.surname_key(surname2)))

    def carries(self, kind: str, identifier: Id, assurance: int) -> None:
        if kind == NATIONAL_ID:
            self.documents.add(identifier)
            if assurance >= VERIFIED:
                self.verified.add(identifier)
        else:
            (self.phones if kind == PHONE else self.emails).add(identifier)

    def absorb(self, other: Known) -> None:
        self.verified |= other.verified
        self.documents |= other.documents
        self.births |= other.births
        self.surnames |= other.surnames
        self.purposes = _common(self.purposes, other.purposes)
        self.records += other.records
        self.phones |= other.phones
        self.emails |= other.emails
        self.times = max(self.times, other.times)

    @property
    def frozen(self) -> str:
        """The limit that it has reached, `records`, `phones` or `emails`; nothing below all of them."""
        return self.reaches(self.times)

    def reaches(self, times: int) -> str:
        if self.records >= MOST_RECORDS * times:
            return "records"
        if len(self.phones) > MOST_PHONES * times:
            return "phones"
        return "emails" if len(self.emails) > MOST_EMAILS * times else ""

    def never(self, other: Known) -> str:
        """Why the two can be one person neither by themselves nor by hand; nothing when they can.

        `documents`: two different verified ones; `purposes`: none that all records of both came for.
        """
        if self.verified and other.verified and self.verified != other.verified:
            return "documents"
        return "purposes" if _common(self.purposes, other.purposes) == set() else ""

    def apart(self, other: Known) -> bool:
        """Whatever agrees, the two are not joined by themselves."""
        return bool(self.frozen or other.frozen or self.never(other))

    def contradicts(self, other: Known) -> bool:
        """What both are known by differs, so that no likeness joins them: documents, or birth dates, or all ways to
        reach them. A document that they share outweighs that."""
        if self.apart(other):
            return True
        if self.documents & other.documents:
            return False
        return bool(self.differences(other) & {"documents", "births", "reached"})

    def conflicts(self, other: Known) -> bool:
        """Something that both have and that differs."""
        return self.apart(other) or bool(self.differences(other) & {"documents", "births", "surnames"})

    def differences(self, other: Known) -> set[str]:
        """What both have and that differs. `reached`: neither a telephone nor an address in common, of both of which
        each has some."""
        found = {
            "documents": _apart(self.documents, other.documents),
            "births": _apart(self.births, other.births),
            "surnames": not _same_family(self.surnames, other.surnames),
            "reached": _apart(self.phones, other.phones) and _apart(self.emails, other.emails),
        }
        return {name for name, differs in found.items() if differs}


def _common(a: set[str] | None, b: set[str] | None) -> set[str] | None:
    return b if a is None else a if b is None else a & b


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

    known: dict[Id, Known]
    carriers: dict[Id, dict[Id, Carrier]]  # identifier -> record -> carrier
    kinds: dict[Id, str]
    shared: set[Id]
    barred: list[tuple[Id, Id]]
    forest: Forest[Id] = field(default_factory=Forest)
    links: list[Link] = field(default_factory=list)
    newly_shared: set[Id] = field(default_factory=set)

    def arrive(self, me: Carrier, brings: dict[Id, int]) -> None:
        """A record comes with identifiers: link it to whom the rules say, and let it be seen by those who follow."""
        found: list[tuple[Link, Id]] = []
        for identifier, assurance in brings.items():
            if identifier in self.carriers and identifier not in self.shared:
                found += self._candidates(me, identifier, assurance)
        for rule in RULES if found else ():
            chosen = [(link, person) for link, person in found if link.rule == rule]
            roots = {self.forest.root(person) for _, person in chosen} | {self.forest.root(me.person)}
            if self.quarrel(roots, Known.apart if rule == "document" else Known.conflicts):
                break
            for link, person in chosen:
                self.join(link, me.person, person)
        for identifier, assurance in brings.items():
            self._seen_with(identifier, me, assurance)

    def _candidates(self, me: Carrier, identifier: Id, assurance: int) -> Iterator[tuple[Link, Id]]:
        """At most one link per person and identifier, by the strongest rule."""
        kind, mine = self.kinds[identifier], self.forest.root(me.person)
        best: dict[Id, tuple[int, Carrier]] = {}
        for other in self.carriers[identifier].values():
            rule = other.person != mine and _rule(kind, me.given, assurance, other)
            if not rule or (root := self.forest.root(other.person)) == mine:
                continue
            if root not in best or RULES.index(rule) < best[root][0]:
                best[root] = RULES.index(rule), other
        if any(self._of(root).frozen for root in best):
            return  # whom it leads to is frozen: who comes by it stays alone, and founds no second one beside
        for root, (rank, other) in best.items():
            if not self.quarrel({mine, root}, Known.conflicts if rank else Known.apart):
                a, b = sorted((me.record, other.record))
                yield Link(a, b, RULES[rank], identifier, me.person), other.person

    def join(self, link: Link, mine: Id, other: Id) -> None:
        a, b = self.forest.root(mine), self.forest.root(other)
        if a == b:
            return
        self.links.append(link)
        stays = self.forest.join(a, b)
        self._of(stays).absorb(self._of(b if stays == a else a))

    def quarrel(self, roots: set[Id], differ: Callable[[Known, Known], bool]) -> bool:
        """Can they not all be one person? What counts: a verified document weighs more than whatever else differs."""
        return any(
            differ(self._of(a), self._of(b)) or self._is_barred(a, b) for a, b in itertools.combinations(roots, 2)
        )

    def _is_barred(self, a: Id, b: Id) -> bool:
        return any({self.forest.root(x), self.forest.root(y)} == {a, b} for x, y in self.barred)

    def _of(self, root: Id) -> Known:
        return self.known[root]

    def _seen_with(self, identifier: Id, me: Carrier, assurance: int) -> None:
        if identifier in self.shared:
            return
        carriers = self.carriers.setdefault(identifier, {})
        before = carriers.get(me.record)
        if before is None or before.assurance < assurance:
            carriers[me.record] = Carrier(me.record, me.person, assurance, me.given)
        if len(carriers) <= MAX_PERSONS:
            return
        named = {self.forest.root(c.person) for c in carriers.values() if c.given}  # without a name: any of them
        if len(named) > MAX_PERSONS or len(carriers) > MAX_RECORDS:
            self.shared.add(identifier)
            self.newly_shared.add(identifier)


def _rule(kind: str, given: str, assurance: int, other: Carrier) -> str:
    """The rule under which two carriers of one identifier are one person, or nothing."""
    weaker = min(assurance, other.assurance)
    if kind == NATIONAL_ID and weaker >= VERIFIED:
        return "document"
    if kind != NATIONAL_ID and weaker >= PROVED:
        return "proved" if not (given and other.given) or given == other.given else ""
    return "name" if given and given == other.given else ""


def meeting(bearers: Mapping[Id, list[Carrier]], carriers: Mapping[Id, Mapping[Id, Carrier]]) -> set[Id]:
    """The persons that the rules may compare with another: about nobody else need anything be known.

    `bearers`: who brings each identifier now; `carriers`: who carried it before.
    """
    found: set[Id] = set()
    for identifier, now in bearers.items():
        before = carriers.get(identifier, {})
        if len(now) + len(before) < 2:
            continue
        alike: dict[str | None, set[Id]] = defaultdict(set)
        for one in (*now, *before.values()):
            alike[one.given].add(one.person)
            if one.assurance >= PROVED:
                alike[None].add(one.person)
        for persons in alike.values():
            if len(persons) > 1:
                found |= persons
    return found
