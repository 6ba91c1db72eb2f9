"""Texts to topics: hashed words, pairs of words and parts of words, weighed by how rare they are; one line per topic.

Chosen by measuring (docs/why/suggestions.md). Hashed, and not by a vocabulary, because a vocabulary would keep the rare
words that citizens wrote, their names among them. What was learnt is arrays of numbers, read back without pickle.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SCHEMA = 1
WORDS, PARTS = 2**14, 2**15  # columns of each
READ = 2000  # characters of a text
SEED = 20260401
ALPHA = 1e-5
TEMPERATURES = np.geomspace(0.1, 10, 41)
WIDEST = 100.0  # of a score: beyond, nothing is surer


@dataclass(frozen=True)
class Learnt:
    """`classes` are ids of topics, as text; `weights` one row for each; `temperature` makes shares of its scores."""

    classes: list[str]
    rarity: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    temperature: float

    def shares(self, texts: Sequence[str]) -> np.ndarray:
        """[text, class]: probabilities that add up to one."""
        return _softmax(self._scores(texts) / self.temperature)

    def _scores(self, texts: Sequence[str]) -> np.ndarray:
        found = _weighed(_counted(texts), self.rarity) @ self._across + self.bias
        return np.clip(found, -WIDEST, WIDEST)

    @cached_property
    def _across(self) -> np.ndarray:
        """As one text at a time needs them: a copy for each would cost more than all the rest."""
        return np.ascontiguousarray(self.weights.T, dtype=np.float32)

    def packed(self) -> bytes:
        """Numbers and the ids of topics, as an npz of arrays."""
        into = io.BytesIO()
        np.savez_compressed(
            into,
            schema=np.array(SCHEMA),
            classes=np.array(self.classes, dtype=np.str_),
            rarity=self.rarity.astype(np.float16),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            temperature=np.array(self.temperature),
        )
        return into.getvalue()


def unpacked(packed: bytes) -> Learnt:
    """Raises ValueError for what this version cannot read."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        if int(arrays["schema"]) != SCHEMA:
            raise ValueError(f"a topic model of schema {int(arrays['schema'])}, where {SCHEMA} is read: train it again")
        learnt = Learnt(
            classes=[str(one) for one in arrays["classes"]],
            rarity=arrays["rarity"].astype(np.float32),
            weights=arrays["weights"].astype(np.float32),
            bias=arrays["bias"],
            temperature=float(arrays["temperature"]),
        )
    if learnt.weights.shape != (len(learnt.classes), WORDS + PARTS) or learnt.rarity.shape != (WORDS + PARTS,):
        raise ValueError("a topic model whose arrays do not fit one another: train it again")
    return learnt


def learn(texts: Sequence[str], topics: Sequence[str], temperature: float = 1.0) -> Learnt:
    """From texts and their topics, of which there are at least two. The same in, the same out."""
    from sklearn.linear_model import SGDClassifier

    counted = _counted(texts)
    bearers = np.bincount(counted.indices, minlength=counted.shape[1])
    rarity = (np.log((1 + len(texts)) / (1 + bearers)) + 1).astype(np.float32)
    line = SGDClassifier(loss="log_loss", alpha=ALPHA, random_state=SEED, average=True)
    line.fit(_weighed(counted, rarity), topics)
    weights, bias = line.coef_, line.intercept_
    if len(line.classes_) == 2:  # of two it learns one line: the other's is its opposite
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Learnt([str(one) for one in line.classes_], rarity, weights.astype(np.float32), bias, temperature)


def calibrated(learnt: Learnt, texts: Sequence[str], topics: Sequence[str]) -> float:
    """The temperature at which what it says of texts that it has not seen is most likely."""
    place = {topic: n for n, topic in enumerate(learnt.classes)}
    known = [n for n, topic in enumerate(topics) if topic in place]
    if not known:
        return learnt.temperature
    scores = learnt._scores([texts[n] for n in known])
    right = np.arange(len(known)), [place[topics[n]] for n in known]
    lost = [-np.log(np.maximum(_softmax(scores / one)[right], 1e-9)).mean() for one in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(lost))])


@cache
def _hashing() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    shared = {"alternate_sign": False, "norm": None, "strip_accents": "unicode", "dtype": np.float32}
    return (
        HashingVectorizer(n_features=WORDS, ngram_range=(1, 2), **shared),
        HashingVectorizer(n_features=PARTS, ngram_range=(3, 5), analyzer="char_wb", **shared),
    )


def _counted(texts: Sequence[str]) -> csr_matrix:
    from scipy.sparse import hstack

    read = [text[:READ] for text in texts]
    return hstack([one.transform(read) for one in _hashing()]).tocsr()


def _weighed(counted: csr_matrix, rarity: np.ndarray) -> csr_matrix:
    """Often says little more than once, rare says more than frequent, and a long text no more than a short one."""
    from sklearn.preprocessing import normalize

    weighed = counted.copy()
    weighed.data = (1 + np.log(weighed.data)) * rarity[weighed.indices]
    return normalize(weighed, copy=False)


def _softmax(scores: np.ndarray) -> np.ndarray:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
