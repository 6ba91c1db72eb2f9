"""What happens, told to open pages as it happens: an event is notified when it commits, one connection of each process
listens, and each page has a short queue. Who falls behind is told to look again at everything.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
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


class Hub:
    """The pages that one process serves, and the connection that listens for them while there are any."""

    def __init__(self) -> None:
        self._pages: dict[asyncio.Queue[Happening], str] = {}
        self._task: asyncio.Task[None] | None = None

    async def happenings(self, administration: str) -> AsyncIterator[Happening | None]:
        """What happens in an administration from now on; None after each BEAT of silence."""
        queue: asyncio.Queue[Happening] = asyncio.Queue(BEHIND)
        self._pages[queue] = administration
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    yield None
        finally:
            del self._pages[queue]
            if not self._pages and self._task:
                self._task.cancel()

    async def _listen(self) -> None:
        while self._pages:
            with suppress(psycopg.OperationalError):  # a server that restarts: what it said meanwhile is lost
                await self._hear()
            self._tell(LOST)
            await asyncio.sleep(AGAIN)

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(os.environ["TRACTE_APP_URL"], autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            async for notify in connection.notifies():
                told = json.loads(notify.payload)
                self._tell(told, told.pop("administration"))

    def _tell(self, told: Happening, administration: str = "") -> None:
        for queue, whose in self._pages.items():
            if administration in ("", whose):
                if queue.full():
                    while not queue.empty():
                        queue.get_nowait()
                    told = LOST
                queue.put_nowait(told)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the loop that runs this."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
