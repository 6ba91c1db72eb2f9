"""Spark finds the pairs that DuckDB finds and weighs them the same, in processes that are not this one."""

import csv
import json
from pathlib import Path

import duckdb
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from tracte.lake import spark as lake
from tracte.people.linkage import blocking, distributed, resolving, tables, weights
from tracte.people.linkage.tests import nasty, population

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
WIDE = ("place",)  # a rule that lets most rows meet
few = settings(max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def silent(line):
    return None


def weighed(weigh, con, names, model, least=-1000.0):
    """(a, b) -> (weight, may)."""
    found = con.execute(f"SELECT a, b, w, may FROM {weigh(con, names, model, least=least)}").fetchall()
    told = {(a, b): (w, may) for a, b, w, may in found}
    assert len(told) == len(found), "a pair came twice"
    return told


def are_the_same(one, other):
    assert one.keys() == other.keys()
    assert all(abs(one[pair][0] - other[pair][0]) < 1e-9 for pair in one)
    assert all(bool(one[pair][1]) == bool(other[pair][1]) for pair in one)


def test_executors_are_processes_of_their_own(spark):
    driver = spark._jvm.java.lang.ProcessHandle.current().pid()
    seen = set()
    for _ in range(30):
        asked = "SELECT java_method('java.lang.ProcessHandle', 'current') AS pid FROM range(0, 8, 1, 8)"
        seen |= {int(row.pid) for row in spark.sql(asked).collect()}
        if len(seen) == 2:
            break
    assert len(seen) == 2 and driver not in seen
    for pid in seen:
        assert b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes()


@few
@given(made=nasty.rows(nasty.INSTALLATION))
@pytest.mark.django_db
def test_nasty_rows_weigh_the_same_on_three_engines(spark, administration, made):
    con = duckdb.connect()
    names = [nasty.table(con, made, nasty.INSTALLATION)]
    model = nasty.model(nasty.INSTALLATION, [*blocking.KEYS, WIDE])
    here = weighed(resolving.weigh, con, names, model)
    are_the_same(weighed(distributed.weigh, con, names, model), here)
    ours = in_postgres(con, names, model)
    assert all(abs(ours[pair] - here[pair][0]) < 1e-9 for pair in here)
    con.close()


def in_postgres(con, names, model):
    """The weight of every pair, by the database's own words."""
    con.execute(f"CREATE OR REPLACE TABLE told AS {weights.rows(names)}")
    types = {"BIGINT": "int", "INTEGER": "int", "VARCHAR": "text", "DOUBLE": "float8"}
    types |= {"UUID[]": "uuid[]", "BOOLEAN": "bool"}
    told = ", ".join(f"{c} {types[kind]}" for c, kind, *_ in con.execute("DESCRIBE told").fetchall())
    content = json.dumps([json.loads(row) for (row,) in con.execute("SELECT to_json(told) FROM told").fetchall()])
    said = [bits for _, bits in weights.expressions(model, weights.POSTGRES).values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH k AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS t({told})) SELECT l.unique_id, r.unique_id, "
            f"{' + '.join([f'{model.prior!r}::float8', *said])} FROM k l JOIN k r ON l.unique_id < r.unique_id",
            [content],
        )
        return {(a, b): w for a, b, w in cursor.fetchall()}


@few
@given(made=nasty.rows(nasty.FILE))
def test_nasty_rows_of_a_file_weigh_the_same_on_spark(spark, made):
    con = duckdb.connect()
    model = nasty.model(nasty.FILE, [*blocking.possible(blocking.FILE_KEYS, nasty.FILE), WIDE])
    names = [nasty.table(con, made, nasty.FILE)]
    are_the_same(weighed(distributed.weigh, con, names, model), weighed(resolving.weigh, con, names, model))
    con.close()


def test_two_tables_meet_across_only(spark):
    con = duckdb.connect()
    columns = nasty.INSTALLATION
    one = {**dict.fromkeys(columns), "given": "pau", "sur1": "puig", "place": "vic", "phones": nasty.IDENTIFIERS[:2]}
    names = [nasty.table(con, [one] * 3, columns, "a"), nasty.table(con, [one] * 2, columns, "b")]
    con.execute("UPDATE b SET unique_id = unique_id + 3")
    model = nasty.model(columns, [("phones",), WIDE], link=True)
    there = weighed(distributed.weigh, con, names, model)
    assert there.keys() == {(a, b) for a in range(3) for b in (3, 4)}
    are_the_same(there, weighed(resolving.weigh, con, names, model))
    con.close()


def test_no_pair_at_all_is_an_empty_table_and_nothing_stays_behind(spark, tmp_path, monkeypatch):
    monkeypatch.setenv(lake.FOLDER, str(tmp_path))
    con = duckdb.connect()
    names = [nasty.table(con, [dict.fromkeys(nasty.INSTALLATION)] * 3, nasty.INSTALLATION)]
    assert weighed(distributed.weigh, con, names, nasty.model(nasty.INSTALLATION, blocking.KEYS)) == {}
    assert not list(tmp_path.iterdir())
    con.close()


def both(files, mapping, folder):
    """`resolve file` by both engines: they write the same."""
    for engine in ("duckdb", "spark"):
        tables.resolve(files, mapping, folder / f"{engine}.csv", engine=engine, tell=silent)
    there = list(csv.reader((folder / "spark.csv").open()))
    here = list(csv.reader((folder / "duckdb.csv").open()))
    assert {tuple(row) for row in there} == {tuple(row) for row in here} and len(there) > 100
    return there


def test_a_file_is_resolved_the_same_with_a_column_that_nobody_fills(spark, tmp_path):
    path, _ = population.write(tmp_path)
    header, *rows = csv.reader(path.open())
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *([*row[:5], "", row[6]] for row in rows)])
    (tmp_path / "m.yml").write_text(population.MAPPING)
    both([path], tmp_path / "m.yml", tmp_path)


def test_two_files_are_linked_the_same(spark, tmp_path):
    path, _ = population.write(tmp_path)
    rows = list(csv.reader(path.open()))
    for name, half in (("a.csv", rows[1::2]), ("b.csv", rows[2::2])):
        with (tmp_path / name).open("w", newline="") as stream:
            csv.writer(stream).writerows([rows[0], *half])
    (tmp_path / "m.yml").write_text(population.MAPPING)
    both([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "m.yml", tmp_path)


FEBRL = """
id: rec_id
fields: {given_name: given_name, surname: surname, address: [street_number, address_1, address_2], locality: suburb,
  postcode: postcode, region: state, birth_date: date_of_birth, national_id: soc_sec_id}
"""


def test_five_thousand_real_looking_rows_are_resolved_the_same(spark, tmp_path, real_data):
    (tmp_path / "m.yml").write_text(FEBRL)
    both([real_data("identity_febrl/dataset3.csv")], tmp_path / "m.yml", tmp_path)
