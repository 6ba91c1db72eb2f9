"""Who gets what, decided: pure, deterministic, and nobody ever above what they can hold.

Of those who attend there, are there, have room and did not give it back: who answered that person lately (continuity),
else who speaks the language, then who knows the topic, then by the unit's way the one with least in hand for what they
can hold, or the one longest without a new one. What nobody has room for stays where it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(slots=True)
class Waiting:
    """A conversation that nobody has. `topics`: what it is about, and all above it. `answered_by`: who answered that
    person lately, as far back as the unit looks. `given_back_by`: it does not come to them again."""

    id: uuid.UUID
    unit: uuid.UUID
    due_at: dt.datetime
    language: str = ""
    topics: frozenset[uuid.UUID] = frozenset()
    answered_by: uuid.UUID | None = None
    given_back_by: frozenset[uuid.UUID] = frozenset()


@dataclass(slots=True)
class Agent:
    """Somebody who is there: in which units, how much they have and can hold, when they were last given one."""

    id: uuid.UUID
    units: frozenset[uuid.UUID]
    most: int
    has: int = 0
    last_at: dt.datetime = NEVER
    languages: frozenset[str] = frozenset()
    topics: frozenset[uuid.UUID] = frozenset()

    @property
    def has_room(self) -> bool:
        return self.has < self.most


@dataclass(frozen=True, slots=True)
class Gift:
    """A conversation for an agent, and what decided. `why`: codes and numbers, to be said in any language."""

    conversation: uuid.UUID
    unit: uuid.UUID
    agent: uuid.UUID
    why: dict[str, Any] = field(default_factory=dict)


def share(
    waiting: Iterable[Waiting], agents: Iterable[Agent], turns: frozenset[uuid.UUID], at: dt.datetime
) -> list[Gift]:
    """Each conversation in the order of what was promised. `turns`: the units that go by turns, the others by capacity.
    The agents are changed: they have what they were given."""
    staff = sorted(agents, key=lambda one: one.id)
    given = []
    for n, one in enumerate(sorted(waiting, key=lambda one: (one.due_at, one.id))):
        able = [who for who in staff if one.unit in who.units and who.has_room and who.id not in one.given_back_by]
        if not able:
            continue
        best, why = _best(one, able, by_turns=one.unit in turns)
        why |= {"has": best.has, "most": best.most}
        best.has += 1
        best.last_at = at + n * dt.timedelta(microseconds=1)  # of several at once, each after the one before
        given.append(Gift(one.id, one.unit, best.id, why))
    return given


def _best(one: Waiting, able: list[Agent], *, by_turns: bool) -> tuple[Agent, dict[str, Any]]:
    for who in able:
        if who.id == one.answered_by:
            return who, {"continuity": True}
    why: dict[str, Any] = {"way": "turns" if by_turns else "load"}
    if one.language and any(who.languages for who in able):  # where nobody said what they speak, it says nothing
        speakers = [who for who in able if one.language in who.languages]
        able, why["language"], why["speaks"] = speakers or able, one.language, bool(speakers)
    if knowers := [who for who in able if who.topics & one.topics]:
        able, why["knows"] = knowers, str(sorted(knowers[0].topics & one.topics)[0])
    why["of"] = len(able)
    return min(able, key=_turn if by_turns else _load), why


def _turn(who: Agent) -> tuple:
    return who.last_at, Fraction(who.has, who.most), who.id


def _load(who: Agent) -> tuple:
    return Fraction(who.has, who.most), who.last_at, who.id
