"""Whom the hub wakes, and what it tells whoever falls behind."""

import asyncio

import pytest

from tracte.core.live import BEHIND, LOST, Hub


@pytest.fixture
def hub(monkeypatch):
    """One that hears nothing but what the test tells it."""

    async def deaf(self) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Hub, "_listen", deaf)
    return Hub()


def event(n: int, **ids) -> dict:
    return {"id": n, "name": "inbox.conversations.changed", "ids": ids}


def ids(told: list) -> list[int]:
    return [one["id"] for one in told]


def tell(hub: Hub, one: dict, administration: str, *concerned: str) -> None:
    hub._tell(one, [(administration, id) for id in concerned])


async def opened(hub: Hub, administration: str, *about: str) -> tuple:
    """A page, and its wait for the first event."""
    page = hub.happenings(administration, set(about))
    first = asyncio.create_task(anext(page))
    await asyncio.sleep(0)
    return page, first


def test_an_event_wakes_whom_it_concerns_once_and_nobody_else(hub):
    async def story():
        _jordi, his = await opened(hub, "govern", "unit-1", "unit-2", "jordi")
        _aina, hers = await opened(hub, "govern", "unit-3", "aina")
        _other, theirs = await opened(hub, "girona", "unit-1")
        tell(hub, event(1), "govern", "unit-1", "unit-2", "nobody")
        tell(hub, event(2), "govern", "aina")
        assert ids(await his) == [1] and ids(await hers) == [2]
        await asyncio.sleep(0)
        assert not theirs.done()
        theirs.cancel()

    asyncio.run(story())


def test_who_falls_behind_looks_again_and_the_others_miss_nothing(hub):
    async def story():
        _slow, first = await opened(hub, "govern", "slow", "both")
        _quick, of_quick = await opened(hub, "govern", "both")
        for n in range(BEHIND):
            tell(hub, event(n), "govern", "slow")
        tell(hub, event(99), "govern", "both")
        assert await first == [LOST] and ids(await of_quick) == [99]

    asyncio.run(story())


def test_a_page_that_goes_leaves_nothing_behind(hub):
    async def story():
        page, first = await opened(hub, "govern", "unit-1", "jordi")
        tell(hub, event(1), "govern", "jordi")
        await first
        await page.aclose()
        assert not hub._pages and hub._task.cancelling()

    asyncio.run(story())


def test_silence_is_a_beat_and_loses_nothing(hub, monkeypatch):
    monkeypatch.setattr("tracte.core.live.BEAT", 0.01)

    async def story():
        page, first = await opened(hub, "govern", "jordi")
        assert await first == []
        tell(hub, event(1), "govern", "jordi")
        tell(hub, event(2), "govern", "jordi")
        assert ids(await anext(page)) == [1, 2]

    asyncio.run(story())
