"""Who is one person, as a pure function of the edge log. No database here: live code and replay share it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
LogLine = tuple[str, uuid.UUID, uuid.UUID]  # kind, a, b
JOINS = frozenset(("link", "must"))


class Forest(dict[Node, Node]):
    """Disjoint sets: a node is in the set of its root; the smallest node is the root."""

    def root(self, node: Node) -> Node:
        top = node
        while (parent := self.get(top, top)) != top:
            top = parent
        while node != top:
            self[node], node = top, self[node]
        return top

    def join(self, a: Node, b: Node) -> Node:
        first, second = sorted((self.root(a), self.root(b)))  # type: ignore[type-var]
        self[second] = first
        return first


def standing(log: Iterable[LogLine]) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """The last word on each pair of records."""
    return {(a, b): kind for kind, a, b in log}


def replay(records: Iterable[uuid.UUID], log: Iterable[LogLine]) -> dict[uuid.UUID, uuid.UUID]:
    """record -> person, from nothing but the log: components of what stands, named by their oldest record."""
    forest: Forest[uuid.UUID] = Forest()
    for (a, b), kind in standing(log).items():
        if kind in JOINS:
            forest.join(a, b)
    return {record: forest.root(record) for record in records}


def parts(records: Iterable[uuid.UUID], pairs: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> list[list[uuid.UUID]]:
    """Components of some records under some joins, each sorted, oldest first."""
    forest: Forest[uuid.UUID] = Forest()
    for a, b in pairs:
        forest.join(a, b)
    found = defaultdict(list)
    for record in sorted(records):
        found[forest.root(record)].append(record)
    return list(found.values())


def path(start: Node, goal: Node, pairs: Iterable[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """The shortest way from one record to another over these joins; none when they are not connected."""
    near: dict[Node, list[tuple[Node, tuple[Node, Node]]]] = defaultdict(list)
    for pair in pairs:
        near[pair[0]].append((pair[1], pair))
        near[pair[1]].append((pair[0], pair))
    ways: dict[Node, list[tuple[Node, Node]]] = {start: []}
    front = [start]
    while front and goal not in ways:
        fresh: list[Node] = []
        for here in front:
            for there, pair in near[here]:
                if there not in ways:
                    ways[there] = [*ways[here], pair]
                    fresh.append(there)
        front = fresh
    return ways.get(goal, [])
