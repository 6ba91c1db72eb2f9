"""The review of doubts: which wait, one after another side by side, and what is said of each."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.models import User
from tracte.desk import comparing, counts, joining, timeline, visit, waterfall, weights_words
from tracte.desk.views import ATTENDS
from tracte.people.actions import Refused
from tracte.people.models import LinkModel
from tracte.people.protections import freezing
from tracte.people.review import judging
from tracte.people.review.judging import Standing
from tracte.people.review.models import Doubt, Verdict

PAGE = 12
DONE = {
    "same": _("Desat: són la mateixa persona."),
    "different": _("Desat: no són la mateixa persona, i no s’ajuntaran soles mai més."),
    "unsure": _("Desat: no ho saps. Ho mirarà algú altre."),
}
REFUSALS = {
    "yours": _("D’aquest dubte ja n’has dit una cosa. Si t’has equivocat, desfés-la primer."),
    "judged": _("Algú altre ja ho ha resolt mentre ho miraves: no s’ha canviat res."),
    "disputed": _("Dues persones n’han dit coses diferents: ho ha de resoldre qui supervisa."),
    "late": _("Ha passat massa estona per desfer-ho d’un clic. Des de la fitxa pots separar o ajuntar igualment."),
    "nothing": _("No hi havia res teu per desfer."),
    "changed": _("Després encara s’hi ha fet alguna cosa més: mira-t’ho des de la fitxa."),
}


@require_GET
@staff(*ATTENDS)
def queue(request: visit.AgentRequest) -> HttpResponse:
    """How many wait and which, without anybody's name: who opens one says why."""
    place = _place(request.GET)
    waiting = judging.queue(request.user)
    found = list((waiting.after(*place) if place else waiting).select_related("a", "b")[: PAGE + 1])
    leads = request.user.has_role(judging.LEADS)
    disputes = judging.disputes(request.user).select_related("a", "b") if leads else []
    context = {
        "doubts": [(doubt, weights_words.agreement(doubt.weights)) for doubt in found[:PAGE]],
        "older": f"{found[PAGE - 1].weight!r}~{found[PAGE - 1].id}" if len(found) > PAGE else "",
        "is_first": not place,
        "disputes": [(doubt, weights_words.agreement(doubt.weights)) for doubt in disputes],
        "numbers": judging.numbers(request.user, since=_today()),
        "doors": timeline.accounts(),
        "leads": leads,
        "is_trained": LinkModel.in_use() is not None,
        "frozen": len(freezing.standing()),
        "done": _done(request),
    }
    return render(request, "desk/review.html", context)


def _place(query: QueryDict) -> tuple[float, uuid.UUID] | None:
    """After which doubt the page begins; from the first, when the address was cut."""
    weight, _, id_ = query.get("after", "").partition("~")
    try:
        return float(weight), uuid.UUID(id_)
    except ValueError:
        return None


def _today() -> dt.datetime:
    return timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)


@require_GET
@staff(*ATTENDS)
def following(request: visit.AgentRequest) -> HttpResponse:
    """The next one that this agent may judge, after the one that they leave."""
    left = _uuid(request.GET.get("after"))
    after = Doubt.objects.filter(id=left).first() if left else None
    return _to_next(request.user, after)


def _to_next(user: User, after: Doubt | None, **more: str) -> HttpResponse:
    found = judging.next_for(user, after)
    address = reverse("desk:doubt", args=[found.id]) if found else reverse("desk:review")
    return redirect(f"{address}?{urlencode(more)}" if more else address)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
@visit.for_a_purpose
def doubt(request: visit.AgentRequest, doubt: uuid.UUID) -> HttpResponse:
    """One doubt, whole; or the verdict on it, and then the next one."""
    found = get_object_or_404(Doubt.objects.select_related("a", "b", "model"), id=doubt)
    if request.method == "POST":
        return _judge(request, found)
    standing = judging.standing(found)
    if state := _state(request.user, standing):
        context = {"doubt": found, "state": state, "mine": standing.of(request.user), "done": _done(request)}
        return render(request, "desk/doubt_closed.html", context)
    return render(request, "desk/doubt.html", _whole(request, found, standing))


def _judge(request: visit.AgentRequest, doubt: Doubt) -> HttpResponse:
    said, reason = request.POST.get("said", ""), request.POST.get("reason", "").strip()[:500]
    if said not in Verdict.Said:
        return redirect(request.path)
    try:
        judging.judge(doubt.id, said, by=request.user, at=now(), reason=reason)
    except Refused as refused:
        messages.warning(request, _refusal(str(refused)))
        if str(refused) in ("documents", "purposes"):
            return redirect(request.path)
        return _to_next(request.user, doubt)
    return _to_next(request.user, doubt, done=str(doubt.id))


@require_POST
@staff(*ATTENDS)
def undo(request: visit.AgentRequest, doubt: uuid.UUID) -> HttpResponse:
    """Take one's own last word back."""
    try:
        judging.withdraw(doubt, by=request.user, at=now())
    except Refused as refused:
        messages.warning(request, _refusal(str(refused)))
        return redirect("desk:review")
    messages.success(request, gettext("Desfet: és com si no n’haguessis dit res."))
    return redirect("desk:doubt", doubt=doubt)


def _refusal(code: str) -> str:
    return str(REFUSALS.get(code) or joining.refusal(code))


def _done(request: visit.AgentRequest) -> dict[str, object] | None:
    """What this agent has just said, to be undone; only while that can be."""
    said_of = _uuid(request.GET.get("done"))
    mine = Verdict.objects.standing().filter(doubt=said_of, by=request.user).first() if said_of else None
    if mine is None or now() - mine.at > judging.REGRET:
        return None
    return {"doubt": mine.doubt_id, "words": DONE[mine.said]}


def _state(user: User, standing: Standing) -> str:
    """Why there is nothing to judge here, for this agent; nothing when there is.

    Who judged is told no more than that, decided or not: nobody can tell which doubts need two opinions.
    """
    if standing.of(user):
        return "yours"
    if not standing.is_open:
        return "judged"
    if standing.is_disputed and not user.has_role(judging.LEADS):
        return "disputed"
    return ""


def _whole(request: visit.AgentRequest, doubt: Doubt, standing: Standing) -> dict[str, object]:
    """All that the page shows. Both persons are opened, and that is written down."""
    profiles = [visit.open_one(request, person, what="doubt") for person in standing.persons]
    one, other = (profile for profile in profiles if profile is not None)
    doors, contacts = timeline.accounts(), counts.by_record([doubt.a_id, doubt.b_id])
    in_use = LinkModel.in_use()
    return {
        "doubt": doubt,
        "sides": [
            comparing.Side(record, profile, doors.get(record.source), contacts[record.id])
            for record, profile in ((doubt.a, one), (doubt.b, other))
        ],
        "rows": comparing.side_by_side(doubt, one, other),
        "waterfall": waterfall.draw(doubt.model.learnt, doubt.weights, (in_use or doubt.model).link_at),
        "why": weights_words.WHY[doubt.why],
        "held": weights_words.held(doubt.weights) if doubt.why == Doubt.Why.GUARD else [],
        "conflicts": comparing.conflicts(one, other),
        "refusal": standing.refusal and joining.refusal(standing.refusal),
        "opinions": standing.verdicts if standing.is_disputed else [],
        "done": _done(request),
    }
