"""Whom the hub wakes, and what it tells whoever falls behind."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

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


def run(story) -> None:
    """In a thread of its own: a browser of another test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(story())).result()


def ids(told: list) -> list[int]:
    return [one["id"] for one in told]


def tell(hub: Hub, one: dict, administration: str, *concerned: str) -> None:
    hub._tell(one, [(administration, id) for id in concerned])


async def opened(hub: Hub, administration: str, *about: str) -> tuple:
    """A page, and its wait for the first event."""
    page = hub.happenings(administration, set(about))
    assert await anext(page) == []
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

    run(story)


def test_who_falls_behind_looks_again_and_the_others_miss_nothing(hub):
    async def story():
        _slow, first = await opened(hub, "govern", "slow", "both")
        _quick, of_quick = await opened(hub, "govern", "both")
        for n in range(BEHIND):
            tell(hub, event(n), "govern", "slow")
        tell(hub, event(99), "govern", "both")
        assert await first == [LOST] and ids(await of_quick) == [99]

    run(story)


def test_a_page_that_goes_leaves_nothing_behind_and_who_comes_at_once_is_listened_for(hub):
    async def story():
        page, first = await opened(hub, "govern", "unit-1", "jordi")
        tell(hub, event(1), "govern", "jordi")
        await first
        listening = hub._task
        await page.aclose()
        assert not hub._pages and listening.cancelling()
        _page, _first = await opened(hub, "govern", "jordi")
        assert not hub._task.cancelling()

    run(story)


def test_whoever_opened_before_it_listened_looks_again(monkeypatch):
    class Line:
        """A connection that listens, and then hears nothing."""

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            pass

        async def execute(self, _):
            pass

        async def notifies(self):
            await asyncio.Event().wait()
            yield

    async def connect(*_, **__):
        return Line()

    monkeypatch.setenv("TRACTE_APP_URL", "")
    monkeypatch.setattr("psycopg.AsyncConnection.connect", connect)

    async def story():
        _page, first = await opened(Hub(), "govern", "jordi")
        assert await first == [LOST]

    run(story)


def test_silence_is_a_beat_and_loses_nothing(hub, monkeypatch):
    monkeypatch.setattr("tracte.core.live.BEAT", 0.01)

    async def story():
        page, first = await opened(hub, "govern", "jordi")
        assert await first == []
        tell(hub, event(1), "govern", "jordi")
        tell(hub, event(2), "govern", "jordi")
        assert ids(await anext(page)) == [1, 2]

    run(story)
