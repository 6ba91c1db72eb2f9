"""Files: kept sealed, scanned after the commit, opened only when a scanner found nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from tracte.channels import connectors, scanning
from tracte.channels.models import Account, Attachment, RawPayload, Scan
from tracte.channels.models.attachments import PROGRAM
from tracte.channels.outgoing import File
from tracte.core import keys, tenancy
from tracte.core.sql import clean, run

LARGEST = 10 << 20  # bytes of one file
LARGEST_TOGETHER = 25 << 20  # of all files of one message
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


class CannotAttach(ValueError):
    """Why a file cannot be attached, in a sentence for the person who tried."""


class Quarantined(PermissionError):
    """Why nobody may open an attachment, in a sentence."""


@transaction.atomic
def attach(name: str, content_type: str, body: bytes, *, at: dt.datetime) -> Attachment:
    """Keep a file for what is being written; `send` or `submit` takes it along. Raises CannotAttach."""
    name = _UNSAFE.sub("_", clean(name)).strip(" .")[:255] or gettext("sense nom")
    if not body:
        raise CannotAttach(gettext("%(name)s és buit.") % {"name": name})
    if len(body) > LARGEST:
        raise CannotAttach(gettext("%(name)s és massa gran: com a molt, 10 MB.") % {"name": name})
    if scanning.is_program(body):
        raise CannotAttach(gettext("%(name)s és un programa, i no n’acceptem.") % {"name": name})
    kept = _keep(None, [File(name, content_type, body)], at)
    _defer_scan(kept)
    return kept[0]


@transaction.atomic
def claim(attachments: Iterable[Attachment], interaction: uuid.UUID, *, at: dt.datetime) -> None:
    """From now on they belong to it, and to nothing else. Raises CannotAttach."""
    files = list(attachments)
    if not files:
        return
    if sum(file.size for file in files) > LARGEST_TOGETHER:
        raise CannotAttach(gettext("Els fitxers junts són massa grans: com a molt, 25 MB."))
    mine = Attachment.objects.filter(id__in=[file.id for file in files], interaction=None)
    if mine.update(interaction=interaction, at=at) != len(files):
        raise CannotAttach(gettext("Un dels fitxers ja s’havia enviat: torna’l a adjuntar."))


@transaction.atomic
def unpack(account: Account, interaction: uuid.UUID, *, at: dt.datetime) -> list[Attachment]:
    """What came attached to an interaction, unpacked from what came raw; again, the same. For an old one the desk may
    ask when somebody wants to see them; for what is attended a job does."""
    run("SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))", str(interaction))
    if found := list(Attachment.objects.of(interaction)):
        return found
    raw = RawPayload.objects.filter(interaction=interaction).first()
    if raw is None:
        return []
    kept = _keep(interaction, connectors.files(account.kind, raw.body(), limit=LARGEST), at)
    _defer_scan(kept)
    return kept


def read(attachment: Attachment) -> bytes:
    """The bytes of one that may be opened. Raises Quarantined."""
    if reason := attachment.why_not:
        raise Quarantined(reason)
    return attachment.body()


@transaction.atomic
def note(attachment: uuid.UUID, said: scanning.Said, *, at: dt.datetime) -> None:
    """What the scanner said; of one that was forgotten meanwhile nothing is noted."""
    if Attachment.objects.filter(id=attachment).exists():
        Scan.objects.create(attachment_id=attachment, at=at, verdict=said.verdict, detail=clean(said.detail))


@transaction.atomic
def forget(*, before: dt.datetime) -> int:
    """Files of drafts and forms that nobody sent; how many."""
    return Attachment.objects.forgotten(before).delete()[1].get("channels.Attachment", 0)


def defer_unpack(account: Account, interactions: list[uuid.UUID]) -> None:
    """One job for all that came with files in a batch."""
    job = app.configure_task("tracte.channels.tasks.unpack")
    job.defer(
        administration=str(account.administration_id),
        account=str(account.id),
        interactions=[str(one) for one in interactions],
    )


def _keep(interaction: uuid.UUID | None, files: Iterable[File], at: dt.datetime) -> list[Attachment]:
    ring, kept, together = keys.keyring(tenancy.required()), [], 0
    for file in files:
        body = file.body or b""
        together += len(body)
        fits = file.body is not None and together <= LARGEST_TOGETHER
        kept.append(
            Attachment(
                interaction=interaction,
                name=clean(file.name) or gettext("sense nom"),
                content_type=PROGRAM if scanning.is_program(body) else clean(file.content_type)[:100],
                size=len(body),
                digest=hashlib.sha256(body).digest(),
                body_sealed=ring.seal(body) if fits else None,
                at=at,
            )
        )
    return Attachment.objects.bulk_create(kept)


def _defer_scan(attachments: list[Attachment]) -> None:
    if ids := [str(one.id) for one in attachments if one.body_sealed is not None]:
        app.configure_task("tracte.channels.tasks.scan").defer(
            administration=str(tenancy.required()), attachments=list[Any](ids)
        )
