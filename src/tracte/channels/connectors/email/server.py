"""Where mail is handed over: `smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_HERE = ("localhost", "127.0.0.1", "::1")
_HOW = "write it as smtp://user:password@host:587 or smtps://user:password@host:465"


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    user: str
    password: str
    tls: str  # "from the start", "STARTTLS", "none"

    def connection(self) -> dict[str, Any]:
        """What the client is opened with."""
        named = {"username": self.user, "password": self.password} if self.user else {}
        how = {"use_tls": self.tls == "from the start", "start_tls": self.tls == "STARTTLS"}
        return {"hostname": self.host, "port": self.port, **how, **named}


def parse(url: str) -> Server:
    """Raises ValueError, in one line that does not repeat the password. Without encryption only on this machine, or
    where `?tls=none` says that the way is safe."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"the port of the mail server is no number: {_HOW}") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(f"this is no address of a mail server: {_HOW}")
    wanted = parse_qs(parts.query).get("tls", [""])[0]
    if wanted not in ("", "none"):
        raise ValueError(f"tls={wanted}: only tls=none can be said, or nothing")
    tls = "from the start" if parts.scheme == "smtps" else "STARTTLS"
    if parts.scheme == "smtp" and (wanted == "none" or parts.hostname in _HERE):
        tls = "none"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or (465 if parts.scheme == "smtps" else 587), user, password, tls)
