"""Find people by name, telephone, e-mail or document. It shows the least that tells one person from another.

Identifiers meet by their keyed fingerprint, so they are found whole or not at all. Names are found by the beginning
of their words, in any order: ranges over a C-collated B-tree, because row-level security lets only leakproof
operators (no LIKE, no text search) reach an index.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from tracte.core import keys, tenancy
from tracte.core.sql import rows
from tracte.people import facts, identifiers, names, spelling
from tracte.people.models import Membership, RecordIdentifier, SourceRecord

LIMIT = 50
CANDIDATES = 500  # records looked at: more than this is too many to choose from anyway
WORDS = 6
_LAST = "\U0010ffff"  # sorts after every letter


@dataclass(slots=True)
class Hit:
    """A person found. `hints` are (kind, masked value, assurance), best first."""

    person: uuid.UUID
    records: list[SourceRecord]
    name: str = ""
    assurance: int = 1
    hints: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """At most LIMIT persons. `kinds`: the identifiers that the query was taken for, none when it was a name;
    `shared`: those of them that too many people use to tell who it is; `meant`: the words that were found instead of
    mistyped ones; `is_number`: a number that is no whole telephone and no document."""

    hits: list[Hit] = field(default_factory=list)
    has_more: bool = False
    is_short: bool = False
    kinds: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    meant: str = ""
    is_number: bool = False


def find(query: str) -> Found:
    """Who this may be. An identifier is looked for as such; anything else is taken for a name."""
    query = query.replace("\0", "").strip()[:200]
    if guesses := identifiers.guess(query):
        return _by_identifier(guesses)
    if sum(letter.isdigit() for letter in query) > len(query) / 2:
        return Found(is_number=True)
    words = list(dict.fromkeys(names.normalise(query).split()))
    words = [word for word in words if word not in names.PARTICLES] or words
    if not words or len(max(words, key=len)) < 2:
        return Found(is_short=True)
    found = _by_name(sorted(words, key=len, reverse=True)[:WORDS])
    if not found.hits and (meant := spelling.mend(words)) != words:
        found = _by_name(sorted(meant, key=len, reverse=True)[:WORDS])
        found.meant = " ".join(meant) if found.hits else ""
    return found


def _by_identifier(guesses: list[tuple[str, str]]) -> Found:
    ring = keys.keyring(tenancy.required())
    found = rows(
        "SELECT m.person_id, array_agg(DISTINCT i.kind) FILTER (WHERE i.state <> 'normal') FROM people_identifier i "
        "CROSS JOIN LATERAL (SELECT record_id FROM people_recordidentifier WHERE identifier_id = i.id LIMIT %s) c "
        "JOIN people_membership m ON m.record_id = c.record_id AND m.to_seq IS NULL WHERE i.id = ANY(%s) "
        "GROUP BY m.person_id ORDER BY m.person_id LIMIT %s",
        CANDIDATES,
        [uuid.UUID(bytes=ring.fingerprint(kind, value)) for kind, value in guesses],
        LIMIT + 1,
    )
    shared = sorted({kind for _, kinds in found for kind in kinds or ()})
    hits = _hits([person for person, _ in found[:LIMIT]])
    return Found(hits, len(found) > LIMIT, kinds=[kind for kind, _ in guesses], shared=shared)


def _by_name(words: list[str]) -> Found:
    """Records that bear all the words; the whole word comes before longer ones that begin with it."""
    others = "".join(
        f" AND EXISTS (SELECT FROM people_nametoken t{n} WHERE t{n}.record_id = t.record_id "
        f"AND t{n}.token >= %s AND t{n}.token < %s)"
        for n in range(1, len(words))
    )
    found = rows(
        "SELECT m.person_id, sum(r.found) FROM (SELECT t.record_id, t.token, 1 AS found FROM people_nametoken t "  # noqa: S608
        f"WHERE t.token >= %s AND t.token < %s{others} ORDER BY t.token, t.record_id LIMIT %s) r "
        "JOIN people_membership m ON m.record_id = r.record_id AND m.to_seq IS NULL "
        "GROUP BY m.person_id ORDER BY min(r.token), m.person_id LIMIT %s",
        *(bound for word in words for bound in (word, word + _LAST)),
        CANDIDATES,
        LIMIT + 1,
    )
    is_cut = sum(count for _, count in found) >= CANDIDATES
    return Found(_hits([person for person, _ in found[:LIMIT]]), len(found) > LIMIT or is_cut)


def _hits(persons: list[uuid.UUID]) -> list[Hit]:
    """The persons with their names and hints, in the order given. Two queries."""
    hits = {person: Hit(person, []) for person in persons}
    owner = {}
    for live in Membership.objects.live().filter(person_id__in=persons).select_related("record"):
        hits[live.person_id].records.append(live.record)
        owner[live.record_id] = hits[live.person_id]
    carried: dict[uuid.UUID, dict[tuple[str, str], int]] = defaultdict(dict)
    for one in RecordIdentifier.objects.filter(record_id__in=owner).select_related("identifier"):
        value = keys.keyring(one.administration_id).open(one.identifier.value_sealed).decode()
        held, hint = carried[owner[one.record_id].person], (one.identifier.kind, mask(one.identifier.kind, value))
        held[hint] = max(one.assurance, held.get(hint, 0))
    for hit in hits.values():
        told = facts.survive(claim for record in hit.records for claim in facts.own_claims(record))
        if facts.NAME in told:
            hit.name, hit.assurance = str(told[facts.NAME].best.value), told[facts.NAME].best.assurance
        hit.hints = sorted(((*hint, sure) for hint, sure in carried[hit.person].items()), key=lambda h: -h[2])
        hit.assurance = max([hit.assurance, *(sure for *_, sure in hit.hints)])
    return list(hits.values())


def mask(kind: str, value: str) -> str:
    """Enough to recognise a value that one already knows: nobody has said yet what they look for."""
    if kind == identifiers.PHONE:
        return f"••• {value[-3:]}"
    if kind == identifiers.EMAIL:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}•••@{domain}"
    return identifiers.mask(kind, value)
