"""What a vocabulary file says, whatever its format. Formats read it (pure), `storing` writes it to the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

KINDS = ("municipality", "comarca", "vegueria", "province", "country")
RELATIONS = ("exact", "close", "broad", "narrow", "related")
FIRST_DAY = dt.date(1900, 1, 1)  # as far back as is known: what an undated list says has held since then

TITLES = {
    "topics": {"ca": "Temes", "es": "Temas", "oc": "Tèmes", "en": "Topics"},
    "territories": {"ca": "Territoris", "es": "Territorios", "oc": "Territòris", "en": "Territories"},
    "languages": {"ca": "Llengües", "es": "Lenguas", "oc": "Lengües", "en": "Languages"},
    "life_events": {"ca": "Fets vitals", "es": "Hechos vitales", "oc": "Hèts vitaus", "en": "Life events"},
}


class CannotLoad(ValueError):
    """One clear line: which file and place, what is wrong, how to mend it. Nothing was loaded."""


@dataclass
class Term:
    code: str
    labels: dict[str, str]
    kind: str = ""
    parent: str | None = None
    alt_labels: list[str] = field(default_factory=list)
    alt_codes: list[str] = field(default_factory=list)
    since: dt.date | None = None
    until: dt.date | None = None
    uri: str = ""


@dataclass(frozen=True)
class Member:
    """`code` lies in `larger` (a code or a name) at that level; `valid_from` None: as of the day of the list."""

    code: str
    larger: str
    level: str = ""
    valid_from: dt.date | None = None


@dataclass(frozen=True)
class Version:
    label: str
    valid_from: dt.date
    source: str = ""


@dataclass
class Vocabulary:
    """`terms` by code. A partial one (dated changes, a crosswalk) adds to what is there and retires nothing."""

    scheme: str
    source: str
    terms: dict[str, Term] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    matches: list[tuple[str, str, str]] = field(default_factory=list)  # code, relation, target (code, scheme:code, URI)
    labels: dict[str, str] = field(default_factory=dict)
    uri: str = ""
    version: str = ""
    valid_from: dt.date | None = None
    history: list[Version] = field(default_factory=list)
    is_partial: bool = False

    def add(self, term: Term, where: str) -> None:
        """One more term, if it can be one."""
        if not 0 < len(term.code) <= 120:
            raise CannotLoad(f"{where}: the code {term.code[:20]!r} is empty or too long: use 1 to 120 characters")
        if not term.labels.get("ca", "").strip():
            raise CannotLoad(f"{where}: {term.code} has no Catalan label: add one (ca)")
        if term.kind not in ("", *KINDS):
            raise CannotLoad(f"{where}: {term.code} is a {term.kind!r}: the kinds are {', '.join(KINDS)}")
        if term.code in self.terms:
            raise CannotLoad(f"{where}: code {term.code} comes twice: keep one")
        if term.since and term.until and term.until < term.since:
            raise CannotLoad(f"{where}: {term.code} ends on {term.until}, before it begins: correct one of the two")
        self.terms[term.code] = term

    def check_tree(self) -> None:
        """Every parent exists, and nobody is their own ancestor."""
        for term in self.terms.values():
            seen, at = {term.code}, term
            while at.parent is not None:
                if at.parent not in self.terms:
                    raise CannotLoad(f"{self.source}: the parent {at.parent!r} of {at.code} is not in the file: add it")
                if at.parent in seen:
                    raise CannotLoad(f"{self.source}: {at.code} lies below itself: correct its parent {at.parent!r}")
                seen.add(at.parent)
                at = self.terms[at.parent]


def day(text: str | None, where: str) -> dt.date | None:
    """A date as YYYY-MM-DD; nothing, or `null`, is None."""
    if not (text := (text or "").strip()) or text.lower() in ("null", "~"):
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise CannotLoad(f"{where}: {text!r} is not a date: write it as 2023-05-03") from error
