"""Tables whose rows name their fields: NDJSON, JSON, XML, Parquet; each row as a dict, streamed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from tracte.channels.connectors import json_file, source, strict_json
from tracte.channels.message import Reject

RECORD_LIMIT = 16 << 20  # characters of one XML record
Record = tuple[int, bytes, dict[str, Any]]  # position from 1, bytes, fields


def read_json(stream: BinaryIO, columns: Iterable[str] = ()) -> Iterator[Record | Reject]:
    """NDJSON, an array of objects, or one object around an array. Raises InputError for what is no text."""
    source.refuse_foreign(stream)
    for item in json_file.objects(stream, columns):
        if isinstance(item, Reject) or isinstance(item[2], dict):
            yield item
        else:
            position, raw, value = item
            yield Reject(position, f"record {position}: an object is needed, not {value!r:.40}", raw=raw)


class _Xml:
    """Flat records under the root element; a document type is refused, so no entity is ever expanded."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text
        self.path: list[str] = []
        self.record: dict[str, Any] = {}
        self.size = 0
        self.done: list[dict[str, Any]] = []

    def _doctype(self, *_: Any) -> None:
        raise source.InputError("the XML has a document type (DTD), which is refused: remove it")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag.rpartition(":")[2])
        if len(self.path) > strict_json.DEPTH_LIMIT:
            raise source.InputError("the XML is nested too deeply")
        if len(self.path) == 2:
            self.record, self.size = {}, 0
        elif self.record.get(name := ".".join(self.path[2:])):
            self.record[name] += ", "  # a field that comes again

    def _text(self, text: str) -> None:
        self.size += len(text)
        if self.size > RECORD_LIMIT:
            raise source.InputError(f"an XML record is longer than {RECORD_LIMIT >> 20} MiB")
        if len(self.path) > 2:
            name = ".".join(self.path[2:])
            self.record[name] = self.record.get(name, "") + text

    def _end(self, tag: str) -> None:
        if len(self.path) == 2 and self.record:
            self.done.append(self.record)
        self.path.pop()


def read_xml(stream: BinaryIO) -> Iterator[Record | Reject]:
    """The records of an XML list. Raises InputError at once for a DTD or for what is no XML."""
    source.refuse_foreign(stream)
    xml, position, chunk = _Xml(), 0, b"x"
    while chunk:
        chunk, cause = stream.read(1 << 16), ""
        try:
            xml.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            cause = f"not XML: {expat.errors.messages[error.code]} at line {error.lineno} column {error.offset + 1}"
        except source.InputError as error:
            cause = str(error)
        for found in xml.done:
            position += 1
            record = {name: text.strip() for name, text in found.items()}
            yield position, strict_json.dumps(record), record
        xml.done.clear()
        if cause and not position:
            raise source.InputError(cause)
        if cause:
            yield Reject(position + 1, f"after {position} records: {cause}; nothing behind it was read")
            return


def read_parquet(stream: BinaryIO) -> Iterator[Record | Reject]:
    """Rows of a Parquet file, one batch in memory. Raises InputError."""
    import pyarrow as arrow
    from pyarrow import parquet

    position = 0
    try:
        for batch in parquet.ParquetFile(stream).iter_batches(batch_size=4096):
            for row in batch.to_pylist():
                position += 1
                yield position, strict_json.dumps(row), row
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        cause = f"not Parquet, or a damaged file ({str(error).splitlines()[0][:200]})"
        if not position:
            raise source.InputError(cause) from None
        yield Reject(position + 1, f"after {position} rows: {cause}")


def picker(column: str) -> Callable[[dict[str, Any]], str]:
    """The text of one field; `a.b` also looks inside an object `a`."""
    path = column.split(".")

    def pick(record: dict[str, Any]) -> str:
        value = record.get(column)
        if value is None and len(path) > 1:
            value = record
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
        return as_text(value)

    return pick


def as_text(value: Any) -> str:
    """A typed value as CSV would have it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, float) and value != value:  # Parquet has NaN for nothing
        return ""
    if isinstance(value, dict | list):
        return strict_json.dumps(value).decode()
    return str(value)
