"""Telegram in this process: the part of the Bot API that we use, on loopback, keeping what it got."""

from __future__ import annotations

import email.parser
import email.policy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "417:bessona"  # noqa: S105 - of no real bot


class Twin:
    """`messages` are those it took, as the API would show them. `blocked` chats refuse; `answers` are given instead of
    taking, the first one first: (status, description, parameters), None to hang up without a word, False to take it
    all the same."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.blocked: set[str] = set()
        self.answers: list[tuple[int, str, dict[str, Any]] | bool | None] = []
        self.webhook: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.api = ""

    def answer(self, method: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if method == "getMe":
            return _did({"id": 417, "is_bot": True, "first_name": "Bessona", "username": "bessona_bot"})
        if method == "setWebhook":
            self.webhook = fields
            return _did(True)
        if method == "getFile":
            found = fields.get("file_id") in self.files
            path = {"file_id": fields.get("file_id"), "file_path": f"documents/{fields.get('file_id')}"}
            return _did(path) if found else _refused(400, "Bad Request: invalid file_id")
        if method not in ("sendMessage", "sendDocument"):
            return _refused(404, "Not Found: method not found")
        return self._send(method, fields)

    def _send(self, method: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat = str(fields.get("chat_id"))
        if chat in self.blocked:
            return _refused(403, "Forbidden: bot was blocked by the user")
        if method == "sendMessage" and not 0 < len(str(fields.get("text", "")).encode("utf-16-le")) // 2 <= 4096:
            return _refused(400, "Bad Request: message is too long or empty")
        message = {"message_id": len(self.messages) + 1, "chat": {"id": int(chat), "type": "private"}, **fields}
        self.messages.append(message)
        return _did(message)


def _did(result: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"ok": True, "result": result}


def _refused(status: int, why: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    told = {"parameters": parameters} if parameters else {}
    return status, {"ok": False, "error_code": status, "description": why, **told}


@contextmanager
def telegram() -> Iterator[Twin]:
    twin = Twin()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said: Any = twin.answers.pop(0) if twin.answers else False
            if said is None:
                self.close_connection = True
                return
            if said:
                status, content = _refused(said[0], said[1], **said[2])
            elif not self.path.startswith(f"/bot{TOKEN}/"):
                status, content = _refused(401, "Unauthorized")
            else:
                status, content = twin.answer(self.path.rpartition("/")[2], _fields(self.headers, body))
            data = json.dumps(content, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    twin.api = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield twin
    finally:
        server.shutdown()
        server.server_close()


def _fields(headers: Any, body: bytes) -> dict[str, Any]:
    if not headers["Content-Type"].startswith("multipart/"):
        return json.loads(body)
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    parts = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    fields: dict[str, Any] = {}
    for part in parts.iter_parts():
        name, content = str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
        assert isinstance(content, bytes)
        fields[name] = {"name": part.get_filename(), "body": content} if part.get_filename() else content.decode()
    return fields
