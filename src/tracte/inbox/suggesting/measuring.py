"""How a classifier does on the last part of what there is: learnt from what came before, asked of what came after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tracte.inbox.suggesting import classifier
from tracte.inbox.suggesting.classifier import Learnt

HELD = 0.2  # the last part in time, never learnt from while it is measured
TUNED = 0.15  # of the rest, its last part: says how sure to be
SECURE = 0.5  # from this probability on, it is asked how often it was right
CONFUSED = 10


class Example(NamedTuple):
    """A text and what it is about, in the order of time."""

    text: str
    topic: str


def measured(examples: Sequence[Example], held: int | None = None) -> tuple[Learnt, dict[str, Any]]:
    """The classifier of all examples, and how one of all but the last `held` did on those. Both say with the same
    temperature how sure they are, which was chosen on neither."""
    held = held or max(1, round(len(examples) * HELD))
    before, after = examples[:-held], examples[-held:]
    tuned = max(1, round(len(before) * TUNED))
    temperature = classifier.calibrated(_learnt(before[:-tuned]), *_columns(before[-tuned:]))
    blind = _learnt(before, temperature)
    return _learnt(examples, temperature), told(blind, before, after)


def asked(before: Sequence[Example], after: Sequence[Example]) -> dict[str, Any]:
    """How one learnt from some does on others; how sure it says to be was not tuned."""
    return told(_learnt(before), before, after)


def _learnt(examples: Sequence[Example], temperature: float = 1.0) -> Learnt:
    return classifier.learn(*_columns(examples), temperature)


def _columns(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    return [one.text for one in examples], [one.topic for one in examples]


def told(learnt: Learnt, before: Sequence[Example], after: Sequence[Example]) -> dict[str, Any]:
    """`topics`: {id: [learnt from, in the held part, said, right]}; `confused`: [[is, said, times], ...]."""
    texts, right = _columns(after)
    shares = learnt.shares(texts)
    order = shares.argsort(axis=1)[:, ::-1]
    said = [learnt.classes[n] for n in order[:, 0]]
    sure = shares.max(axis=1)
    hits = np.array([one == other for one, other in zip(said, right, strict=True)])
    majority = Counter(one.topic for one in before).most_common(1)[0][0]
    seen = {one.text for one in before}
    new = np.array([text not in seen for text in texts])
    secure = sure >= SECURE
    return {
        "held": len(after),
        "accuracy": float(hits.mean()),
        "baseline": float(np.mean([one == majority for one in right])),
        "majority": majority,
        "among_three": float(
            np.mean([right[n] in {learnt.classes[k] for k in order[n, :3]} for n in range(len(after))])
        ),
        "new": int(new.sum()),  # texts that were not among those learnt from, word by word
        "accuracy_new": float(hits[new].mean()) if new.any() else None,
        "secure": int(secure.sum()),
        "accuracy_secure": float(hits[secure].mean()) if secure.any() else None,
        "calibration_error": _error(sure, hits),
        "topics": _by_topic(before, said, right),
        "confused": _confused(said, right),
    }


def _error(sure: np.ndarray, hits: np.ndarray) -> float:
    """How far, on average, what it says of its sureness lies from how often it is right, in ten steps."""
    steps = np.minimum((sure * 10).astype(int), 9)
    return float(sum(abs(sure[steps == n].mean() - hits[steps == n].mean()) * (steps == n).mean() for n in set(steps)))


def _by_topic(before: Sequence[Example], said: list[str], right: list[str]) -> dict[str, list[int]]:
    learnt, asked, answers = Counter(one.topic for one in before), Counter(right), Counter(said)
    both = Counter(one for one, other in zip(said, right, strict=True) if one == other)
    return {topic: [learnt[topic], asked[topic], answers[topic], both[topic]] for topic in sorted({*learnt, *asked})}


def _confused(said: list[str], right: list[str]) -> list[list[Any]]:
    pairs = Counter((one, other) for one, other in zip(right, said, strict=True) if one != other)
    return [[one, other, times] for (one, other), times in pairs.most_common(CONFUSED)]
