"""Which event reaches which ear. Listeners run in the announcing transaction; their jobs commit with it."""

from procrastinate.contrib.django.models import ProcrastinateJob

from tracte.core import events
from tracte.core.models import Event
from tracte.inbox.actions import thread


def connect() -> None:
    for name, listener in WIRES:
        events.listen(name, listener)


def refresh_statistics(event: Event) -> None:
    """One that waits is enough for several imports. (A queueing lock cannot say so: row-level security hides from
    procrastinate which constraint refused.)"""
    from tracte.channels.tasks import refresh_statistics as task

    if not ProcrastinateJob.objects.filter(task_name=task.name, status="todo").exists():
        task.defer()


WIRES: list[tuple[str, events.Listener]] = [
    ("channels.import.finished", refresh_statistics),
    ("channels.batch.received", thread),
]
