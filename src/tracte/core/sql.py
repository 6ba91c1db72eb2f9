"""Set-based statements: one statement whose parameters are the columns of a batch."""

from __future__ import annotations

import psycopg
from django.db import connection


def rows(statement: str, *parameters: object) -> list[tuple]:
    """Run one statement with server-side, binary parameters (a batch's columns are large); its rows, if any."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        cursor.execute(statement.replace("%s", "%b"), parameters)
        return cursor.fetchall() if cursor.description else []


def clean(text: str) -> str:
    """PostgreSQL holds no NUL in text."""
    return text.replace("\0", "") if "\0" in text else text
