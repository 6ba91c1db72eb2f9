import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.people.linkage import clustering


def test_a_chain_is_cut_where_its_ends_disagree():
    weights = {(1, 2): 10.0, (2, 3): 4.0, (1, 3): -12.0}
    assert clustering.groups([1, 2, 3], weights) == [[1, 2], [3]]


def test_a_weak_pair_stays_with_friends_in_common():
    weights = {(1, 2): 10.0, (2, 3): 9.0, (1, 3): -2.0}
    assert clustering.groups([1, 2, 3], weights) == [[1, 2, 3]]


def test_what_must_stay_apart_stays_apart_however_strong_the_rest():
    weights = {(1, 2): 25.0, (2, 3): 25.0, (1, 3): 25.0}
    grouped = clustering.groups([1, 2, 3], weights, never=[(1, 3)])
    assert sorted(map(len, grouped)) == [1, 2]
    assert not any({1, 3} <= set(group) for group in grouped)


def test_two_families_with_one_bridge_are_two():
    left, right = range(4), range(4, 8)
    weights = {pair: 8.0 for side in (left, right) for pair in itertools.combinations(side, 2)}
    weights |= {(a, b): -6.0 for a in left for b in right} | {(3, 4): 3.0}
    assert clustering.groups(range(8), weights) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_hairball_is_cut_at_its_weakest_and_frozen_when_it_has_none():
    ring = {(n, n + 1): 12.0 for n in range(0, 150)} | {(n, n + 1): 12.0 for n in range(151, 300)} | {(150, 151): 1.0}
    small, frozen = clustering.bounded(ring)
    assert sorted(map(len, small)) == [150, 151] and not frozen
    solid = {(n, n + 1): 99.0 for n in range(clustering.LARGEST + 5)}
    small, frozen = clustering.bounded(solid)
    assert not small and len(frozen[0]) == clustering.LARGEST + 6


nodes = st.integers(0, 7)
some_weights = st.dictionaries(
    st.tuples(nodes, nodes).filter(lambda p: p[0] < p[1]), st.floats(-20, 20, allow_nan=False), max_size=28
)


@settings(deadline=None, max_examples=300)
@given(some_weights, st.lists(st.tuples(nodes, nodes).filter(lambda p: p[0] < p[1]), max_size=4))
def test_groups_part_the_component_and_each_group_agrees_on_average(weights, never):
    grouped = clustering.groups(range(8), weights, never)
    assert sorted(node for group in grouped for node in group) == list(range(8))
    for group in grouped:
        inside = list(itertools.combinations(group, 2))
        assert not set(inside) & set(never)
        assert sum(weights.get(pair, 0.0) for pair in inside) >= 0
    for one, other in itertools.combinations(grouped, 2):
        across = [(min(a, b), max(a, b)) for a in one for b in other]
        assert set(across) & set(never) or sum(weights.get(pair, 0.0) for pair in across) <= 1e-9
