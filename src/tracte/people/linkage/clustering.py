"""From weighted pairs to people: connected components are a beginning, never the answer.

A chain a-b-c joins a and c though they may disagree. Inside a component every pair is weighed, and people are built
from the strongest pair up for as long as two groups agree on average (average linkage): the weakest bridges are never
crossed. What must stay apart stays apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from tracte.people.components import Forest

Node = TypeVar("Node", bound=Hashable)
CAP = 30.0  # bits: one overwhelming pair must not carry a group of strangers with it
STEP = 2.0  # bits
LARGEST = 200  # records of a component that is looked into; a larger one is frozen and told about


def components(pairs: Iterable[tuple[Node, Node]]) -> list[list[Node]]:
    """Connected components of two nodes or more, each sorted."""
    forest: Forest[Node] = Forest()
    nodes: set[Node] = set()
    for a, b in pairs:
        forest.join(a, b)
        nodes.update((a, b))
    found = defaultdict(list)
    for node in sorted(nodes):  # type: ignore[type-var]
        found[forest.root(node)].append(node)
    return list(found.values())


def bounded(weights: Mapping[tuple[Node, Node], float]) -> tuple[list[list[Node]], list[list[Node]]]:
    """Components of at most LARGEST nodes: a larger one loses its weakest bridges, a STEP at a time; what is still too
    large when only overwhelming pairs are left is frozen, and comes second."""
    small: list[list[Node]] = []
    large = [(0.0, list(weights))]
    frozen: list[list[Node]] = []
    while large:
        floor, pairs = large.pop()
        inside: dict[Node, int] = {}
        found = components(pairs)
        for place, nodes in enumerate(found):
            if len(nodes) <= LARGEST:
                small.append(nodes)
            elif floor >= CAP:
                frozen.append(nodes)
            else:
                inside |= dict.fromkeys(nodes, place)
        kept = defaultdict(list)
        for a, b in pairs if inside else ():
            if a in inside and weights[a, b] >= floor + STEP:
                kept[inside[a]].append((a, b))
        large += [(floor + STEP, pairs) for pairs in kept.values()]
    return small, frozen


def groups(
    nodes: Collection[Node],
    weights: Mapping[tuple[Node, Node], float],
    never: Collection[tuple[Node, Node]] = (),
    sizes: Mapping[Node, int] | None = None,
) -> list[list[Node]]:
    """Part a component into people. `weights`: of each two nodes (a, b), a < b, the sum of the match weights of all
    pairs of their records, prior included; two that are not there are taken for a doubt, 0. `never`: that cannot be one
    person. `sizes`: how many records each node stands for (1, if not told)."""
    if len(nodes) == 2:  # most are
        a, b = sorted(nodes)  # type: ignore[type-var]
        agree = weights.get((a, b), 0.0) > 0 and (a, b) not in never and (b, a) not in never
        return [[a, b]] if agree else [[a], [b]]
    members: dict[Node, list[Node]] = {node: [node] for node in sorted(nodes)}  # type: ignore[type-var]
    size = {node: (sizes or {}).get(node, 1) for node in members}
    sums: dict[Node, dict[Node, float]] = {node: {} for node in members}
    for (a, b), weight in weights.items():
        if a in sums and b in sums:
            sums[a][b] = sums[b][a] = weight
    for a, b in never:
        if a in sums and b in sums:
            sums[a][b] = sums[b][a] = float("-inf")
    while (best := _closest(sums, size)) is not None:
        a, b = best
        for other, weight in sums.pop(b).items():
            if other != a:
                sums[a][other] = sums[other][a] = sums[a].get(other, 0.0) + weight
                del sums[other][b]
        del sums[a][b]
        members[a] += members.pop(b)
        size[a] += size.pop(b)
    return [sorted(group) for group in members.values()]  # type: ignore[type-var]


def _closest(sums: Mapping[Node, Mapping[Node, float]], size: Mapping[Node, int]) -> tuple[Node, Node] | None:
    """The two groups that agree most on average, if any two agree at all; the older first."""
    best, pair = 0.0, None
    for a, others in sums.items():
        for b, total in others.items():
            if a < b:  # type: ignore[operator]
                average = total / (size[a] * size[b])
                if average > best:
                    best, pair = average, (a, b)
    return pair
