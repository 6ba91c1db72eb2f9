"""Agents at work as their browsers are, over HTTP: each has a live line, looks at the list as `live.js` does, reads a
conversation, types an answer that is kept as it grows, and sends it. Meanwhile messages come in at a steady pace.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import re
import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

COME = 60.0  # seconds in which they come to work; half as many again pass before anything is measured
PACE = float(os.environ.get("TRACTE_BENCH_PACE", "1"))
READS, WRITES = 150.0 / PACE, 90.0 / PACE  # seconds, on average: to read one and look it up, and to write its answer
TOKEN = "x" * 32
ITEM = re.compile(rb'href="(/desk/inbox/[0-9a-f-]{36}/)')
FIELD = re.compile(rb'name="(seen|key)" value="([^"]+)"')
LIVE = re.compile(rb'data-live="([^"]+)"')
TEXT = "Bon dia. Gràcies per escriure. El termini és fins al dia 30 i no et falta cap document més. "
ASKED = (
    "em falta un document",
    "quan obre l’escola bressol",
    "vull empadronar-me",
    "on pago l’IBI",
    "l’ajut al lloguer",
)


class Crowd:
    """`times`: milliseconds of each kind of request; `came`: of each message taken in."""

    def __init__(self, port: int, sessions: list[str], doors: list[tuple[str, str]], per_second: int, seconds: int):
        self.port, self.sessions, self.doors = port, sessions, doors
        self.per_second, self.seconds = per_second, seconds
        self.times: dict[str, list[float]] = defaultdict(list)
        self.came: list[float] = []
        self.errors: list[str] = []
        self.refused = self.told = self.lost_lines = 0
        self.idle: list[http.client.HTTPConnection] = []

    async def live(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
        self.counts_from = time.monotonic() + 1.5 * COME / PACE
        self.ends = self.counts_from + self.seconds
        agents = [Agent(self, session, random.Random(n)) for n, session in enumerate(self.sessions)]  # noqa: S311
        lines = [asyncio.create_task(one.listen()) for one in agents]
        looks = [asyncio.create_task(one.keep_looking()) for one in agents]
        work = [asyncio.create_task(one.work()) for one in agents]
        await self._arrive()
        for one in lines + looks + work:
            one.cancel()
        await asyncio.gather(*lines, *looks, *work, return_exceptions=True)

    async def _arrive(self) -> None:
        """One each 1/per_second; a slow answer does not put off the next."""
        begun, sent, tasks = time.monotonic(), 0, set()
        while time.monotonic() < self.ends:
            task = asyncio.create_task(self._write(sent))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
            await asyncio.sleep(max(0.0, begun + sent / self.per_second - time.monotonic()))
        await asyncio.gather(*tasks)

    async def _write(self, n: int) -> None:
        key, secret = self.doors[n % len(self.doors)]
        mail = f"p{n % 4000}@exemple.cat"
        data = {
            "kind": "message",
            "subject": "Una pregunta",
            "text": f"Bon dia, {ASKED[n % len(ASKED)]}?",
            "person": {"full_name": f"Nom{n % 97} Cognom{n % 997}", "identifiers": [{"kind": "email", "value": mail}]},
        }
        event = {"specversion": "1.0", "id": f"{n}-{uuid.uuid4()}", "source": key, "type": "message", "data": data}
        event["time"] = datetime.now(UTC).isoformat()
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
        spent, status, body = await self.ask("POST", "/api/v1/interactions", json.dumps(event), headers)
        if status == 200 and json.loads(body)["new"] == 1:
            self.count(self.came, spent)
        else:
            self.errors.append(f"a message: {status} {body[:200]!r}")

    def count(self, among: list[float], spent: float) -> None:
        if time.monotonic() >= self.counts_from:
            among.append(spent)

    async def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[float, int, bytes]:
        """Milliseconds from the moment that it is wanted, the status and the body."""
        begun = time.perf_counter()
        status, text = await asyncio.to_thread(self._ask, method, path, body, headers)
        return (time.perf_counter() - begun) * 1000, status, text

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """On a line that stayed open; one that the server closed meanwhile is opened anew, once, as browsers do."""
        try:
            connection, is_fresh = self.idle.pop(), False
        except IndexError:
            connection, is_fresh = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), True
        try:
            connection.request(method, path, body.encode() if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if is_fresh or not isinstance(error, ConnectionError):
                return 0, repr(error).encode()
            self.idle.clear()
            return self._ask(method, path, body, headers)
        self.idle.append(connection)
        return answer.status, text


class Agent:
    def __init__(self, crowd: Crowd, session: str, chance: random.Random):
        self.crowd, self.chance = crowd, chance
        self.headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "Host": "localhost"}
        self.open, self.items = "", list[str]()  # the conversation before their eyes, and those of the list
        self.changed, self.live = asyncio.Event(), "/desk/inbox/live/"

    async def listen(self) -> None:
        """A line that lives as long as the page: each new page opens its own."""
        while time.monotonic() < self.crowd.ends:
            self.line = asyncio.create_task(self._listen())
            try:
                await self.line
                self.crowd.lost_lines += time.monotonic() < self.crowd.ends
            except asyncio.CancelledError:
                if asyncio.current_task().cancelling():  # type: ignore[union-attr]
                    self.line.cancel()
                    raise

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.crowd.port)
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        begun, kind = time.perf_counter(), b""
        writer.write(f"GET {self.live} HTTP/1.1\r\n{head}\r\n".encode())
        try:
            while line := await reader.readline():
                if line.startswith(b": here"):
                    self.crowd.count(self.crowd.times["line"], (time.perf_counter() - begun) * 1000)
                elif line.startswith(b"event: "):
                    kind = line[7:].strip()
                elif line.startswith(b"data: "):
                    self.crowd.told += 1
                    self._heard(kind, json.loads(line[6:]))
        finally:
            writer.close()

    def _heard(self, kind: bytes, ids: list[str]) -> None:
        mine = bool(self.open) and self.open in ids
        if kind == b"changed":
            self.changed.set()
        if mine:
            what = self.get("thread", f"/desk/inbox/{self.open}/?part=thread") if kind == b"changed" else self.here()
            asyncio.get_running_loop().create_task(what)

    async def keep_looking(self) -> None:
        """As `live.js`: the next look waits four hundred times what the last one took, 15 s at most."""
        while True:
            await self.changed.wait()
            await asyncio.sleep(0.7)
            self.changed.clear()
            begun = time.perf_counter()
            await self.look()
            await asyncio.sleep(max(0.0, min(400 * (time.perf_counter() - begun), 15.0) - 0.7))

    async def look(self) -> None:
        body = await self.get("look", f"/desk/inbox/?view=free&open={self.open}")
        self.items = [one.decode() for one in ITEM.findall(body)]

    async def work(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, COME / PACE))
        await self.get("inbox", "/desk/inbox/?view=free", is_page=True)
        await self.look()
        while True:
            if not self.items:
                await asyncio.sleep(5)
                continue
            path = self.chance.choice(self.items)
            self.open = path.split("/")[3]
            page = await self.get("conversation", f"{path}?view=free", is_page=True)
            heartbeat = asyncio.create_task(self._beat())
            await asyncio.sleep(self.chance.expovariate(1 / READS))
            await self._answer(path, page)
            heartbeat.cancel()

    async def _answer(self, path: str, page: bytes) -> None:
        fields = {name.decode(): value.decode() for name, value in FIELD.findall(page)}
        if "key" not in fields:
            return  # somebody else closed it
        for part in (1, 2, 3):
            await asyncio.sleep(self.chance.expovariate(3 / WRITES))
            typed = {**fields, "text": TEXT[: part * len(TEXT) // 3]}
            await self.post("draft", f"{path}draft/", typed)
            await self.post("help", f"{path}help/", typed)
        status = await self.post("reply", f"{path}reply/?view=free", {**fields, "text": TEXT, "then": "close"})
        if status == 302:
            await self.get("conversation", f"{path}?view=free", is_page=True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(50)
            await self.here()

    async def here(self) -> None:
        await self.post("here", f"/desk/inbox/{self.open}/here/", {})

    async def get(self, what: str, path: str, is_page: bool = False) -> bytes:
        headers = self.headers if is_page else {**self.headers, "HX-Request": "true"}
        spent, status, body = await self.crowd.ask("GET", path, None, headers)
        self._noted(what, spent, status, body, (200,))
        if is_page and (found := LIVE.search(body)):
            self.live = found[1].decode()
            self.line.cancel()
        return body

    async def post(self, what: str, path: str, fields: dict[str, Any]) -> int:
        headers = {**self.headers, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        spent, status, body = await self.crowd.ask("POST", path, urlencode(fields), headers)
        self._noted(what, spent, status, body, (200, 302, 409))
        self.crowd.refused += status == 409
        return status

    def _noted(self, what: str, spent: float, status: int, body: bytes, fine: tuple[int, ...]) -> None:
        if status in fine:
            self.crowd.count(self.crowd.times[what], spent)
        else:
            self.crowd.errors.append(f"{what}: {status} {body[:300]!r}")
