"""Who gets what, as a pure choice: whatever waits and whoever is there, some things always hold."""

from __future__ import annotations

import copy
import datetime as dt
import uuid

from hypothesis import given
from hypothesis import strategies as st

from tracte.inbox.sharing.choosing import Agent, Waiting, share

AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
UNITS = [uuid.UUID(int=n) for n in (1, 2)]
LANGUAGES = ["ca", "es", "oc"]
TOPICS = [uuid.UUID(int=n) for n in (11, 12, 13)]
ids = st.uuids(version=4)
moments = st.integers(0, 50).map(lambda n: AT - dt.timedelta(hours=n))
agents = st.lists(
    st.builds(
        Agent,
        ids,
        st.frozensets(st.sampled_from(UNITS), min_size=1),
        st.integers(1, 6),
        st.integers(0, 6),
        moments,
        st.frozensets(st.sampled_from(LANGUAGES)),
        st.frozensets(st.sampled_from(TOPICS)),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@st.composite
def scenes(draw):
    staff = draw(agents)
    somebody = st.sampled_from([one.id for one in staff]) if staff else ids
    one = st.builds(
        Waiting,
        ids,
        st.sampled_from(UNITS),
        moments,
        st.sampled_from(["", *LANGUAGES]),
        st.frozensets(st.sampled_from(TOPICS)),
        st.none() | somebody,
        st.frozensets(somebody, max_size=2),
    )
    tray = draw(st.lists(one, max_size=25, unique_by=lambda one: one.id))
    return tray, staff, frozenset(draw(st.sets(st.sampled_from(UNITS))))


@given(scenes())
def test_nobody_is_ever_above_what_they_can_hold_nor_given_what_is_not_for_them(scene):
    tray, staff, turns = scene
    before = {one.id: one.has for one in staff}
    who, what = {one.id: one for one in staff}, {one.id: one for one in tray}
    given_out = share(tray, staff, turns, AT)
    assert len({one.conversation for one in given_out}) == len(given_out)
    for one in staff:
        mine = [gift for gift in given_out if gift.agent == one.id]
        assert not mine or before[one.id] + len(mine) <= one.most
    for gift in given_out:
        assert gift.unit in who[gift.agent].units
        assert gift.agent not in what[gift.conversation].given_back_by


@given(scenes(), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_they_are_read(scene, random):
    tray, staff, turns = scene
    once = share(tray, copy.deepcopy(staff), turns, AT)
    random.shuffle(tray)
    random.shuffle(staff)
    assert share(tray, staff, turns, AT) == once


@given(scenes())
def test_what_is_left_is_what_nobody_has_room_for(scene):
    tray, staff, turns = scene
    given_out = {one.conversation for one in share(tray, staff, turns, AT)}
    for one in tray:
        if one.id not in given_out:
            able = [who for who in staff if one.unit in who.units and who.id not in one.given_back_by]
            assert not any(who.has_room for who in able)


@given(st.integers(1, 5), st.integers(0, 30), st.booleans())
def test_among_equals_it_is_fair_within_one(people, amount, by_turns):
    staff = [Agent(uuid.UUID(int=n), frozenset(UNITS), 10) for n in range(people)]
    tray = [Waiting(uuid.UUID(int=100 + n), UNITS[0], AT + dt.timedelta(hours=n)) for n in range(amount)]
    share(tray, staff, frozenset(UNITS if by_turns else []), AT)
    assert sum(one.has for one in staff) == min(amount, 10 * people)
    assert max(one.has for one in staff) - min(one.has for one in staff) <= 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 30))
def test_by_capacity_nobody_is_fuller_than_others_by_more_than_one(most, amount):
    staff = [Agent(uuid.UUID(int=n), frozenset(UNITS), can) for n, can in enumerate(most)]
    tray = [Waiting(uuid.UUID(int=100 + n), UNITS[0], AT + dt.timedelta(hours=n)) for n in range(amount)]
    share(tray, staff, frozenset(), AT)
    for one in staff:
        for other in staff:
            assert (one.has - 1) / one.most <= other.has / other.most + 1e-9


def test_language_comes_before_topic_and_both_before_who_has_least():
    speaks = Agent(uuid.UUID(int=1), frozenset(UNITS), 8, has=7, languages=frozenset(["oc"]))
    knows = Agent(uuid.UUID(int=2), frozenset(UNITS), 8, 3, languages=frozenset(["ca"]), topics=frozenset(TOPICS[:1]))
    idle = Agent(uuid.UUID(int=3), frozenset(UNITS), 8)
    one = Waiting(uuid.UUID(int=9), UNITS[0], AT, "oc", frozenset(TOPICS[:1]))
    [first] = share([one], [speaks, knows, idle], frozenset(), AT)
    [second] = share([one], [speaks, knows, idle], frozenset(), AT)
    assert first.agent == speaks.id and first.why["speaks"] is True and first.why["has"] == 7
    assert second.agent == knows.id and second.why["speaks"] is False and second.why["knows"] == str(TOPICS[0])


def test_who_answered_lately_gets_them_again_if_they_have_room():
    full, free = Agent(uuid.UUID(int=1), frozenset(UNITS), 1, has=1), Agent(uuid.UUID(int=2), frozenset(UNITS), 5, 4)
    one = Waiting(uuid.UUID(int=9), UNITS[0], AT, answered_by=full.id)
    assert share([one], [full, free], frozenset(), AT)[0].agent == free.id
    full.has, free.has = 0, 0
    [gift] = share([one], [full, free], frozenset(), AT)
    assert gift.agent == full.id and gift.why["continuity"]
