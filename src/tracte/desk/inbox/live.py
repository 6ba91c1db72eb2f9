"""A line that stays open: it says which conversations and cases changed, and the page asks again for what it shows.

No text travels by it, only ids of what is of the units that this agent sees.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

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
    seen = {str(unit) for unit in mine(request)}
    told = _told(_missed(request), seen, str(request.user.pk), str(tenancy.required()))
    response = StreamingHttpResponse(told, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"  # a proxy must not hold it back
    return response


def _missed(request: HttpRequest) -> list[live.Happening]:
    heard, drawn = request.headers.get("Last-Event-ID", ""), request.GET.get("after", "")
    if heard.isdecimal():
        since = int(heard) - OVERLAP
    elif drawn.isdecimal():
        since = int(drawn)
    else:
        return []
    later = Event.objects.filter(id__gt=min(since, MOST_ID), name__startswith="inbox.").order_by("id")
    found: list[live.Happening] = [dict(one) for one in later.values("id", "name", "ids")[: REPLAYED + 1]]
    return found if len(found) <= REPLAYED else [live.LOST]


async def _told(missed: list[live.Happening], seen: set[str], user: str, administration: str) -> AsyncIterator[str]:
    await sync_to_async(connections.close_all)()  # what waits for ten minutes holds no connection
    yield ": here\n\n"
    for one in missed:
        if line := _line(one, seen, user):
            yield line
    ends = time.monotonic() + LASTS
    async for happening in live.hub().happenings(administration):
        if line := _line(happening, seen, user) if happening else ": beat\n\n":
            yield line
        if time.monotonic() > ends:
            return


def _line(one: live.Happening, seen: set[str], user: str) -> str:
    """One event for this agent; nothing of conversations of others."""
    ids, number = one["ids"], f"id: {one['id']}\n" if "id" in one else ""
    if one is not live.LOST and not seen & set(ids.get("units", ())) and user not in ids.get("agents", ()):
        return ""
    kind = KINDS.get(one["name"], "changed")
    return f"{number}event: {kind}\ndata: {json.dumps([*ids.get('conversations', ()), *ids.get('cases', ())])}\n\n"
