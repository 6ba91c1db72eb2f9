"""To ask people once how they were attended, to let it be when it goes on, and to ask nobody at all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from tracte.channels import following, tokens
from tracte.channels.actions import sending
from tracte.channels.models import Account, Dispatch, FollowUp
from tracte.core import tenancy
from tracte.core.ids import uuid7
from tracte.core.models import Administration, User
from tracte.core.sql import run
from tracte.inbox import askable
from tracte.inbox.actions.answering import thread_of
from tracte.inbox.models import Asking, Case, CaseClosure, Closure, Conversation, Opinion, Silence

OPENS_FOR = dt.timedelta(days=30)
Link = Callable[[str], str]


@transaction.atomic
def ask_all(*, at: dt.datetime, link: Link) -> int:
    """Ask about what was closed a while ago; how many. Run by the clock. `link` makes of a token a whole address; an
    empty one: nobody can follow it, and only follow-up pages ask."""
    run("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", f"inbox.ask {tenancy.required()}")
    if Silence.objects.filter(ended_at=None).exists():
        return 0
    asked = 0
    for case in Case.objects.select_related("account", "service").filter(closure__in=askable.cases(at)):
        heard = Conversation.objects.filter(cases__case=case).order_by("-opened_at").first()
        asked += _ask(case, heard, case.service.name(case.language or "ca"), at, link)
    for one in Conversation.objects.select_related("account").filter(closure__in=askable.conversations(at)):
        asked += _ask(one, one, one.subject, at, link)
    return asked


def _ask(whose: Case | Conversation, heard: Conversation | None, about: str, at: dt.datetime, link: Link) -> bool:
    """False when there is no way to ask, or who closed is the same as another of this very round."""
    if whose.record_id and _asked_lately(whose.record_id, at):
        return False
    closure = {"case_closure_id" if isinstance(whose, Case) else "closure_id": whose.closure_id}
    asking = Asking(record_id=whose.record_id, at=at, expires_at=at + OPENS_FOR, language=_language(whose), **closure)
    if not _send(asking, whose, heard, about, link) and _page_of(heard) is None:
        return False
    asking.save(force_insert=True)
    return True


def _send(
    asking: Asking, whose: Case | Conversation, heard: Conversation | None, about: str, link: Link
) -> Dispatch | None:
    account, to, address = _way(whose), whose.address, link(tokens.sign(asking.id))
    if account is None or not to or not address or (account.kind == "telegram" and to.startswith("-")):
        return None  # nowhere to ask, or a group, where others would follow the link
    with override(asking.language):
        subject, text = gettext("Com t’hem atès?"), _text(about, address)
    try:
        asking.dispatch = sending.send(
            account,
            record=whose.record,
            to=to,
            subject="" if account.kind == "telegram" else subject,
            text=text,
            in_reply_to=thread_of(heard) if heard and heard.account_id == account.id else (),
            key=f"asking:{whose.closure_id}",
            by=None,
            at=asking.at,
            language=asking.language,
        )
    except sending.CannotSend:
        return None
    return asking.dispatch


def _text(about: str, address: str) -> str:
    named = gettext("Fa poc vam tancar la teva consulta «%(about)s».") % {"about": " ".join(about.split())[:120]}
    said = [
        " ".join([gettext("Hola."), named if about.strip() else gettext("Fa poc vam tancar la teva consulta.")]),
        gettext("Com t’hem atès? Tria’n una i confirma-ho a la pàgina que s’obrirà:"),
        "\n".join(f"{mark.label}: {address}{mark.value}/" for mark in Opinion.Satisfaction),
        gettext("Si no vols contestar no cal que facis res: no t’ho tornarem a preguntar."),
    ]
    return "\n\n".join(said)


def _way(whose: Case | Conversation) -> Account | None:
    """Its own channel; who wrote by a form and left an address is asked there by mail."""
    if whose.account is None or whose.account.kind != "webform":
        return whose.account
    return Account.objects.filter(kind="email").exclude(own=[]).order_by("key").first()


def _page_of(heard: Conversation | None) -> FollowUp | None:
    return following.of(heard.account_id, heard.turns.values_list("interaction", flat=True)[:50]) if heard else None


def _language(whose: Case | Conversation) -> str:
    said = whose.spoken if isinstance(whose, Conversation) else whose.language
    ours = [code for code, _ in settings.LANGUAGES]
    return said if said in ours else Administration.objects.values_list("language", flat=True).get()


def _asked_lately(record: uuid.UUID, at: dt.datetime) -> bool:
    """Of this very round: what came before was looked at when the round began."""
    theirs = Asking.objects.filter(
        at__gt=at - askable.REST,
        record__memberships__to_seq=None,
        record__memberships__person__memberships__record=record,
        record__memberships__person__memberships__to_seq=None,
    )
    return theirs.exists()


@transaction.atomic
def take_back(closure: Closure | CaseClosure, *, by: User | None, at: dt.datetime) -> None:
    """It goes on: a question that has not left does not leave."""
    asking = (
        Asking.objects.select_related("dispatch")
        .filter(**{"closure" if isinstance(closure, Closure) else "case_closure": closure})
        .first()
    )
    if asking and asking.dispatch:
        sending.recall(asking.dispatch, by=by, at=at)


@transaction.atomic
def silence(*, by: User, at: dt.datetime) -> None:
    """From now on nobody is asked. Twice is once."""
    if not Silence.objects.filter(ended_at=None).exists():
        Silence.objects.bulk_create([Silence(id=uuid7(), by=by, at=at)], ignore_conflicts=True)


@transaction.atomic
def speak(*, by: User, at: dt.datetime) -> None:
    """People are asked again."""
    Silence.objects.filter(ended_at=None).update(ended_at=at, ended_by=by)
