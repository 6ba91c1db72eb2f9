"""Servers on loopback: mail that counts what it takes, and a virus scanner. Both can be told how to behave."""

from __future__ import annotations

import email
import email.policy
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tracte.channels.connectors.telegram.twin import TOKEN, telegram

__all__ = ["TOKEN", "clamd", "mailroom", "telegram"]


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


class Scanner:
    """Speaks clamd's INSTREAM. `behaves`: ok, found, error, hangs, breaks or babbles; `got`: what it was shown."""

    def __init__(self) -> None:
        self.behaves, self.address = "ok", ""
        self.got: list[bytes] = []
        self.done = threading.Event()

    def serve(self, line: socketserver.StreamRequestHandler) -> None:
        assert line.rfile.read(10) == b"zINSTREAM\0"
        if self.behaves == "breaks":
            return
        body = b""
        while length := struct.unpack("!L", line.rfile.read(4))[0]:
            body += line.rfile.read(length)
        self.got.append(body)
        if self.behaves == "hangs":
            self.done.wait(20)
        said = {"ok": "stream: OK", "found": "stream: Win.Test.EICAR_HDB-1 FOUND", "babbles": "OK"}
        line.wfile.write(said.get(self.behaves, "INSTREAM size limit exceeded. ERROR").encode() + b"\0")


class ThreadingUnix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class ThreadingTCP(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def clamd(path: str = "") -> Iterator[Scanner]:
    scanner = Scanner()

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            scanner.serve(self)

    server = ThreadingUnix(path, Line) if path else ThreadingTCP(("127.0.0.1", 0), Line)
    scanner.address = path or f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield scanner
    finally:
        scanner.done.set()
        server.shutdown()
        server.server_close()
