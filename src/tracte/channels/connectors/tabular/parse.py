"""Any table by a YAML mapping: CSV, NDJSON, JSON, XML, Parquet to messages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from tracte.channels.connectors import source
from tracte.channels.connectors.tabular.csv_file import check_columns, read_csv
from tracte.channels.connectors.tabular.load import load_mapping
from tracte.channels.connectors.tabular.mapping import FORMATS, Mapping, MappingError
from tracte.channels.connectors.tabular.records import Record, picker, read_json, read_parquet, read_xml
from tracte.channels.connectors.tabular.rows import compile_rows
from tracte.channels.message import Message, Reject

__all__ = ["MappingError", "load_mapping", "parse", "read", "read_table"]
_PEEKED = 100  # records that show which fields a table has
_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "ndjson", ".pq": "parquet"}


def parse(raw: bytes, *, mapping: Mapping | str, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """One delivery: a small table, or one JSON object. Never raises on its content, only on the mapping."""
    mapping = load_mapping(mapping) if isinstance(mapping, str) else mapping
    text = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    form = "json" if text.startswith((b"{", b"[")) else "xml" if text.startswith(b"<") else mapping.format
    try:
        yield from read_table(io.BytesIO(raw), mapping, format=form)
    except (source.InputError, MappingError) as error:
        yield Reject(1, str(error), raw=raw)


def read(stream: BinaryIO, *, mapping: Mapping | str, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """A whole table. Raises InputError or MappingError before the first row, nothing later."""
    return read_table(stream, mapping)


def read_table(
    table: BinaryIO | Path | str, mapping: Mapping | str, *, format: str | None = None
) -> Iterator[Message | Reject]:
    """Rows to messages, streamed. `format`: of FORMATS; else the file's ending says, else the mapping.

    Raises InputError (no such file, not a table) and MappingError (the columns do not fit) at once.
    """
    mapping = load_mapping(mapping) if isinstance(mapping, str) else mapping
    form = format or (_format_of(Path(table)) if isinstance(table, Path | str) else "") or mapping.format
    if form not in FORMATS:
        raise source.InputError(f"unknown format '{form}'; known: {', '.join(FORMATS)}")
    if not isinstance(table, Path | str):
        return _opened(table, mapping, form)
    stream = source.open_source(table)
    try:
        return _opened(stream, mapping, form)
    except source.InputError as error:
        raise source.InputError(f"{table}: {error}") from None


def _opened(stream: BinaryIO, mapping: Mapping, form: str) -> Iterator[Message | Reject]:
    if form == "parquet":
        return _records(read_parquet(stream), mapping)
    stream = source.unpacked(stream)
    if form == "csv":
        return _csv(stream, mapping)
    return _records(read_xml(stream) if form == "xml" else read_json(stream, mapping.required()), mapping)


def _format_of(path: Path) -> str:
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"][-1:]
    suffix = suffixes[0].lower() if suffixes else ""
    return _SUFFIXES.get(suffix) or (suffix[1:] if suffix[1:] in FORMATS else "")


def _csv(stream: BinaryIO, mapping: Mapping) -> Iterator[Message | Reject]:
    columns, rows = read_csv(stream, mapping)
    convert = compile_rows(mapping, {column: place for place, column in reversed(list(enumerate(columns)))})
    return (row if isinstance(row, Reject) else convert(row[1], row[0], row[2], row[3]) for row in rows)


def _records(records: Iterator[Record | Reject], mapping: Mapping) -> Iterator[Message | Reject]:
    head = list(islice(records, _PEEKED))
    _check_fields(head, mapping)
    columns = sorted({column for spec in mapping.specs() for column in spec.needs})
    convert = compile_rows(mapping, {column: place for place, column in enumerate(columns)})
    pickers = [picker(column) for column in columns]

    def rows() -> Iterator[Message | Reject]:
        for item in chain(head, records):
            if isinstance(item, Reject):
                yield item
                continue
            position, raw, record = item
            yield convert([pick(record) for pick in pickers], position, raw, [])

    return rows()


def _check_fields(head: list[Record | Reject], mapping: Mapping) -> None:
    """Fields may be absent of one record, but not of all the first ones."""
    shown = [item[2] for item in head if not isinstance(item, Reject)]
    names = dict.fromkeys(name for record in shown for name in record)
    dotted = {c: None for c in mapping.required() if "." in c and any(picker(c)(record) for record in shown)}
    if shown:
        check_columns(mapping, [*names, *dotted])
