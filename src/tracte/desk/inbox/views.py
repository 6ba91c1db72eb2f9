"""The inbox: its views, a list, and one conversation with the person who writes. Reading; `acts` writes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET

from tracte.channels.models import Attachment
from tracte.core import units
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.ids import uuid7
from tracte.core.models import UnitVersion
from tracte.desk.inbox import filters, groups, lists, saved, suggesting, thread
from tracte.desk.visit import AgentRequest, is_partial
from tracte.inbox.actions import alarms, drafting, opinions
from tracte.inbox.checking import check, is_shared_out
from tracte.inbox.models import Conversation, Draft, Mention
from tracte.people.models import Membership
from tracte.people.profile import Profile, open_person
from tracte.privacy.actions import log_read

ATTENDS = ("agent", "supervisor")
HERE = "here"  # the count of the view that is shown, with its filters
SHOWN = ("account", "record", "agent", "unit", "closure", "snooze", "topic")  # what a page tells of a conversation
PURPOSE = "attend"  # whoever opens a conversation answers it: nobody needs to be asked


def mine(request: HttpRequest) -> list[uuid.UUID]:
    """The units whose conversations this agent sees, asked once for a page."""
    if not hasattr(request, "units"):
        request.units = units.seen_by(request.user, *ATTENDS)  # type: ignore[attr-defined, arg-type]
    return request.units  # type: ignore[attr-defined]


@require_GET
@staff(*ATTENDS)
def inbox(request: AgentRequest) -> HttpResponse:
    """The views and one list; no conversation is open."""
    context = listing(request)
    template = "desk/inbox/_lists.html" if is_partial(request) else "desk/inbox/inbox.html"
    return _private(render(request, template, context))


def listing(request: HttpRequest) -> dict[str, Any]:
    """The view that is asked for (mine, when none or an unknown one is), its page, and how many each view has."""
    seen, user = mine(request), request.user
    offered = filters.Options(seen)
    own = saved.shown(user, seen, offered)  # type: ignore[arg-type]
    view, is_lost = saved.asked(request.GET, own)
    after = request.GET.get("after", "")
    items, has_more = lists.page(view, user, seen, after)  # type: ignore[arg-type]
    counts = lists.counts(user, seen, [*(one.view for one in own), replace(view, key=HERE, most=lists.MOST)])  # type: ignore[arg-type]
    query = saved.address(view)
    return {
        "view": view,
        "views": [one for one in lists.VIEWS if one.whose == lists.MINE],
        "team_views": [one for one in lists.VIEWS if one.whose == lists.TEAM],
        "own_views": own,
        "is_lost": is_lost,
        "counts": counts,
        "how_many": counts.get(HERE, ""),
        "is_filtered": view.base not in lists.UNCOUNTED,
        "fields": partial(filters.fields, view.filters, offered),
        "wanted": filters.in_words(view.filters, offered),
        "groups": groups.grouped(items) if not view.newest_first else [("", "", items)] if items else [],
        "after": after,
        "open": request.GET.get("open", ""),
        "more": f"{query}&{urlencode({'after': items[-1].place})}" if has_more else "",
        "place": list(parse_qsl(query)),
        "query": query,
    }


@require_GET
@staff(*ATTENDS)
def conversation(request: AgentRequest, conversation: uuid.UUID) -> HttpResponse:
    """One conversation, read to answer it, which is written down."""
    found = visible(request, conversation, *SHOWN)
    if is_partial(request):
        person = _read(request, found, "thread")
        template, context = "desk/inbox/_entries.html", told(found, _before(request)) | {"person": person}
    else:
        template, context = "desk/inbox/inbox.html", listing(request) | opened(request, found) | {"open": str(found.id)}
    return _private(render(request, template, context))


@require_GET
@staff(*ATTENDS)
def attachment(request: AgentRequest, conversation: uuid.UUID, attachment: uuid.UUID) -> HttpResponse:
    """A file of one of its turns, to be saved and not shown: it comes from outside. Never what is in quarantine."""
    found = visible(request, conversation)
    file = Attachment.objects.with_verdict().filter(id=attachment).first()
    if file is None or not found.turns.filter(interaction=file.interaction).exists() or not file.may_open:
        raise Http404("this conversation holds no such file that may be opened")
    _read(request, found, "attachment")
    response = HttpResponse(file.body(), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    return _private(response)


def visible(request: AgentRequest, id: uuid.UUID, *shown: str) -> Conversation:
    """The conversation, if it is of a unit whose conversations this agent sees; with what of it is `shown`. Raises
    Http404."""
    seen = Conversation.objects.of_units(mine(request)).filter(id=id)
    found = (seen.select_related(*shown) if shown else seen).first()
    if found is None:
        raise Http404("no such conversation is yours to see")
    return found


def opened(request: AgentRequest, found: Conversation, **more: Any) -> dict[str, Any]:
    """All that a conversation's page shows. `more`: what was typed and why it was refused."""
    Mention.objects.filter(note__conversation=found, user=request.user, seen_at=None).update(seen_at=now())
    here = drafting.look(found, by=request.user, at=now(), is_writing=False) if request.method == "GET" else []
    alarms.see(request.user, at=now(), conversation=found)
    promise = found.promises.standing().first()
    draft = Draft.objects.filter(conversation=found, by=request.user).first()
    return {
        "conversation": found,
        "person": _read(request, found, "conversation"),
        "unit": UnitVersion.objects.filter(unit=found.unit_id).order_by("-valid_from").first(),
        "promise": promise,
        "skipped": [(dt.date.fromisoformat(day), why) for day, why in promise.skipped] if promise else [],
        "checks": check(found, request.user),
        "here": here,
        "draft": draft,
        "typed": draft.text if draft else "",
        "seen": found.turns_count,
        "key": uuid7(),
        "others": _others(found),
        "gives_back": found.agent_id == request.user.pk and is_shared_out(found.unit_id),
        **suggesting.of_topic(found),
        **(suggesting.of_writing(found, draft.text if draft else "") if "help" in request.GET else {}),
        "opinion": opinions.last_of(found),
        "cases": [one.case for one in found.cases.select_related("case__service").order_by("-at")[:10]],
        **told(found),
        **more,
    }


