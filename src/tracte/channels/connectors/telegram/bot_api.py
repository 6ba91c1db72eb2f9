"""Telegram's Bot API as far as we ask it: one call, one answer. What is never repeated in an error is the token."""

from __future__ import annotations

import http.client
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tracte.channels.outgoing import TIMEOUT, File

WORLD = "https://api.telegram.org"
LARGEST_ANSWER = 1 << 20


class NotAsked(OSError):
    """The call surely did not reach Telegram."""


class NoAnswer(OSError):
    """It may have reached Telegram, which said nothing that can be understood."""


@dataclass(slots=True)
class Call:
    method: str
    fields: dict[str, Any]
    files: list[File] = field(default_factory=list)

    def named_files(self) -> dict[str, Any]:
        return {"files": [{"name": file.name, "bytes": len(file.body or b"")} for file in self.files]}


@dataclass(slots=True)
class Answer:
    """`result` when it did what it was asked, else its status and why not."""

    result: dict[str, Any] | None
    status: int = 200
    description: str = ""
    retry_after: float = 0.0


def ask(call: Call, api: str, token: str) -> Answer:
    """Raises NotAsked or NoAnswer."""
    content_type, body = _multipart(call) if call.files else ("application/json", json.dumps(call.fields).encode())
    connection = _connected(api)
    try:
        base = urlsplit(api).path.rstrip("/")
        connection.request("POST", f"{base}/bot{token}/{call.method}", body, {"Content-Type": content_type})
        response = connection.getresponse()
        status, content = response.status, response.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{call.method}: no answer ({type(error).__name__})") from None
    finally:
        connection.close()
    return _understood(status, content)


def _connected(api: str) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(api)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotAsked("the address of the Bot API must be http:// or https://")
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
        connection.connect()
    except (OSError, ValueError) as error:
        raise NotAsked(f"no connection to the Bot API: {error}") from None
    return connection


def _understood(status: int, content: bytes) -> Answer:
    try:
        said = json.loads(content)
        if said.get("ok") is True:
            result = said.get("result")
            return Answer(result if isinstance(result, dict) else {})
        wait = float((said.get("parameters") or {}).get("retry_after", 0))
        return Answer(None, int(said.get("error_code", status)), str(said.get("description", "")), wait)
    except (ValueError, TypeError, AttributeError, RecursionError):
        if status < 400:
            raise NoAnswer(f"answer {status} that is no answer of the Bot API") from None
        return Answer(None, status, "")


def _multipart(call: Call) -> tuple[str, bytes]:
    mark = secrets.token_hex(16)
    chunks = []
    for name, value in call.fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        chunks += [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()]
    for file in call.files:
        name = file.name.translate({10: None, 13: None, 34: "'", 92: "_"})
        head = f'--{mark}\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n'
        chunks += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", file.body or b"", b"\r\n"]
    return f"multipart/form-data; boundary={mark}", b"".join([*chunks, f"--{mark}--\r\n".encode()])
