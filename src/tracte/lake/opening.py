"""The door to DuckDB: the current snapshot's tables as views, and nothing else of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from tracte.lake import snapshots
from tracte.lake.snapshots import LakeProblem

# Loading nothing, asking nobody, spilling nowhere; then no file but those allowed; last, the lock on all this.
CLOSE = """
SET GLOBAL TimeZone = 'UTC';
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET allow_community_extensions = false;
SET allow_persistent_secrets = false;
SET enable_external_access = false;
SET lock_configuration = true
"""


class Lake:
    """Questions to one snapshot. `snapshot` is its name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, snapshot: str):
        self._connection, self.snapshot = connection, snapshot

    def ask(self, question: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        """The answer of one SELECT, to fetch from (`.fetchall()`). Threads may ask at once.

        Only a SELECT: DuckDB lets `COPY ... TO` write to a file that it is allowed to read, and file modes do not stop
        a process of root. Raises LakeProblem for anything else.
        """
        cursor = self._connection.cursor()
        asked = cursor.extract_statements(question)
        if [one.type for one in asked] != [duckdb.StatementType.SELECT]:
            raise LakeProblem("the lake is read-only: ask it one SELECT")
        return cursor.execute(asked[0], parameters)


@contextmanager
def opened(folder: Path) -> Iterator[Lake]:
    """The current snapshot of the lake in `folder`; it stays until the block is left, whatever is built meanwhile.

    Each table is a view; one with months has the column `month` ("2026-11"), by which files are left out.
    Raises LakeProblem when there is no lake.
    """
    with snapshots.held(folder) as snapshot, duckdb.connect(config={"temp_directory": ""}) as connection:
        manifest, allowed = snapshots.read(snapshot), []
        for table in manifest.tables:
            files = [str(snapshot / file) for file in manifest.files(table)]
            months = ", hive_types = {'month': VARCHAR}" if "" not in manifest.tables[table].parts else ""
            connection.execute(
                f'CREATE VIEW "{table}" AS FROM read_parquet({_list(files)}, hive_partitioning = true{months})'
            )
            allowed += files
        connection.execute(f"SET allowed_paths = {_list(allowed)};{CLOSE}")
        yield Lake(connection, manifest.snapshot)


def _list(paths: list[str]) -> str:
    """As SQL writes it: neither views nor settings take parameters."""
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"
