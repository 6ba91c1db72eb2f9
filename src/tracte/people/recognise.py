"""Recognise a batch of appearances: who of them is already known, in one statement per step, for 1 or 50,000.

Everything is read first (`reading`), decided (`matching`), then written (`writing`). The lock comes before reading and
holds until the transaction ends: an identifier leads to a person, the person to other identifiers, so no smaller lock
is enough. What needs no database (normalising, fingerprints) is done before it, while another batch may be at work.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from tracte.core import keys, tenancy
from tracte.core.ids import uuid7_bytes
from tracte.core.sql import run, unanswered
from tracte.people import by_model, identifiers, names, reading, writing
from tracte.people.appearance import DECLARED, VERIFIED, Appearance
from tracte.people.linkage import features
from tracte.people.matching import Carrier, Id, Known, Scene, meeting
from tracte.people.models import LinkModel
from tracte.people.protections import freezing
from tracte.people.review import doubts

MAX_NAME = 200  # characters of each part of a name; the raw payload keeps the rest


@dataclass(slots=True)
class Arrival:
    """One distinct record of the batch. `brings`: identifier -> assurance, what it did not carry so surely before."""

    source: Id
    key: bytes
    who: Appearance
    name: tuple[str, str, str]
    given: str  # normalised; of a record that was known before, as that record has it
    compared: tuple[str | None, ...]  # `features.of_record`
    id: Id = b""  # given under the lock: the oldest record names the person
    brings: dict[Id, int] = field(default_factory=dict)
    known: Id | None = None  # the person that it belonged to before

    def known_alone(self) -> Known:
        """What is known of a person who is nothing but this record, before what it brings."""
        known = Known(records=1)
        known.learn(self.who.birth_date, *self.name[1:], self.who.purposes)
        return known

    @property
    def person(self) -> Id:
        return self.known or self.id


class Batch:
    """The distinct records and identifiers of some appearances, each once; `order` keeps every appearance."""

    def __init__(self, appearances: list[tuple[Id, Appearance]]):
        self.ring = keys.keyring(tenancy.required())
        self.arrivals: dict[tuple[Id, bytes], Arrival] = {}
        self.values: dict[Id, tuple[str, str]] = {}  # identifier -> kind, normalised value
        self.order = [self._add(source, who) for source, who in appearances]

    def _add(self, source: Id, who: Appearance) -> tuple[Arrival, dict[Id, int]]:
        brings: dict[Id, int] = {}
        for kind, value, assurance in who.identifiers:
            if normal := identifiers.normalise(kind, value):
                identifier = self.ring.fingerprint(kind, normal)
                self.values[identifier] = kind, normal
                brings[identifier] = max(assurance, brings.get(identifier, 0))
        name = _name(who)
        place = source, self._key(who, name, brings)
        if (arrival := self.arrivals.get(place)) is None:
            compared = features.of_record(name, who.postcode)
            arrival = self.arrivals[place] = Arrival(*place, who, name, names.normalise(name[0]), compared)
        return arrival, brings

    def _key(self, who: Appearance, name: tuple[str, str, str], brings: dict[Id, int]) -> bytes:
        """What makes two appearances one record. A name alone does not: there are many of each."""
        if who.key:
            return self.ring.fingerprint("record", who.key)
        if not brings and not (who.birth_date and name[1]):
            return uuid7_bytes()
        content = [names.normalise(" ".join(name)), str(who.birth_date or "")]
        content += sorted(f"{identifier.hex()}{assurance}" for identifier, assurance in brings.items())
        return self.ring.fingerprint("content", "\0".join(content))


def _name(who: Appearance) -> tuple[str, str, str]:
    parts = who.given_name, who.surname, who.surname2
    if not (who.given_name or who.surname):
        parts = names.split(who.full_name[: 3 * MAX_NAME])
    return tuple(part[:MAX_NAME] for part in parts)  # type: ignore[return-value]


def recognise(appearances: list[tuple[Id, Appearance]], at: dt.datetime) -> list[Id]:
    """The record of each appearance, known or new, linked to its person. One transaction, the caller's.

    One after another, in their order: a batch of many gives the same persons as many batches of one.
    """
    if not appearances:
        return []
    batch = Batch(appearances)
    lock()
    for arrival in batch.arrivals.values():
        arrival.id = uuid7_bytes()
    for (source, key), record, person, given in reading.records(list(batch.arrivals)):
        arrival = batch.arrivals[source, key]
        arrival.id, arrival.known, arrival.given = record, person, names.normalise(given)
    scene = _scene(batch)
    before = set(scene.carriers)
    for arrival, brings in batch.order:
        _bring(arrival, brings, scene)
        scene.arrive(Carrier(arrival.id, arrival.person, 0, arrival.given), brings)
    with unanswered():
        writing.appearances(batch, scene, before, at)
    kept = LinkModel.in_use()
    in_doubt = by_model.link(batch, scene, kept) if kept else []
    with unanswered():
        writing.persons(batch, scene, at, kept.id if kept else None)
    freezing.note({root: scene.known[root] for root in map(scene.forest.root, scene.known)}, at)
    if kept and in_doubt:
        doubts.doubt_many(in_doubt, model=kept.id, at=at)
    return [arrival.id for arrival, _ in batch.order]


def _scene(batch: Batch) -> Scene:
    """What is known about the identifiers of the batch, and about everybody whom the rules may compare."""
    carriers, shared = reading.carriers(list(batch.values))
    bearers: dict[Id, list[Carrier]] = defaultdict(list)
    documented: set[Id] = set()
    kinds = {identifier: kind for identifier, (kind, _) in batch.values.items()}
    for arrival, brings in batch.order:
        for identifier, assurance in brings.items():
            bearers[identifier].append(Carrier(arrival.id, arrival.person, assurance, arrival.given))
            if kinds[identifier] == identifiers.NATIONAL_ID:
                documented.add(arrival.person)
    compared = documented | meeting(bearers, carriers)
    new = {arrival.id: arrival for arrival in batch.arrivals.values() if arrival.known is None}
    old = sorted(compared - new.keys())
    known = reading.known(old)
    for person in compared & new.keys():
        known[person] = new[person].known_alone()
    return Scene(known, carriers, kinds, shared, reading.barriers(old))


def _bring(arrival: Arrival, brings: dict[Id, int], scene: Scene) -> None:
    """Who shows another verified document than their person's keeps it as declared, for a human to see."""
    known = scene.known.get(scene.forest.root(arrival.person))  # None: nothing that this batch brings can join them
    for identifier, assurance in brings.items():
        if known:
            kind = scene.kinds[identifier]
            other = kind == identifiers.NATIONAL_ID and known.verified and identifier not in known.verified
            if other and assurance >= VERIFIED:
                brings[identifier] = assurance = DECLARED
            known.carries(kind, identifier, assurance)
        was = scene.carriers.get(identifier, {}).get(arrival.id)
        if was is None or was.assurance < assurance:
            arrival.brings[identifier] = max(assurance, arrival.brings.get(identifier, 0))


def lock() -> None:
    """One at a time in an administration: who recognises, merges or splits waits until the one before is done."""
    # Each row by its index; and nothing planned twice: to plan the statement of the model takes six times as long as to
    # run it, and its parameters never change how.
    planned = "set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"
    mine = f"('x' || right(current_setting('{tenancy.SETTING}')::uuid::text, 12))::bit(48)::bigint"
    run(f"SELECT {planned}, pg_advisory_xact_lock({mine})")
