"""A real SMTP server on loopback that counts, and that can be told how to behave."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class Mailroom:
    """What came, by Message-ID. `rcpt` and `data` are what it answers instead of taking mail, the first ones first."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.url = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        said = self.data.pop(0) if self.data else ""
        if said == "drop before":
            server.transport.abort()
            return "451 never heard"
        if not said or said == "drop after":
            self.came.append(envelope.content)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if said == "drop after":
            server.transport.abort()
        return said or "250 taken"

    @property
    def mails(self) -> list[email.message.EmailMessage]:
        return [email.message_from_bytes(one, policy=email.policy.default) for one in self.came]

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]


class AnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailroom() -> Iterator[Mailroom]:
    room = Mailroom()
    controller = AnyPort(room, hostname="127.0.0.1", port=0, ready_timeout=30)
    controller.start()
    room.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield room
    finally:
        controller.stop()
