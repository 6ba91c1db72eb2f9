"""clamd over INSTREAM: `TRACTE_CLAMD` is `host:3310` or the path of its socket. Without it nothing is scanned."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass

CLEAN, INFECTED, UNSCANNED = "clean", "infected", "unscanned"
CHUNK, TIMEOUT, LONGEST_ANSWER = 1 << 16, 60.0, 4096
NO_SCANNER = "no scanner: set TRACTE_CLAMD"
# What no citizen needs to send and no agent to open, by what it begins with: programs of every system, and shortcuts.
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"L\x00\x00\x00\x01\x14\x02\x00"),
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
)


@dataclass(frozen=True)
class Said:
    verdict: str
    detail: str = ""


def is_program(body: bytes) -> bool:
    """By its content: a name says nothing."""
    return body.startswith(_PROGRAMS)


def is_configured() -> bool:
    return bool(os.environ.get("TRACTE_CLAMD"))


def scan(body: bytes, *, timeout: float = TIMEOUT) -> Said:
    """What the scanner says. Whatever hinders it is `unscanned`, with the reason: never clean by mistake."""
    if not is_configured():
        return Said(UNSCANNED, NO_SCANNER)
    try:
        with _connected(os.environ["TRACTE_CLAMD"], timeout) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(body), CHUNK):
                piece = body[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        return Said(UNSCANNED, f"the scanner does not answer ({type(error).__name__}): {error}"[:200])
    if answer == "stream: OK":
        return Said(CLEAN)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Said(INFECTED, answer.removeprefix("stream: ").removesuffix(" FOUND"))
    return Said(UNSCANNED, f"the scanner says: {answer}"[:200])


def _connected(address: str, timeout: float) -> socket.socket:
    if "/" in address:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(timeout)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout)


def _answer(line: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER and (piece := line.recv(LONGEST_ANSWER)):
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
