"""Set-based statements: one statement whose parameters are the columns of a batch."""

from __future__ import annotations

import datetime as dt
import struct
import uuid
from collections.abc import Callable, Iterable

import psycopg
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import ByteaBinaryLoader

_long, _header = struct.Struct("!i").pack, struct.Struct("!iiIii").pack
_ZERO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # PostgreSQL's own
_MICROSECOND = dt.timedelta(microseconds=1)


def rows(statement: str, *parameters: object, ids_as_bytes: bool = False) -> list[tuple]:
    """Run one statement with server-side, binary parameters (a batch's columns are large); its rows, if any.

    `ids_as_bytes`: uuids come as their 16 bytes, which hash, compare and sort like them and ten times as fast.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        cursor.adapters.register_dumper(Column, _ColumnDumper)
        if ids_as_bytes:
            cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
        cursor.execute(statement.replace("%s", "%b"), parameters, binary=True)
        return cursor.fetchall() if cursor.description else []


def clean(text: str) -> str:
    """PostgreSQL holds no NUL in text."""
    return text.replace("\0", "") if "\0" in text else text


class Column(bytes):
    """A column of a batch as PostgreSQL's binary array; a cast in the statement says its type."""


def column(kind: str, values: Iterable[object]) -> Column:
    """A column, each different value packed once. `kind`: a name of PostgreSQL; NULL is None; text is cleaned of NUL.

    The driver's own arrays are right for any type and depth, and cost a third of an import.
    """
    oid, pack = _KINDS[kind]
    items = list(values)
    packed = {value: pack(value) if value is not None else b"" for value in set(items)}
    sized = {value: _long(len(one)) + one for value, one in packed.items()}
    if None in sized:
        sized[None] = _long(-1)
    body = b"".join(map(sized.__getitem__, items))
    return Column(_header(1, None in sized, oid, len(items), 1) + body if items else _long(0) * 2 + _long(oid))


def _uuid(value: uuid.UUID | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.bytes


_KINDS: dict[str, tuple[int, Callable]] = {
    "uuid": (2950, _uuid),
    "text": (25, lambda text: clean(text).encode()),
    "bytea": (17, bytes),
    "date": (1082, lambda day: _long(day.toordinal() - _ZERO.toordinal())),
    "timestamptz": (1184, lambda at: struct.pack("!q", (at - _ZERO) // _MICROSECOND)),
    "smallint": (21, struct.Struct("!h").pack),
    "bigint": (20, struct.Struct("!q").pack),
}


class _ColumnDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> Column:
        return obj
