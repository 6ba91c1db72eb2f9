"""CSV as it comes: charset, delimiter and header found out, rows streamed, each bad row alone to blame."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO

from tracte.channels.connectors import source
from tracte.channels.connectors.tabular.mapping import Mapping, MappingError, near
from tracte.channels.message import Reject

DELIMITERS = (",", ";", "\t", "|")
HEADER_SEARCH = 20  # lines in which the header may stand
_SAMPLE = 1 << 20  # bytes that decide the charset
_BOM16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Numbered = tuple[int, list[str], bytes, list[str]]  # line from 1, cells, bytes, flags


class Lines:
    """Feeds csv.reader one decoded line at a time and keeps the bytes of the record in hand."""

    def __init__(self, stream: BinaryIO, encodings: tuple[str, ...]) -> None:
        self._stream, self._readline = stream, stream.readline
        self.pending = self._sample()
        if self.pending[0].startswith(codecs.BOM_UTF8):
            self.pending[0] = self.pending[0].removeprefix(codecs.BOM_UTF8)
            encodings = ("utf-8", *encodings)
        self._encoding = _charset(self.pending, encodings)
        self.number = 0  # lines given
        self.record: list[bytes] = []
        self.flags: list[str] = []
        self.ended = False

    def _sample(self) -> deque[bytes]:
        sample: deque[bytes] = deque()
        size = 0
        while size < _SAMPLE and (line := self._next()):
            sample.append(line)
            size += len(line)
        return sample

    def _next(self) -> bytes:
        line = self._readline(source.LINE_LIMIT)
        if len(line) == source.LINE_LIMIT and line[-1] != 10:
            source.skip_line(self._stream)
        return line

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self.pending.popleft() if self.pending else self._next()
        if not line:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.record.append(line)
        if len(line) == source.LINE_LIMIT and line[-1] != 10:
            raise csv.Error(f"the line is longer than {source.LINE_LIMIT >> 20} MiB")
        if 0 in line:
            self.flags.append("nul")
            line = line.replace(b"\0", b"")
        return self.decode(line)

    def decode(self, line: bytes) -> str:
        try:
            return line.decode(self._encoding)
        except UnicodeDecodeError:
            self.flags.append("encoding")
            return line.decode(self._encoding, "replace")

    def taken(self) -> tuple[int, bytes, list[str]]:
        """Where the record in hand began, its bytes and its flags."""
        record, flags = self.record, self.flags
        self.record, self.flags = [], []
        start = self.number - len(record) + 1
        return start, record[0] if len(record) == 1 else b"".join(record), flags

    def keep_first(self) -> None:
        """Only the first line of the record was at fault: the others are read again."""
        again = self.record[1:]
        self.pending.extendleft(reversed(again))
        self.number -= len(again)
        self.ended = False
        del self.record[1:]


def _charset(lines: deque[bytes], encodings: tuple[str, ...]) -> str:
    """The first encoding that reads most of the lines that are not plain ASCII."""
    telling = [line for line in lines if not line.isascii()]
    for encoding in encodings:
        if sum(not _reads(line, encoding) for line in telling) * 2 <= len(telling):
            return encoding
    return encodings[-1]


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read_csv(stream: BinaryIO, mapping: Mapping) -> tuple[list[str], Iterator[Numbered | Reject]]:
    """Columns and rows. Raises InputError when this is no CSV, MappingError when the columns do not fit."""
    head = source.refuse_foreign(stream)
    encodings = mapping.encodings
    if head.startswith(_BOM16):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        stream, encodings = _rewritten(stream, lambda chunk: decoder.decode(chunk).encode()), ("utf-8",)
        head = source.refuse_foreign(stream)
    if b"\n" not in head and b"\r" in head[:-1]:
        stream = _rewritten(stream, lambda chunk: chunk.replace(b"\r", b"\n"))
    lines = Lines(stream, encodings)
    columns, delimiter = _header(lines, mapping)
    return columns, _rows(lines, delimiter, len(columns), stream)


def _rewritten(stream: BinaryIO, change: Callable[[bytes], bytes]) -> BinaryIO:
    """The stream with each chunk changed; a change at most doubles it."""

    class Rewritten(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
            while chunk := stream.read(len(buffer) // 2):
                if changed := change(chunk):
                    buffer[: len(changed)] = changed
                    return len(changed)
            return 0

    return io.BufferedReader(Rewritten())


def _header(lines: Lines, mapping: Mapping) -> tuple[list[str], str]:
    """Column names and delimiter; the lines up to the header are taken off."""
    delimiters = DELIMITERS if mapping.delimiter == "auto" else (mapping.delimiter,)
    depth = int(mapping.header) if mapping.header.isdecimal() else HEADER_SEARCH
    head = [lines.decode(line[:65536]) for line in itertools.islice(lines.pending, depth)]
    lines.flags = []
    if mapping.header == "none":
        counts = {d: len(_cells(head[0], d)) for d in delimiters}
        return list(mapping.columns), max(counts, key=lambda d: (counts[d] == len(mapping.columns), counts[d]))
    candidates = [(i, d) for i in range(len(head)) for d in delimiters]
    if mapping.header != "auto":
        candidates = [(i, d) for i, d in candidates if i + 1 == int(mapping.header)]
        if not candidates:
            raise MappingError(f"mapping {mapping.name}, header: the file has no line {mapping.header}")
    known = {column for spec in mapping.specs() for column in spec.needs}
    required = mapping.required()

    def fit(candidate: tuple[int, str]) -> tuple[int, int, int]:
        names = _cells(head[candidate[0]], candidate[1])
        return len(required.keys() & set(names)), len(known & set(names)), -candidate[0]

    at, delimiter = max(candidates, key=fit)
    columns = _cells(head[at], delimiter)
    if fit((at, delimiter))[1] == 0:  # nothing fits: show the first line in its likeliest cut
        columns = max((_cells(head[candidates[0][0]], d) for d in delimiters), key=len)
    check_columns(mapping, columns)
    for _ in range(at + 1):
        next(lines)
    lines.taken()
    return columns, delimiter


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line.replace("\0", "")], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [cell.strip().strip("\ufeff") for cell in cells]


def check_columns(mapping: Mapping, columns: list[str]) -> None:
    """Raises MappingError for a column that the mapping needs and the table lacks, or has twice."""
    required = mapping.required()
    shown = ", ".join(columns)[:600]
    for column, where in required.items():
        place = f"mapping {mapping.name}, {where}"
        if column not in columns:
            fixed = "" if where.startswith(("id", "at")) else f" For a fixed value write {where}: {{value: ...}}."
            hint = near(column, columns)
            raise MappingError(f"{place}: there is no column '{column}' in the table{hint}{fixed} Columns: {shown}")
        if columns.count(column) > 1:
            raise MappingError(f"{place}: the table has two columns '{column}'; rename one of them")


def _rows(lines: Lines, delimiter: str, width: int, stream: BinaryIO) -> Iterator[Numbered | Reject]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            for row in reader:
                if len(row) != width:
                    if len(row) < width or any(row[width:]):
                        if row:
                            yield _refused(lines, f"{len(row)} cells, but the table has {width} columns")
                        else:
                            lines.taken()
                        continue
                    lines.flags.append("extra_cells")
                elif lines.ended and len(lines.record) > 1 and _is_open(lines, delimiter):
                    yield _refused(lines, "a quote is opened and never closed")
                    continue
                start, raw, flags = lines.taken()
                yield start, row, raw, flags
            break
        except csv.Error as error:
            yield _refused(lines, str(error))
    if cause := source.damage(stream):
        yield Reject(lines.number + 1, f"after line {lines.number}: {cause}")


def _is_open(lines: Lines, delimiter: str) -> bool:
    """Whether the file ended inside a quoted cell: csv.reader itself gives such a row as if it were whole."""
    try:
        list(csv.reader([line.decode("latin-1") for line in lines.record], delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _refused(lines: Lines, reason: str) -> Reject:
    """The first line of the record in hand; what a stray quote drew in behind it is read again."""
    if len(lines.record) > 1:
        lines.keep_first()
        reason += " (is there a stray quote?)"
    start, raw, _ = lines.taken()
    return Reject(start, f"line {start}: {reason}", raw=raw)
