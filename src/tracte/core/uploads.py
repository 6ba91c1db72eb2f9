"""How large a form may be with all its files: what says that it is larger is not read at all."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST = 30 << 20  # bytes; what one message may bring, and what the form around it costs


class Measured(FileUploadHandler):
    """The first handler of uploads: it only looks at what the request says of its length."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_: Any, **__: Any) -> None:
        if content_length > MOST:
            raise RequestDataTooBig(f"a form of {content_length:,} bytes: at most {MOST:,}")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
