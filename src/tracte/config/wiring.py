"""Which event reaches which ear. Listeners run in the announcing transaction; their jobs commit with it."""

from tracte.core import events


def connect() -> None:
    for name, listener in WIRES:
        events.listen(name, listener)


WIRES: list[tuple[str, events.Listener]] = []
