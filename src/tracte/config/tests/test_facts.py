"""What leaves the database as facts: nothing declared personal, and no id but under its pseudonym."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from django.apps import apps
from django.db import connection

from tests.laws.rows import Rows, owned
from tracte.channels.actions import open_account, receive_many
from tracte.channels.message import Message
from tracte.channels.tests.letters import AT
from tracte.config import facts
from tracte.config.demo import generate, loading
from tracte.config.facts import Facts
from tracte.config.seeding import furnish
from tracte.core import keys, tenancy
from tracte.core.sql import run
from tracte.people.appearance import Appearance, Identifier
from tracte.people.models import Identifier as Kept
from tracte.privacy import declarations
from tracte.vocabularies.models import Concept

pytestmark = pytest.mark.django_db
COLUMNS = """
SELECT DISTINCT c.relname, a.attname, format_type(a.atttypid, NULL)
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE r.ev_class = %s::regclass AND d.refobjsubid > 0 AND c.relkind IN ('r', 'p')
"""
# Personal fields that a query reads without letting their values out: each with what leaves instead.
DERIVED = {("channels.Interaction", "text"): "its length in bytes"}


def read_by(one: Facts) -> set[tuple[str, str, str]]:
    """(table, column, type) of all that a query reads, wherever in it, as PostgreSQL itself understands it."""
    ever = {name: f"'{value}'::timestamptz" for name, value in facts.EVER.items()}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP VIEW facts_read AS {one.query % ever}")
        cursor.execute(COLUMNS, ["facts_read"])
        found = set(cursor.fetchall())
        cursor.execute("DROP VIEW facts_read")
    return found


def sort_of(table: str, column: str) -> tuple[str, str, str]:
    """(model, field, sort) of a column."""
    [model] = [m for m in declarations.declared() if m._meta.db_table == table]
    [field] = [f.name for f in model._meta.concrete_fields if f.column == column]
    says = declarations.declared()[model]
    [sort] = [sort for sort in ("personal", "pseudonymous", "open") if field in getattr(says, sort).split()]
    return model._meta.label, field, sort


def wrong(one: Facts) -> list[str]:
    problems = []
    for table, column, kind in read_by(one):
        model, field, sort = sort_of(table, column)
        if sort == "personal" and (model, field) not in DERIVED:
            problems.append(f"{one.table} reads {model}.{field}, which is personal")
        if sort == "pseudonymous" and kind != "uuid":
            problems.append(f"{one.table} reads {model}.{field}, which would leave as it is: it is no uuid")
    return problems


def test_no_facts_read_a_personal_field_and_what_is_pseudonymous_is_a_uuid(administration):
    tables = facts.found()
    assert {one.table for one in tables} >= {"records", "accounts", "interactions"}
    assert [problem for one in tables for problem in wrong(one)] == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT surname FROM people_sourcerecord", "people.SourceRecord.surname, which is personal"),
        ("SELECT id FROM people_sourcerecord WHERE birth_date IS NULL", "birth_date, which is personal"),
        ("SELECT id FROM people_sourcerecord ORDER BY sur1", "sur1, which is personal"),
        ("SELECT key_name FROM people_sourcerecord", "key_name, which would leave as it is"),
        ("SELECT external_id FROM channels_interactionkey", "external_id, which would leave as it is"),
    ],
)
def test_the_law_sees_what_a_query_reads(administration, tmp_path, query, says):
    [problem] = [problem for problem in wrong(Facts("some", query, tmp_path)) if says in problem]
    assert "some reads" in problem


def cells(administration) -> list[str]:
    """Every value that leaves, as text."""
    names = keys.pseudonyms(administration)
    return [
        str(value)
        for one in facts.found()
        for month in one.sources()
        for batch in one.batches(month, names)
        for column in batch.columns
        for value in column.to_pylist()
    ]


def secrets_of(administration) -> set[str]:
    """All personal text and every id that the database holds, each way it might be written."""
    ring = keys.keyring(administration)
    found = set()
    for value in Kept.objects.values_list("value_sealed", flat=True):
        with suppress(keys.KeyMissing):  # a row of random bytes
            found.add(ring.open(value).decode())
    for model, says in declarations.declared().items():
        if not says or model._meta.db_table not in owned():
            continue
        for field in model._meta.concrete_fields:
            kind = field.db_type(connection)
            if kind == "uuid":
                found |= {written for value in _values(model, field) for written in (value, value.replace("-", ""))}
            elif field.name in says.personal.split() and kind in ("text", "date"):
                found |= _values(model, field)
    towns = set(Concept.objects.values_list("code", flat=True))  # one of the demo's is its postcode
    return {value for value in found - towns if len(value) > 4}


def _values(model, field) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT "{field.column}"::text FROM "{model._meta.db_table}"')
        return {value for (value,) in cursor.fetchall() if value}


def leaks(administration) -> set[str]:
    left, secrets = set(cells(administration)), secrets_of(administration)
    pattern = re.compile("|".join(map(re.escape, sorted(secrets, key=len, reverse=True))))
    assert len(secrets) > 20 and len(left) > 20
    named = {cell for cell in left if re.fullmatch("[0-9a-f]{32}", cell)}  # a postcode may stand in one by chance
    return named & secrets | {found[0] for cell in left - named if (found := pattern.search(cell))}


def test_nothing_of_a_demo_leaves_that_names_somebody(administration, tmp_path):
    generate(40, 160, 5, tmp_path / "demo")
    furnish(administration)
    loading.load(administration, tmp_path / "demo", progress=False)
    assert leaks(administration) == set()


def test_nothing_leaves_of_a_row_of_every_table(administration):
    """Rows in which every text is one of a kind."""
    _receive(administration)
    rows, _ = Rows(), run("SELECT channels_ensure_months('{2026-04-01}')::text")
    for table in owned():
        rows.of(table)
    assert leaks(administration) == set()


def test_a_leak_would_be_seen(administration, monkeypatch):
    _receive(administration)
    raw = Facts("raw", "SELECT r.given_name, r.id::text AS id FROM people_sourcerecord r", None)
    monkeypatch.setattr(facts, "found", lambda: [raw, *FOUND()])
    assert {"Remedios", str(_record())} <= leaks(administration)


FOUND = facts.found


def _receive(administration, where="centraleta") -> None:
    account = open_account(key=where, kind="calls", name=where.capitalize())
    who = [
        Appearance(given_name="Remedios", surname=f"Puigdemunt{n}", identifiers=[Identifier("phone", f"60000010{n}")])
        for n in range(9)
    ]
    receive_many(account, [Message(str(n), AT, text=f"Truco per la beca {n}", who=who[n]) for n in range(9)])


def _record():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_sourcerecord ORDER BY id LIMIT 1")
        return cursor.fetchone()[0]


def test_one_record_has_one_pseudonym_everywhere_and_a_person_another(administration):
    _receive(administration)
    tables = {one.table: rows_of(one, administration) for one in facts.found()}
    records, interactions = tables["records"], tables["interactions"]
    assert {row["record"] for row in interactions} == {row["record"] for row in records}
    assert {row["account"] for row in records} == {row["account"] for row in tables["accounts"]}
    assert not {row["person"] for row in records} & {row["record"] for row in records}
    assert all(re.fullmatch("[0-9a-f]{32}", row[name]) for row in records for name in ("record", "person", "account"))
    assert {(row["has_phone"], row["has_email"], row["has_document"]) for row in records} == {(True, False, False)}


def rows_of(one: Facts, administration, month: str | None = None) -> list[dict]:
    names = keys.pseudonyms(administration)
    return [
        row
        for each in ([month] if month else one.sources())
        for batch in one.batches(each, names)
        for row in batch.to_pylist()
    ]


def test_two_administrations_call_the_same_otherwise_and_see_their_own_rows_alone(administration, other_administration):
    _receive(administration)
    with tenancy.acting_for(other_administration):
        _receive(other_administration)
        vics = set(cells(other_administration))
    mine = set(cells(administration))
    assert not {value for value in mine & vics if re.fullmatch("[0-9a-f]{32}", value)}
    some = bytes(range(16))
    assert keys.pseudonyms(administration).of("record", some) != keys.pseudonyms(other_administration).of(
        "record", some
    )


def test_values_come_out_as_they_went_in(administration, tmp_path):
    odd = "a,\"b\"\n'c'\\N \\. %s NULL"
    query = f"""SELECT * FROM (VALUES
        (1::smallint, true, $${odd.replace("%", "%%")}$$, '{{}}'::text[], date '2026-11-01',
         timestamptz '2026-11-01 10:20+02', 0.5::float8, 7::bigint),
        (2, false, '', ARRAY['x', 'y z', ''], NULL, NULL, NULL, NULL), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        ) AS t(n, yes, word, list, day, moment, share, big)"""
    found = rows_of(Facts("odd", query, tmp_path), administration)
    assert [row["word"] for row in found] == [odd, "", None]
    assert [row["list"] for row in found] == [[], ["x", "y z", ""], None]
    assert [row["yes"] for row in found] == [True, False, None]
    assert found[0]["moment"].isoformat() == "2026-11-01T08:20:00+00:00"
    assert (found[0]["day"].isoformat(), found[0]["share"], found[0]["big"]) == ("2026-11-01", 0.5, 7)


def test_more_rows_than_a_block_come_as_several_and_none_is_lost(administration, tmp_path, monkeypatch):
    monkeypatch.setattr(facts, "BLOCK", 1 << 16)
    query = "SELECT n AS number, 'Número ' || n AS word, md5(n::text)::uuid AS one FROM generate_series(1, 9000) n"
    one = Facts("many", query, tmp_path)
    batches = list(one.batches("", keys.pseudonyms(administration)))
    assert len(batches) > 3
    assert [n for batch in batches for n in batch["number"].to_pylist()] == list(range(1, 9001))
    assert len({name for batch in batches for name in batch["one"].to_pylist()}) == 9000


@pytest.mark.parametrize("value", ["'{}'::jsonb", "''::bytea", "1.5::numeric", "ARRAY[gen_random_uuid()]"])
def test_a_type_that_could_carry_anything_is_refused(administration, tmp_path, value):
    with pytest.raises(ValueError, match=r"some\.thing is of a type that the lake does not take: cast it"):
        _ = Facts("some", f"SELECT {value} AS thing", tmp_path).schema


def test_two_rooms_cannot_make_one_table(tmp_path, monkeypatch):
    (tmp_path / "facts.sql").write_text("-- table calls\nSELECT 1\n-- table calls\nSELECT 2\n")
    monkeypatch.setattr(apps.get_app_config("people"), "path", str(tmp_path))
    with pytest.raises(ValueError, match="make a table calls: call one of them otherwise"):
        facts.found()


def test_a_file_without_a_table_is_told(tmp_path, monkeypatch):
    (tmp_path / "facts.sql").write_text("SELECT 1\n-- table calls\nSELECT 2\n")
    monkeypatch.setattr(apps.get_app_config("people"), "path", str(tmp_path))
    with pytest.raises(ValueError, match="begins with a line '-- table NAME'"):
        facts.found()
