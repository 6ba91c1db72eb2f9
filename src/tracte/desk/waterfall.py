"""Match weights as a waterfall: from two records of anybody, each comparison a step, to the total. Drawn by the server
beside a table that says the same in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext

from tracte.desk import weights_words as words
from tracte.people.linkage.model import Model

MARGIN = 4.0  # per cent of the width, on either side


@dataclass(frozen=True)
class Step:
    """One row: what is compared, what it said, its bits; `x` and `width` of its bar and where the next begins, in %."""

    name: str
    detail: str
    bits: str
    css: str
    x: float
    width: float
    begins: float | None
    ends: float | None


@dataclass
class Waterfall:
    """`zero` and `sure`: where nothing is known either way, and from where on a pair is linked by itself, in %."""

    steps: list[Step] = field(default_factory=list)
    unknown: str = ""  # what one of the two does not say
    zero: float = 0.0
    sure: float = 0.0
    total: str = ""
    chance: str = ""
    link_at: str = ""


def draw(model: Model, weights: Mapping[str, tuple[int, float]], link_at: float) -> Waterfall:
    """What a model said of a pair, the strongest comparison first. What is not known is but named."""
    told = [(column, *weights[column]) for column in model.columns if column in weights]
    unknown = [str(words.COLUMNS.get(column, column)).lower() for column, level, _ in told if level == words.UNKNOWN]
    told = sorted((one for one in told if one[1] != words.UNKNOWN), key=lambda one: -abs(one[2]))
    ends = [model.prior]
    for _, _, bits in told:
        ends.append(ends[-1] + bits)
    low, high = min(0.0, *ends), max(0.0, link_at, *ends)

    def at(bits: float) -> float:
        return round(MARGIN + (100 - 2 * MARGIN) * (bits - low) / (high - low), 2)

    def bar(start: float, end: float) -> tuple[float, float]:
        return min(at(start), at(end)), max(round(abs(at(end) - at(start)), 2), 0.5)

    steps = [_step(gettext("Punt de partida"), gettext("dues qualssevol"), model.prior, bar(0, model.prior), None, at)]
    for (column, level, bits), start in zip(told, ends, strict=False):
        name, detail = str(words.COLUMNS.get(column, column)), words.said(model, column, level, bits)
        steps.append(_step(name, detail, bits, bar(start, start + bits), start, at))
    return Waterfall(
        steps=[*steps, _total(ends[-1], bar(0, ends[-1]), at(ends[-1]))],
        unknown=", ".join(unknown),
        zero=at(0),
        sure=at(link_at),
        total=words.bits(ends[-1]),
        chance=words.chance(ends[-1]),
        link_at=words.bits(link_at),
    )


def _step(
    name: str, detail: str, bits: float, bar: tuple[float, float], start: float | None, at: Callable[[float], float]
) -> Step:
    css = "bar" if bits > 0 else "bar-neg"
    begins = None if start is None else at(start)
    return Step(name, detail, words.bits(bits), css, *bar, begins, at((start or 0.0) + bits))


def _total(total: float, bar: tuple[float, float], begins: float) -> Step:
    return Step(gettext("Pes total"), words.chance(total), words.bits(total), "bar-total", *bar, begins, None)
