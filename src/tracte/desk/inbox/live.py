"""A line that stays open: it says which conversations and cases changed, and the page asks again for what it shows.

No text travels by it, only ids of what is of the units that this agent sees.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from tracte.core import live, tenancy
from tracte.core.guard import staff
from tracte.core.models import Event
from tracte.desk.inbox.views import ATTENDS, mine
from tracte.desk.visit import AgentRequest

LASTS = 600.0  # seconds; then the page asks again, and whoever signed out meanwhile is not let in
REPLAYED = 200  # events that somebody who was cut off is told of; of more, to look again
PACE = 2.0  # seconds between one telling and the next: what happens meanwhile is told together
KINDS = {"inbox.presence.changed": "here", "inbox.notices.changed": "rang"}  # all others: something changed
MOST_ID = 2**63 - 1
OVERLAP = 20  # ids before the last one that was heard: they are given before they commit


@require_GET
@staff(*ATTENDS)
def stream(request: AgentRequest) -> HttpResponseBase:
    """Server-sent events. `Last-Event-ID`, of a line that was cut, and `after`, of a page just drawn, bring what was
    missed. A server that holds no lines says so: the page then shows what is when it is asked for."""
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    about = {str(request.user.pk), *map(str, mine(request))}
    told = _told(_since(request), about, str(tenancy.required()))
    response = StreamingHttpResponse(told, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"  # a proxy must not hold it back
    return response


def _since(request: HttpRequest) -> int | None:
    """After which event this page, or this line, knows nothing."""
    heard, drawn = request.headers.get("Last-Event-ID", ""), request.GET.get("after", "")
    if heard.isdecimal():
        return min(int(heard), MOST_ID) - OVERLAP
    return min(int(drawn), MOST_ID) if drawn.isdecimal() else None


def _missed(since: int | None, administration: str) -> list[live.Happening]:
    if since is None:
        return []
    with tenancy.acting_for(administration):
        later = Event.objects.filter(id__gt=since, name__startswith="inbox.").order_by("id")
        found: list[live.Happening] = [dict(one) for one in later.values("id", "name", "ids")[: REPLAYED + 1]]
    return found if len(found) <= REPLAYED else [live.LOST]


async def _told(since: int | None, about: set[str], administration: str) -> AsyncIterator[str]:
    async with aclosing(live.hub().happenings(administration, about)) as heard:
        await anext(heard)  # from here on nothing is missed: only now what was is read
        missed = await sync_to_async(_missed)(since, administration)
        await sync_to_async(connections.close_all)()  # what waits for ten minutes holds no connection
        yield ": here\n\n" + _lines(missed, about)
        ends = time.monotonic() + LASTS
        async for happened in heard:
            yield _lines(happened, about) or ": beat\n\n"
            if time.monotonic() > ends:
                return
            await asyncio.sleep(PACE)


def _lines(happened: list[live.Happening], about: set[str]) -> str:
    """One event of each kind for this agent, with all that it names; nothing of conversations of others. An event that
    names none says to look at everything."""
    found: dict[str, set[str]] = {}
    for one in happened:
        if one is live.LOST or about & live.concerned(one):
            ids = {*one["ids"].get("conversations", ()), *one["ids"].get("cases", ())}
            kind = KINDS.get(one["name"], "changed")
            before = found.get(kind, ids)
            found[kind] = ids | before if ids and before else set()
    number = f"id: {max(numbers)}\n" if (numbers := [one["id"] for one in happened if "id" in one]) else ""
    return "".join(f"{number}event: {kind}\ndata: {json.dumps(sorted(ids))}\n\n" for kind, ids in found.items())
