"""Set-based statements: one statement whose parameters are the columns of a batch."""

from __future__ import annotations

import datetime as dt
import struct
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import generators
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import ByteaBinaryLoader

_long, _header = struct.Struct("!i").pack, struct.Struct("!iiIii").pack
_ZERO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # PostgreSQL's own
_MICROSECOND = dt.timedelta(microseconds=1)


def rows(statement: str, *parameters: object, ids_as_bytes: bool = False, prepare: bool = False) -> list[tuple]:
    """Run one statement with server-side, binary parameters (a batch's columns are large); its rows.

    `ids_as_bytes`: uuids come as their 16 bytes, which hash, compare and sort like them and ten times as fast.
    `prepare`: keep its plan on this connection, for a statement that takes longer to plan than to run.
    """
    with _cursor() as cursor:
        if ids_as_bytes:
            cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
        return _execute(cursor, statement, parameters, prepare).fetchall()


def run(statement: str, *parameters: object, prepare: bool = False) -> None:
    """Run one statement that gives no rows. `prepare`: as in `rows`."""
    with _cursor() as cursor:
        _execute(cursor, statement, parameters, prepare)
        connection.connection.wait(generators.send(connection.connection.pgconn))  # all of it, however large


@contextmanager
def unanswered() -> Iterator[None]:
    """What `run` is given here is sent without waiting for the one before; an error comes at the latest at the end.

    So the database writes while the next columns are packed.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor]:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        cursor.adapters.register_dumper(Column, _ColumnDumper)
        yield cursor


def _execute(
    cursor: psycopg.Cursor, statement: str, parameters: tuple[object, ...], prepare: bool = False
) -> psycopg.Cursor:
    return cursor.execute(statement.replace("%s", "%b"), parameters, binary=True, prepare=prepare)


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
    if not items:
        return Column(_long(0) * 2 + _long(oid))
    sized = {value: _sized(pack(value)) if value is not None else _NULL for value in set(items)}
    return Column(_header(1, None in sized, oid, len(items), 1) + b"".join(map(sized.__getitem__, items)))


_NULL = _long(-1)


def _sized(value: bytes) -> bytes:
    return _long(len(value)) + value


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
