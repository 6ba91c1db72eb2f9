"""What happened, told to whoever wired an ear for it (`config.wiring`). Events carry ids, never text.

An event is a row of the same transaction; its listeners run in it too, and defer jobs that commit with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tracte.core.models import Event

Listener = Callable[[Event], None]
_listeners: dict[str, list[Listener]] = defaultdict(list)


def announce(name: str, **ids: Any) -> Event:
    """Record `room.thing.happened` and call its listeners. Called by actions only."""
    event = Event.objects.create(name=name, ids={key: _plain(value) for key, value in ids.items()})
    for listener in _listeners[name]:
        listener(event)
    return event


def listen(name: str, listener: Listener) -> None:
    if listener not in _listeners[name]:
        _listeners[name].append(listener)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, int | bool | None) else str(value)