def told(found: Conversation, before: tuple[dt.datetime, uuid.UUID] | None = None) -> dict[str, Any]:
    """The lines of the thread by day, and where the older ones end."""
    entries, has_older = thread.entries(found, before)
    oldest = next((one for one in entries if one.what in ("in", "out")), None)
    return {
        "conversation": found,
        "days": thread.by_day(entries),
        "older": urlencode({"before": f"{oldest.at.isoformat()}~{oldest.id}"}) if has_older and oldest else "",
    }


def _read(request: AgentRequest, found: Conversation, what: str) -> Profile | None:
    """Who writes, as far as that is known; that they, or the conversation of somebody unknown, were read is written."""
    said: dict[str, Any] = {"by": request.user, "purpose": PURPOSE, "at": now(), "what": what}
    if found.record_id is None:
        log_read(subject=found.id, **said)
        return None
    person = Membership.objects.live().filter(record=found.record_id).values_list("person_id", flat=True).get()
    return open_person(person, **said)


def _others(found: Conversation) -> list[Conversation]:
    """What else the same record has: the ones before, newest first."""
    if found.record_id is None:
        return []
    return list(Conversation.objects.filter(record=found.record_id).exclude(id=found.id).order_by("-last_at")[:5])


def _before(request: HttpRequest) -> tuple[dt.datetime, uuid.UUID] | None:
    at, _, id_ = request.GET.get("before", "").partition("~")
    try:
        return dt.datetime.fromisoformat(at), uuid.UUID(id_)
    except ValueError:
        return None


def _private(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    patch_vary_headers(response, ["HX-Request"])
    return response
