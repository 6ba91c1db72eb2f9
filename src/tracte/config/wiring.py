"""Which event reaches which ear. Listeners run in the announcing transaction; their jobs commit with it."""

import uuid

from django.utils.translation import gettext
from procrastinate.contrib.django.models import ProcrastinateJob

from tracte.channels import following
from tracte.channels.models import FollowUp
from tracte.config import deadlines
from tracte.core import events
from tracte.core.clock import now
from tracte.core.models import Event
from tracte.inbox.actions import sharing, thread
from tracte.inbox.models import Conversation, Promise


def connect() -> None:
    for name, listener in WIRES:
        events.listen(name, listener)
    following.promised_by(promised)


def promised(_: FollowUp, interactions: list[uuid.UUID]) -> str:
    """On the follow-up page: by when whoever wrote will be answered."""
    theirs = Conversation.objects.open().filter(turns__interaction__in=interactions)
    waiting = theirs.filter(waiting_since__isnull=False).first()
    if waiting is None or not waiting.is_promised:
        return ""
    if waiting.due_at < now():
        return gettext("Havíem de contestar-te abans i anem tard. Ho sentim: ja hi som.")
    when = {"when": deadlines.before(waiting.due_at)}
    if waiting.promises.standing().filter(what=Promise.What.CALL).exists():
        return gettext("Et trucarem: %(when)s.") % when
    return gettext("Et contestarem: %(when)s.") % when


def refresh_statistics(event: Event) -> None:
    """One that waits is enough for several imports. (A queueing lock cannot say so: row-level security hides from
    procrastinate which constraint refused.)"""
    from tracte.channels.tasks import refresh_statistics as task

    if not ProcrastinateJob.objects.filter(task_name=task.name, status="todo").exists():
        task.defer()


WIRES: list[tuple[str, events.Listener]] = [
    ("channels.import.finished", refresh_statistics),
    ("channels.batch.received", thread),
    ("inbox.conversations.changed", sharing.hear),
    ("inbox.sharing.changed", sharing.hear),
]
