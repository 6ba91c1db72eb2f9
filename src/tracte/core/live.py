"""What happens, told to open pages as it happens: an event is notified when it commits, one connection of each process
listens, and each page has a short queue. Who falls behind is told to look again at everything.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import Any

import psycopg

CHANNEL = "tracte_live"
BEHIND = 50  # events that a page may be behind
BEAT = 15.0  # seconds of silence, after which the line says that it is alive
AGAIN = 2.0  # seconds until a lost connection is tried again
LOST = {"name": "live.lost", "ids": {}}  # something may have been missed: look again

# Only what open pages show is notified, with its ids; `administration` says to whom.
NOTIFY = f"""
CREATE FUNCTION core_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('{CHANNEL}', json_build_object('administration', NEW.administration_id, 'id', NEW.id,
    'name', NEW.name, 'ids', NEW.ids)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER core_live AFTER INSERT ON core_event FOR EACH ROW WHEN (NEW.name LIKE 'inbox.%')
EXECUTE FUNCTION core_live();
"""

Happening = dict[str, Any]  # id, name, ids


def concerned(one: Happening) -> set[str]:
    """Whom it is told: who sees one of its units, and the agents that it names."""
    return {*one["ids"].get("units", ()), *one["ids"].get("agents", ())}


class Hub:
    """The pages that one process serves, and the connection that listens for them while there are any.

    An event wakes the pages that it concerns and no others: of three hundred open ones, a few.
    """

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], set[asyncio.Queue[Happening]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def happenings(self, administration: str, about: set[str]) -> AsyncGenerator[list[Happening]]:
        """What happens that concerns one of these ids, all that waits at once; nothing first, when it begins to hear,
        and after each BEAT of silence."""
        queue: asyncio.Queue[Happening] = asyncio.Queue(BEHIND)
        for one in about:
            self._pages[administration, one].add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            yield []
            while True:
                told: list[Happening] = []
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT):
                        told.append(await queue.get())
                while not queue.empty():
                    told.append(queue.get_nowait())
                yield told
        finally:
            for one in about:
                self._pages[administration, one].discard(queue)
                if not self._pages[administration, one]:
                    del self._pages[administration, one]
            if not self._pages and self._task:
                self._task.cancel()
                self._task = None  # it takes a moment to end: who comes meanwhile needs another

    async def _listen(self) -> None:
        while self._pages:
            with suppress(psycopg.OperationalError):  # a server that restarts: what it said meanwhile is lost
                await self._hear()
            await asyncio.sleep(AGAIN)

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(os.environ["TRACTE_APP_URL"], autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._tell(LOST, list(self._pages))  # of what they opened for before it listened, or lost with the line
            async for notify in connection.notifies():
                told = json.loads(notify.payload)
                administration = told.pop("administration")
                self._tell(told, [(administration, one) for one in concerned(told)])

    def _tell(self, told: Happening, whom: Iterable[tuple[str, str]]) -> None:
        for queue in set[asyncio.Queue[Happening]]().union(*(self._pages.get(one, ()) for one in whom)):
            if is_behind := queue.full():
                while not queue.empty():
                    queue.get_nowait()
            queue.put_nowait(LOST if is_behind else told)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the loop that runs this."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
