"""What people ask about, by month and age: enrolment in spring, flu in autumn, care for the old. Topics by number."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate

import yaml

_COMMON = {  # the rest weigh 10
    "habitatge.ajut-lloguer": 26, "padro.empadronament": 26, "salut.visita": 24, "atencio.cita": 24, "treball.atur": 16,
    "transport.t-mobilitat": 15, "padro.certificat-digital": 15, "social.dependencia": 14, "espai-public.residus": 14,
    "transport.rodalies": 14, "atencio.agraiment": 5, "atencio.participacio": 5, "habitatge.desnonament": 5,
    "social.teleassistencia": 6, "educacio.adults": 6, "habitatge.cedula": 6,
}  # fmt: skip
_PEAKS = {  # topic -> months in which it weighs four times as much
    "habitatge.ajut-lloguer": (9, 10), "educacio.preinscripcio": (3, 4), "educacio.beca-menjador": (6, 9, 10),
    "educacio.transport-escolar": (9, 10), "educacio.llar-infants": (5,), "salut.vacunes": (10, 11),
    "tributs.ibi": (4, 5), "espai-public.soroll": (6, 7, 8), "atencio.participacio": (2, 5),
    "treball.oposicions": (1, 6), "transport.t-mobilitat": (1, 9), "padro.canvi-adreca": (9,),
}  # fmt: skip
_AGES = (  # from, to, parents of topics that weigh three times as much
    (16, 34, ("habitatge", "treball", "educacio.adults")),
    (28, 50, ("educacio", "habitatge.ajut-lloguer", "padro")),
    (65, 120, ("social", "salut")),
)


def cumulative(weights: Sequence[float]) -> list[float]:
    """Running sums that end at 1, for `pick`."""
    total = sum(weights)
    return [part / total for part in accumulate(weights)]


def pick(odds: list[float], chance: float) -> int:
    """The place that `chance` in [0, 1) falls on."""
    return min(bisect(odds, chance), len(odds) - 1)


@cache
def codes() -> list[str]:
    """The topics that people ask about (the leaves), in the order of topics.yml: their numbers in a plan."""
    return [row["code"] for row in _rows() if row["parent"]]


@cache
def labels() -> dict[str, dict[str, str]]:
    """Code -> language -> label."""
    return {row["code"]: row["labels"] for row in _rows()}


@cache
def _rows() -> list[dict]:
    return yaml.load(files(__package__).joinpath("topics.yml").read_text("utf-8"), yaml.CSafeLoader)


@cache
def _odds(month: int, stage: int) -> list[float]:
    weights = []
    for code in codes():
        weight = _COMMON.get(code, 10.0) * (4.0 if month in _PEAKS.get(code, ()) else 1.0)
        favoured = any(
            code.startswith(start)
            for place, (_, _, starts) in enumerate(_AGES)
            if stage >> place & 1
            for start in starts
        )
        weights.append(weight * (3.0 if favoured else 1.0))
    return cumulative(weights)


def topic(month: int, age: int, chance: float) -> int:
    """The number of a topic that somebody of that age asks about in that month."""
    stage = sum((low <= age <= high) << place for place, (low, high, _) in enumerate(_AGES))
    return pick(_odds(month, stage), chance)
