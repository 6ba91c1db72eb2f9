"""Which event reaches which ear. Listeners run in the announcing transaction; their jobs commit with it."""

import contextlib

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from tracte.core import events
from tracte.core.models import Event


def connect() -> None:
    for name, listener in WIRES:
        events.listen(name, listener)


def refresh_statistics(event: Event) -> None:
    from tracte.channels import tasks

    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():  # one that waits is enough for several imports
        tasks.refresh_statistics.defer()


WIRES: list[tuple[str, events.Listener]] = [
    ("channels.import.finished", refresh_statistics),
]
