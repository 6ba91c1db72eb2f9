"""Each room's `facts.sql`, run on the database: rows as Arrow, under pseudonyms.

A `facts.sql` holds one SELECT for each table, after a line `-- table NAME`. One with a column `month` ("2026-11") is
partitioned by it, and takes `%(since)s` and `%(until)s`, so that one month can be asked for without reading the others
(a per cent sign of its own is written twice).
Columns from coarse to fine: rows are sorted by them, which is what makes them small. **Every uuid leaves as a
pseudonym** in the domain of its column's name, so that `record` here and `record` there still meet; a type that the
lake does not know is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.apps import apps
from django.db import connection
from pyarrow import csv

from tracte.core.keys import Pseudonyms

UUID, TEXTS = 2950, 1009
TYPES = {  # PostgreSQL's number of a type -> Arrow's
    UUID: pa.string(),
    TEXTS: pa.list_(pa.string()),
    25: pa.string(),  # text
    1043: pa.string(),  # varchar
    16: pa.bool_(),
    21: pa.int16(),
    23: pa.int32(),
    20: pa.int64(),
    701: pa.float64(),
    1082: pa.date32(),
    1184: pa.timestamp("us", tz="UTC"),
}
AS_TEXT = {UUID: "encode(uuid_send({}), 'hex')", TEXTS: r"array_to_string({}, E'\x1f')"}
BLOCK = 16 << 20  # bytes of CSV in memory at once: about a hundred thousand rows, one row group
EVER = {"since": "-infinity", "until": "infinity"}


@dataclass(frozen=True)
class Facts:
    """One table of facts: the query of one room."""

    table: str
    query: str
    path: Path

    @cached_property
    def _columns(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({self.query}) facts LIMIT 0", EVER)
            columns = {column.name: column.type_code for column in cursor.description}
        for name, kind in columns.items():
            if kind not in TYPES:
                raise ValueError(f"{self.path}: {self.table}.{name} is of a type that the lake does not take: cast it")
        return columns

    @property
    def by_month(self) -> bool:
        return "month" in self._columns

    @property
    def schema(self) -> pa.Schema:
        """Of the files; the month is in their folder's name."""
        return pa.schema([(name, TYPES[kind]) for name, kind in self._columns.items() if name != "month"])

    def recipe(self, names: Pseudonyms) -> str:
        """Changes with whatever, apart from the rows themselves, makes other files."""
        return hashlib.sha256(f"{names.mark}\0{self.query}\0{self.schema}".encode()).hexdigest()

    def sources(self) -> dict[str, str]:
        """month ("" for all) -> what its rows are now: their count and the sum of their hashes.

        Not a watermark, on purpose. A time or a sequence is set before its transaction commits, so whoever reads on
        from the last one seen misses what was still open; and neither tells of a row that was erased, of one that came
        late into an old month, or of a topic that got another code. The sum of the rows' hashes differs when any of
        them does, whatever the cause, and asks nothing of those who write. It costs reading the tables once.
        """
        month = "month" if self.by_month else "''"
        digest = "count(*) || ':' || coalesce(sum(hashtextextended(facts::text, 0)), 0)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {month}, {digest} FROM ({self.query}) facts GROUP BY 1", EVER)
            return dict(cursor.fetchall())

    def batches(self, month: str, names: Pseudonyms) -> Iterator[pa.RecordBatch]:
        """The rows of a month ("" in a table without), sorted. Memory holds one block of them."""
        columns = ", ".join(
            AS_TEXT.get(kind, "{}").format(f'"{name}"') + f' AS "{name}"'
            for name, kind in self._columns.items()
            if name != "month"
        )
        only = "WHERE month = %(month)s" if month else ""
        order = ", ".join(f'facts."{name}"' for name in self.schema.names)
        query = f"SELECT {columns} FROM ({self.query}) facts {only} ORDER BY {order}"
        command = f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)"
        with connection.cursor() as cursor, cursor.cursor.copy(command, _within(month)) as copy:
            reader = csv.open_csv(
                _Stream(iter(copy)),
                read_options=csv.ReadOptions(use_threads=False, block_size=BLOCK),
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    column_types={f.name: pa.string() if pa.types.is_list(f.type) else f.type for f in self.schema},
                    null_values=[""],
                    true_values=["t"],
                    false_values=["f"],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
            for batch in reader:
                if batch.num_rows:
                    yield self._sealed(batch, names)

    def _sealed(self, batch: pa.RecordBatch, names: Pseudonyms) -> pa.RecordBatch:
        finish: dict[int, Callable[[str, pa.Array], pa.Array]] = {
            UUID: lambda name, ids: _named(ids, name, names),
            TEXTS: lambda name, texts: _split(texts),
        }
        return pa.RecordBatch.from_arrays(
            [finish.get(self._columns[f.name], lambda _, same: same)(f.name, batch[f.name]) for f in self.schema],
            schema=self.schema,
        )


def found() -> list[Facts]:
    """The facts of every room. Raises ValueError when two rooms claim one table."""
    facts = [one for app in apps.get_app_configs() for one in _read(Path(app.path) / "facts.sql")]
    for name in (tables := [one.table for one in facts]):
        if tables.count(name) > 1:
            paths = " and ".join(str(one.path) for one in facts if one.table == name)
            raise ValueError(f"{paths} make a table {name}: call one of them otherwise")
    return facts


def _read(path: Path) -> list[Facts]:
    if not path.exists():
        return []
    before, *sections = re.split(r"^-- table (\w+)\n", path.read_text(), flags=re.MULTILINE)
    if before.strip() or not sections:
        raise ValueError(f"{path}: it begins with a line '-- table NAME'")
    return [Facts(name, query.strip(), path) for name, query in zip(sections[::2], sections[1::2], strict=True)]


def _within(month: str) -> dict[str, str]:
    if not month:
        return EVER
    first = dt.date.fromisoformat(f"{month}-01")
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return {"month": month, "since": f"{first} 00:00+00", "until": f"{following} 00:00+00"}


def _named(ids: pa.Array, domain: str, names: Pseudonyms) -> pa.Array:
    """Ids in hexadecimal, each as long as its pseudonym: only the bytes between the offsets change."""
    validity, offsets, data = pa.concat_arrays([ids]).buffers()
    text = data.to_pybytes()[: 32 * (len(ids) - ids.null_count)] if data else b""
    named = names.of(domain, bytes.fromhex(text.decode()))
    return pa.Array.from_buffers(
        ids.type, len(ids), [validity, offsets, pa.py_buffer(named.hex().encode())], ids.null_count
    )


def _split(texts: pa.Array) -> pa.Array:
    lists = pc.split_pattern(texts, "\x1f")
    return pc.if_else(pc.equal(texts, ""), pa.scalar([], lists.type), lists)


class _Stream:
    """What a COPY gives, as a file to read: as many bytes as asked for, until there are no more."""

    closed = False

    def __init__(self, blocks: Iterator[memoryview | bytes]):
        self._blocks, self._rest = blocks, bytearray()

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            if (block := next(self._blocks, None)) is None:
                break
            self._rest += block
        size = len(self._rest) if size < 0 else size
        given = bytes(self._rest[:size])
        del self._rest[:size]
        return given

    def close(self) -> None:
        self.closed = True
