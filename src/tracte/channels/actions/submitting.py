"""What people write in our own form, and what they add to it later with their code."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tracte.channels import codes, connectors
from tracte.channels.actions import attaching, receive_many
from tracte.channels.message import Reject
from tracte.channels.models import Account, Attachment, FollowUp, InteractionKey, Knock
from tracte.core import keys, tenancy

TOKEN = re.compile(r"[0-9a-z]{20,40}")
LIMITS = {"form": 12, "follow": 12}  # an hour, from one address: forms sent, wrong codes tried
HOUR = dt.timedelta(hours=1)


@dataclass
class Receipt:
    """`code` opens the follow-up page; `is_new` is false when the same form had come in already."""

    code: str
    follow_up: FollowUp
    is_new: bool


@transaction.atomic
def submit(
    account: Account, token: str, said: dict[str, Any], *, files: Iterable[Attachment] = (), at: dt.datetime
) -> Receipt:
    """A form comes in like anything else, under its token; the same token again is the same form and the same code.
    `said`: fields of the webform connector. Raises ValueError when the form says nothing."""
    if not TOKEN.fullmatch(token):
        raise ValueError("the form has no token of ours: open it again")
    is_new = _receive(account, token, said, list(files), at)
    code = codes.of(token)
    follow_up, _ = FollowUp.objects.get_or_create(
        account=account, external_id=token, defaults={"digest": codes.digest(code), "at": at}
    )
    return Receipt(code, follow_up, is_new)


@transaction.atomic
def add(
    follow_up: FollowUp, token: str, text: str, *, language: str, files: Iterable[Attachment] = (), at: dt.datetime
) -> bool:
    """Something more about the same matter, by who holds the code. False when it had come in already."""
    if not TOKEN.fullmatch(token):
        raise ValueError("the form has no token of ours: open it again")
    said = {"text": text, "language": language, "in_reply_to": follow_up.external_id}
    return _receive(follow_up.account, f"{follow_up.external_id}/{token}", said, list(files), at)


def find(code: str) -> FollowUp | None:
    """What a code opens, as somebody typed it."""
    known = codes.read(code)
    return FollowUp.objects.filter(digest=codes.digest(known)).select_related("account").first() if known else None


@transaction.atomic
def knock(what: str, address: str, *, at: dt.datetime) -> None:
    """Remember that an address did something that has a limit."""
    Knock.objects.create(what=what, digest=_digest(address, at), at=at)


def is_patient(what: str, address: str, *, at: dt.datetime) -> bool:
    """Whether an address is still below the limit."""
    lately = Knock.objects.filter(what=what, digest=_digest(address, at), at__gt=at - HOUR)
    return lately.count() < LIMITS[what]


@transaction.atomic
def forget_knocks(*, before: dt.datetime) -> None:
    Knock.objects.filter(at__lt=before).delete()


def _receive(
    account: Account, external_id: str, said: dict[str, Any], files: list[Attachment], at: dt.datetime
) -> bool:
    named = [{"name": file.name, "type": file.content_type, "size": file.size} for file in files]
    form = {**said, "id": external_id, "submitted_at": at.isoformat(), "form": account.key}
    raw = json.dumps({**form, **({"attachments": named} if named else {})}, ensure_ascii=False).encode()
    report = receive_many(account, list(connectors.parse("webform", raw, frozenset(account.own))), at=at)
    if report.rejected:
        raise ValueError(_reason(report.rejected))
    if report.new:
        attaching.claim(files, report.interactions[0], at=at)
    return bool(report.new)


def _reason(rejects: list[Reject]) -> str:
    return rejects[0].reason


def _digest(address: str, at: dt.datetime) -> bytes:
    """Of the day: tomorrow nobody can tell that it is the same. An IPv6 household is one address."""
    try:
        found = ipaddress.ip_address(address)
        if found.version == 6:
            address = str(ipaddress.ip_network(f"{found}/64", strict=False))
    except ValueError:
        pass
    ring = keys.keyring(tenancy.required())
    return ring.fingerprint(f"channels.knock {at.astimezone(dt.UTC):%F}", address)


def interactions_of(follow_up: FollowUp) -> list[tuple[str, uuid.UUID, dt.datetime]]:
    """(external id, interaction, when) of the form and of what was added to it."""
    first = InteractionKey.objects.filter(account=follow_up.account_id, external_id=follow_up.external_id)
    begin, end = f"{follow_up.external_id}/", f"{follow_up.external_id}0"  # "0" follows "/"
    more = InteractionKey.objects.filter(account=follow_up.account_id, external_id__gte=begin, external_id__lt=end)
    return sorted(first.union(more).values_list("external_id", "interaction", "at"), key=lambda one: one[2])
