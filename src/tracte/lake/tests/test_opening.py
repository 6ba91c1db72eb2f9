"""Who asks the lake reads its tables, and nothing else of this machine; nor writes anything anywhere."""

from __future__ import annotations

import duckdb
import pytest

from tests.threads import together
from tracte.lake import opening, snapshots
from tracte.lake.snapshots import LakeProblem
from tracte.lake.tests.making import make

CONTENT = {"visits": {"2026-10": [1, 2], "2026-11": [3]}, "doors": {"": [7]}}
FORBIDDEN = [
    "COPY (SELECT 1) TO '{free}'",
    "COPY (SELECT 1) TO '{file}'",
    "COPY (SELECT 1 AS n) TO '{file}' (USE_TMP_FILE false)",
    "COPY (SELECT 1) TO '/dev/stdout' (USE_TMP_FILE false, FORMAT csv)",
    "EXPLAIN ANALYZE COPY (SELECT 1 AS n) TO '{file}' (USE_TMP_FILE false)",
    "PREPARE p AS COPY (SELECT 1 AS n) TO '{file}' (USE_TMP_FILE false)",
    "SELECT 1; COPY (SELECT 1 AS n) TO '{file}' (USE_TMP_FILE false)",
    "FROM query('COPY (SELECT 1) TO ''{file}'' (USE_TMP_FILE false)')",
    "EXPORT DATABASE '{free}'",
    "IMPORT DATABASE '{free}'",
    "ATTACH '{other}' AS other",
    "ATTACH '{file}' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/etc/passwd')",
    "FROM read_blob('{manifest}')",
    "FROM read_parquet('{other}')",
    "FROM sniff_csv('/etc/passwd')",
    "FROM glob('/etc/*')",
    "FROM '/etc/passwd'",
    "FROM 'https://exemple.cat/visits.parquet'",
    "SET enable_external_access = true",
    "SET allowed_paths = ['/etc/passwd']",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "PRAGMA profiling_output = '{free}'",
    "CALL enable_logging(storage = 'file', storage_config = {{'path': '{free}'}})",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "CREATE TABLE mine AS SELECT 1",
    "DELETE FROM visits",
    "DROP VIEW visits",
]


@pytest.fixture
def folder(tmp_path):
    make(tmp_path / "d'aigua", CONTENT)  # an apostrophe, which SQL would end a string at
    return tmp_path / "d'aigua"


@pytest.fixture
def places(folder, tmp_path):
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("CREATE TABLE secret AS SELECT 1")
    current = (folder / "current").resolve()
    file = current / "visits/month=2026-11/part-0.parquet"
    known = {"file": file, "manifest": current / "manifest.json", "other": tmp_path / "other.duckdb"}
    return {name: str(path).replace("'", "''") for name, path in (known | {"free": tmp_path / "free"}).items()}


def files(folder):
    return {path: snapshots.digest(path) for path in folder.parent.rglob("*") if path.is_file()}


@pytest.mark.parametrize("question", FORBIDDEN)
def test_what_is_not_a_question_to_the_tables_is_refused_and_changes_nothing(folder, places, question):
    before = files(folder)
    with opening.opened(folder) as lake, pytest.raises((LakeProblem, duckdb.Error)):
        lake.ask(question.format(**places)).fetchall()
    assert files(folder) == before


@pytest.mark.parametrize(
    "question", [text for text in FORBIDDEN if "USE_TMP_FILE" not in text and "{file}" not in text]
)
def test_the_engine_itself_is_closed_whoever_gets_past_the_guard(folder, places, question, monkeypatch):
    """Apart from what a connection has in its own memory. The files themselves have their modes, and the guard."""
    before = files(folder)
    with opening.opened(folder) as lake:
        if question.split()[0] in ("CREATE", "DROP"):
            lake._connection.execute(question) if "SECRET" not in question else None
        else:
            with pytest.raises(duckdb.Error):
                lake._connection.execute(question.format(**places)).fetchall()
    assert files(folder) == before


def test_a_question_may_have_parameters_and_many_may_ask_at_once(folder):
    with opening.opened(folder) as lake:
        asked = "SELECT count(*) FROM visits WHERE month = $month"
        answers = together(*[lambda: lake.ask(asked, {"month": "2026-10"}).fetchone()] * 6)
        assert answers == [(2,)] * 6
        assert lake.ask("SELECT sum(n) FROM visits WHERE month >= ?", ["2026-11"]).fetchall() == [(3,)]
        assert lake.ask("WITH a AS (FROM doors) SELECT n FROM a").fetchall() == [(7,)]
        assert lake.ask("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_two_lakes_open_at_once_do_not_meet(folder, tmp_path):
    make(tmp_path / "vic", {"doors": {"": [8]}})
    with opening.opened(folder) as govern, opening.opened(tmp_path / "vic") as vic:
        assert [lake.ask("FROM doors").fetchall() for lake in (govern, vic)] == [[(7,)], [(8,)]]
        vics = (tmp_path / "vic" / "current" / "doors/part-0.parquet").resolve()
        with pytest.raises(duckdb.PermissionException):
            govern.ask(f"FROM read_parquet('{vics}')")
