"""Thresholds follow labels: in the right direction, not on few of them, and not without bounds."""

import itertools
import math
import random

import pytest

from tracte.people.linkage import calibration
from tracte.people.linkage.calibration import ASK_BOUNDS, LINK, LINK_BOUNDS, Label
from tracte.people.linkage.model import probability


def drawn(count, bias=0.0, low=0.0, high=LINK, seed=1):
    """Labels of pairs whose model promises `bias` bits more than is true."""
    draw = random.Random(seed)
    weights = [draw.uniform(low, high) for _ in range(count)]
    return [Label(weight, draw.random() < probability(weight - bias)) for weight in weights]


def test_shares_grow_with_the_weight_and_no_label_is_lost():
    labels = drawn(500)
    blocks = calibration.isotonic(labels)
    assert sum(block.labels for block in blocks) == 500
    assert sum(block.same for block in blocks) == sum(label.same for label in labels)
    shares = [block.share for block in blocks]
    assert shares == sorted(shares) and len(set(shares)) == len(shares)
    assert all(one.end < other.start for one, other in itertools.pairwise(blocks))


def test_pooling_is_least_squares():
    """As by brute force: no other growing step function over these five is nearer."""
    labels = [Label(n, same) for n, same in enumerate([False, True, False, True, True])]
    assert [(block.labels, block.same) for block in calibration.isotonic(labels)] == [(1, 0), (2, 1), (2, 2)]


def test_the_interval_is_wilsons():
    low, high = calibration.interval(9, 10)
    z = calibration.Z
    for edge in (low, high):
        assert abs(0.9 - edge) == pytest.approx(z * math.sqrt(edge * (1 - edge) / 10))
    assert calibration.interval(10, 10)[1] == 1.0 and calibration.interval(10, 10)[0] < 0.8


def test_few_labels_move_nothing():
    assert calibration.thresholds(drawn(49)) is None


def test_a_model_that_promises_too_much_links_later():
    honest, proud, vain = (calibration.thresholds(drawn(2000, bias)) for bias in (0, 2, 5))
    assert honest.link_at == pytest.approx(LINK, abs=1)
    assert honest.link_at < proud.link_at < vain.link_at <= LINK_BOUNDS[1]
    assert proud.link_at == pytest.approx(LINK + 2, abs=1)
    assert honest.ask_at <= proud.ask_at < vain.ask_at <= ASK_BOUNDS[1]


def test_a_model_that_promises_too_little_links_sooner_and_asks_further_down():
    modest = calibration.thresholds(drawn(4000, bias=-6))
    assert LINK_BOUNDS[0] <= modest.link_at < LINK and ASK_BOUNDS[0] <= modest.ask_at < 0


@pytest.mark.parametrize("same", [True, False])
def test_labels_never_move_it_out_of_bounds(same):
    moved = calibration.thresholds([Label(weight / 10, same) for weight in range(1000)])
    assert LINK_BOUNDS[0] <= moved.link_at <= LINK_BOUNDS[1] and ASK_BOUNDS[0] <= moved.ask_at <= ASK_BOUNDS[1]
    assert moved.ask_at < moved.link_at and (moved.link_at < LINK) == same
