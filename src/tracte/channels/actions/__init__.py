"""Channel accounts, and the way in of every channel; the way out is `sending`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Collection
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, transaction
from psycopg.errors import ProgramLimitExceeded

from tracte.channels import connectors, receive
from tracte.channels.actions import attaching
from tracte.channels.message import Message, Reject
from tracte.channels.models import Account, Import, pack
from tracte.channels.models import Reject as RejectRow
from tracte.channels.receive import Report
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.events import announce
from tracte.people.appearance import ATTEND
from tracte.privacy import actions as privacy


@transaction.atomic
def set_secret(account: Account, secret: str) -> None:
    """The secret that its platform's webhook must bring. Without one, the account has no webhook."""
    account.secret_sealed = keys.keyring(account.administration_id).seal(secret.encode())
    account.save(update_fields=["secret_sealed"])


@transaction.atomic
def set_way_out(account: Account, settings: dict[str, Any]) -> None:
    """How the account sends, instead of what it was told before; nothing takes it away. Raises ValueError for what its
    kind does not know."""
    way = connectors.deliverer(account.kind)
    known = way.SETTINGS if way else {}
    for name, value in settings.items():
        if name not in known:
            raise ValueError(f"{account.key}: no setting {name!r}; {account.kind} knows {', '.join(known) or 'none'}")
        if not isinstance(value, known[name]):
            raise ValueError(f"{account.key}: {name} must be {'true or false' if known[name] is bool else 'text'}")
    sealed = keys.keyring(account.administration_id).seal(json.dumps(settings).encode())
    account.settings_sealed = sealed if settings else None
    account.save(update_fields=["settings_sealed"])


@transaction.atomic
def attend(account: Account, since: dt.datetime | None) -> None:
    """What happens by this account from then on is somebody's to answer; None: by this one nothing is."""
    account.attended_since = since
    account.save(update_fields=["attended_since"])


MAX_REFUSALS = 50  # rows of one batch that the database may refuse before the fault is taken to be ours


@transaction.atomic
def open_account(
    *,
    key: str,
    kind: str,
    name: str,
    icon: str = "form",
    mapping: str = "",
    own: list[str] | None = None,
    purposes: Collection[str] = ATTEND,
) -> Account:
    """A channel account; the same key again changes its description, never its id. `purposes`: what those who come in
    by it from now on may be joined with others for; none, and they are never joined. Unknown ones: UnknownPurpose."""
    described = {"kind": kind, "name": name, "icon": icon, "mapping": mapping, "own": own or []}
    described["purposes"] = privacy.known_purposes(purposes)
    account, _ = Account.objects.update_or_create(key=key, defaults=described)
    return account


@transaction.atomic
def receive_many(
    account: Account, items: list[Message | Reject], *, at: dt.datetime | None = None, first: int = 1
) -> Report:
    """A batch of what a connector understood becomes interactions: one transaction, each message once for ever.

    A bad item goes to the reject list with its reason and never sinks its neighbours. `first` is the place of the
    first item in its input.
    """
    at = at or now()
    report = Report(received=len(items))
    good: list[Message] = []
    for position, item in enumerate(items, first):
        if isinstance(item, Reject):
            report.rejected.append(item)
        elif reason := receive.problem(item):
            report.rejected.append(Reject(position, reason, item.external_id, item.raw))
        else:
            good.append(item)
    receive.prepare(good, at)
    fresh = receive.claim(account, good)
    refused = _store(account, fresh, at)
    if refused:
        receive.disclaim(account, [message for message, _ in refused])
        places = {id(item): position for position, item in enumerate(items, first)}
        report.rejected += [Reject(places[id(m)], reason, m.external_id, m.raw) for m, reason in refused]
    sunk = {id(message) for message, _ in refused}
    report.ids = [one for one, message in fresh if id(message) not in sunk]
    report.new = len(report.ids)
    report.duplicate = report.received - report.new - len(report.rejected)
    _keep_rejects(account, report.rejected, at)
    if report.ids:
        stored = [(one, message) for one, message in fresh if id(message) not in sunk]
        _tell(account, report, [message.at or at for _, message in stored])
        _unpack(account, stored)
    return report


def _tell(account: Account, report: Report, times: list[dt.datetime]) -> None:
    """Where a listener finds the new interactions: between two ids of this account, between two moments."""
    announce(
        "channels.batch.received",
        account=account.id,
        first=uuid.UUID(bytes=min(report.ids)),
        last=uuid.UUID(bytes=max(report.ids)),
        count=report.new,
        earliest=min(times).isoformat(),
        latest=max(times).isoformat(),
    )


def _unpack(account: Account, stored: receive.Fresh) -> None:
    """The files of what somebody is going to answer; those of an archive wait until somebody asks for them."""
    since = account.attended_since if account.kind in connectors.WITH_FILES else None
    with_files = [
        uuid.UUID(bytes=one)
        for one, message in stored
        if since and message.data.get("attachments") and message.at and message.at >= since
    ]
    if with_files:
        attaching.defer_unpack(account, with_files)


def _store(account: Account, fresh: receive.Fresh, at: dt.datetime) -> list[tuple[Message, str]]:
    """Store them together; if the database refuses, halve until what it refuses stands alone: (message, reason)."""
    if not fresh:
        return []
    try:
        with transaction.atomic():
            receive.store(account, fresh, at)
        return []
    except DatabaseError as error:
        if not _is_about_a_row(error):
            raise
        if len(fresh) == 1:
            return [(fresh[0][1], f"the database refuses it: {str(error).strip().splitlines()[0]}")]
        half = len(fresh) // 2
        refused = _store(account, fresh[:half], at) + _store(account, fresh[half:], at)
        if len(refused) > MAX_REFUSALS:
            raise  # it is not the rows: nothing of this batch comes in, and nothing is lost
        return refused


def _is_about_a_row(error: DatabaseError) -> bool:
    """A value that does not fit, or one beyond a limit of the program (a row too long for its index)."""
    return isinstance(error, DataError | IntegrityError) or isinstance(error.__cause__, ProgramLimitExceeded)


def _keep_rejects(account: Account, rejects: list[Reject], at: dt.datetime) -> None:
    if not rejects:
        return
    ring = keys.keyring(tenancy.required())
    RejectRow.objects.bulk_create(
        [
            RejectRow(
                account=account,
                at=at,
                position=reject.position,
                external_id=receive.external_key(reject.external_id).encode("utf-8", "replace").decode(),
                reason=reject.reason.replace("\0", "").encode("utf-8", "replace").decode(),
                digest=hashlib.sha256(reject.reason.encode("utf-8", "replace") + b"\0" + reject.raw).digest(),
                body_sealed=ring.seal(pack(reject.raw)),
            )
            for reject in rejects
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def start_import(account: Account, *, file_name: str, at: dt.datetime | None = None) -> Import:
    return Import.objects.create(account=account, file_name=file_name, started_at=at or now())


@transaction.atomic
def finish_import(run: Import, *, at: dt.datetime | None = None, **figures: int) -> None:
    """Close the run with its figures (received, new, duplicate, rejected); a run that was killed stays open."""
    Import.objects.filter(id=run.id).update(finished_at=at or now(), **figures)
    announce("channels.import.finished", run=run.id)
