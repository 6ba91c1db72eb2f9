"""What labels teach about the weights of a model: how often pairs of each weight really are one person.

Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002): the share of true pairs
may only grow with the weight. A block is trusted for the lower end of its interval (Wilson 1927), so that few labels
move little.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from tracte.people.linkage.model import probability

LINK, ASK = 6.63, 0.0  # bits, before anybody labelled anything: probability 0.99 and 0.5
ENOUGH = 50  # labels
SURE, LIKELY = 0.99, 0.5
Z = 1.645  # of a one-sided interval of 95 %
LINK_BOUNDS, ASK_BOUNDS = (4.0, 12.0), (-3.0, 3.0)  # bits: further than that labels do not move it
NEAR = 3.0  # bits below the threshold: what happens there tells about what is above
STEP = 1.0  # bits: how much further down is asked, once even the weakest that are asked are mostly true


class Label(NamedTuple):
    """A pair that somebody judged: its weight in bits, and whether it is one person."""

    weight: float
    same: bool


class Block(NamedTuple):
    """Neighbouring weights that labels do not tell apart."""

    start: float
    end: float
    labels: int
    same: int

    @property
    def share(self) -> float:
        return self.same / self.labels

    def at_least(self) -> float:
        return interval(self.same, self.labels)[0]


class Thresholds(NamedTuple):
    """From how many bits on a pair is linked without a human, and from how many a human is asked."""

    link_at: float
    ask_at: float


def isotonic(labels: Iterable[Label]) -> list[Block]:
    """Blocks from the lowest weight to the highest; the share of true pairs grows from each to the next."""
    blocks: list[Block] = []
    for weight, same in sorted(labels):
        blocks.append(Block(weight, weight, 1, int(same)))
        while len(blocks) > 1 and (blocks[-2].share >= blocks[-1].share or blocks[-2].end == blocks[-1].start):
            after, before = blocks.pop(), blocks.pop()
            blocks.append(Block(before.start, after.end, before.labels + after.labels, before.same + after.same))
    return blocks


def interval(same: int, labels: int) -> tuple[float, float]:
    """Between which shares the truth lies, by so many labels (Wilson)."""
    share, z2 = same / labels, Z * Z
    middle = (share + z2 / (2 * labels)) / (1 + z2 / labels)
    half = Z / (1 + z2 / labels) * math.sqrt(share * (1 - share) / labels + z2 / (4 * labels * labels))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def thresholds(labels: list[Label]) -> Thresholds | None:
    """Where to link and where to ask, by these labels; nothing when they are too few."""
    if len(labels) < ENOUGH:
        return None
    blocks = isotonic(labels)
    link_at = next((block.start for block in blocks if block.at_least() >= SURE), None)
    if link_at is None:
        link_at = LINK + overconfidence(labels)
    likely = [block for block in blocks if block.share >= LIKELY]
    ask_at = likely[0].start if likely else ASK_BOUNDS[1]
    if likely and likely[0] == blocks[0]:
        ask_at = min(ask_at, ASK) - STEP
    return Thresholds(_within(link_at, LINK_BOUNDS), _within(ask_at, ASK_BOUNDS))


def overconfidence(labels: Iterable[Label]) -> float:
    """By how many bits the model promises more than the labels near the threshold and above can bear; 0 if they can."""
    near = [label for label in labels if label.weight >= LINK - NEAR]
    if not near:
        return 0.0
    promised = sum(probability(label.weight) for label in near) / len(near)
    _, borne = interval(sum(label.same for label in near), len(near))
    return max(_bits(promised) - _bits(borne), 0.0)


def _bits(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log2(share / (1 - share))


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
