"""Any tables of people: deduplicate one or link two, unsupervised, by the project's own engine. No database, no Django.

For two administrations that compare lists, and for measuring us against others.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from tracte.people.linkage import blocking, comparisons, features, frequencies, resolving, training
from tracte.people.linkage.model import Insane, Model, probability

ROLES = (
    "full_name given_name surname surname2 birth_date birth_place address locality postcode region phone email "
    "national_id sex occupation text"
).split()
PAIRS_PER_RECORD, PAIRS_FREE = 40, 100_000  # what one blocking rule may propose
NULLS = {"", "null", "none", "nan", "n/a", "na", "\\n"}


class BadTable(ValueError):
    """A file or a mapping that cannot be used: what, where and how to mend it, in one line."""


def resolve(
    files: Sequence[Path], mapping: Path, out: Path, *, engine: str = "duckdb", tell: Callable[[str], Any] = print
) -> dict[str, Any]:
    """Write to `out` the pairs of rows that are one person: id_a, id_b, probability, weight (bits). A summary of it."""
    started = time.perf_counter()
    chosen = _mapping(mapping, len(files))
    weigher = resolving.engine(engine)
    con = duckdb.connect()
    try:
        ids, names = _load(con, files, chosen)
        tell(f"{len(ids)} records read, with {', '.join(_columns(con, names[0]))}")
        try:
            model, resolved = find(con, names, weigher)
        except Insane as error:
            raise BadTable(f"{files[0]}: nothing was linked: {error}") from error
        second = len(ids) if len(names) == 1 else training.records(con, names[:1])
    finally:
        con.close()
    pairs = [pair for pair in resolved.pairs if len(names) == 1 or pair[0] < second <= pair[1]]
    _write(out, ids, pairs)
    return {
        "records": len(ids),
        "pairs": len(pairs),
        "frozen": sum(map(len, resolved.frozen)),
        "compared": model.columns,
        "seconds": round(time.perf_counter() - started, 2),
    }


def find(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], weigher: resolving.Weigher
) -> tuple[Model, resolving.Resolved]:
    """Train on the tables themselves (DuckDB: a sample of pairs teaches enough), then resolve them."""
    rules = affordable(con, tables)
    if not rules:
        raise Insane("no column tells which rows are worth comparing: map a name, a birth date or an identifier")
    model = training.train(con, tables, rules)
    return model, resolving.people(con, tables, model, weigher=weigher)


def affordable(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> list[blocking.Rule]:
    """The blocking rules that these tables allow, without those that would propose too many pairs."""
    most = PAIRS_FREE + PAIRS_PER_RECORD * training.records(con, tables)
    possible = blocking.possible(blocking.FILE_KEYS, _columns(con, tables[0]))
    return [rule for rule in possible if training.pairs(con, tables, rule) <= most]


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    described = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    return [column for column in described if column != "unique_id" and not column.startswith("share_")]


def _mapping(path: Path, files: int) -> list[dict[str, Any]]:
    """The mapping of each file: one for all, or `a:` and `b:`."""
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadTable(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise BadTable(f"{path}: a mapping has 'id: COLUMN' and 'fields: {{ROLE: COLUMN}}'")
    specs: list[Any] = (
        [content.get(side) for side in "ab"[:files]] if {"a", "b"} & content.keys() else [content] * files
    )
    for spec in specs:
        if (
            not isinstance(spec, dict)
            or not isinstance(spec.get("id"), str)
            or not isinstance(spec.get("fields"), dict)
        ):
            raise BadTable(f"{path}: a mapping has 'id: COLUMN' and 'fields: {{ROLE: COLUMN}}', for each file")
        if unknown := sorted(map(str, spec["fields"].keys() - set(ROLES))):
            raise BadTable(f"{path}: no role '{unknown[0]}'; there are: {', '.join(ROLES)}")
    return specs


def _load(
    con: duckdb.DuckDBPyConnection, files: Sequence[Path], specs: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    """One table a file, with the columns that all can fill, rows numbered on; the ids of the rows, the tables."""
    read = [_roles(file, spec) for file, spec in zip(files, specs, strict=True)]
    lists = set().union(*(features.several(roles) for _, roles in read))
    made = [features.table(roles, lists) for _, roles in read]
    common = [column for column in made[0] if all(column in others for others in made)]
    if not common:
        raise BadTable(f"{' and '.join(map(str, files))}: none of the mapped columns holds anything in all of them")
    ids: list[str] = []
    names: list[str] = []
    for (own, _), columns in zip(read, made, strict=True):
        content = pa.table({"unique_id": range(len(ids), len(ids) + len(own)), **{c: columns[c] for c in common}})
        names.append(f"records_{len(names)}")
        con.register("content", content)
        con.execute(f"CREATE TABLE {names[-1]} AS FROM content").fetchall()
        con.unregister("content")
        ids += own
    rare = sorted(comparisons.RARE & set(common))
    frequencies.count(con, names, rare, names=False)
    for name in names:
        frequencies.attach(con, name, rare, len(ids))
    return ids, names


def _roles(file: Path, spec: Mapping[str, Any]) -> tuple[list[str], dict[str, list[list[str]]]]:
    """The ids of a file's rows, and role -> for each row, its values."""
    table = _read(file)
    wanted = {role: [c] if isinstance(c, str) else list(c) for role, c in spec["fields"].items()}
    for column in [spec["id"], *(c for columns in wanted.values() for c in columns)]:
        if column not in table:
            raise BadTable(f"{file}: no column '{column}'; there are: {', '.join(table)}")
    ids = table[spec["id"]]
    seen: dict[str, int] = {}
    for row, id_ in enumerate(ids, 1):
        if not id_:
            raise BadTable(f"{file}: row {row} has no '{spec['id']}'")
        if id_ in seen:
            raise BadTable(f"{file}: '{spec['id']}' {id_} is on row {seen[id_]} and on row {row}: ids must differ")
        seen[id_] = row
    return ids, {
        role: [[value for value in row if value] for row in zip(*(table[c] for c in columns), strict=True)]
        for role, columns in wanted.items()
    }


def _read(file: Path) -> dict[str, list[str]]:
    """Every column of a CSV or Parquet file as trimmed text, what means nothing empty."""
    if not file.is_file():
        raise BadTable(f"{file}: there is no such file")
    try:
        found = pq.read_table(file) if file.suffix.lower() in (".parquet", ".pq") else _csv(file)
    except (pa.ArrowException, csv.Error, OSError) as error:
        raise BadTable(f"{file}: {str(error).splitlines()[0]}") from error
    if not found.num_rows:
        raise BadTable(f"{file}: there are no rows in it")
    return {
        name.strip(): [_text(value) for value in found.column(place).to_pylist()]
        for place, name in enumerate(found.column_names)
    }


def _csv(file: Path) -> pa.Table:
    """UTF-8, or else ISO-8859-1; the separator is the one that the header has most of."""
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if "\0" in text[:4096]:
        raise BadTable(f"{file}: the file is binary, not text")
    separator = max(",;\t|", key=text.partition("\n")[0].count)
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for number, row in enumerate(rows, 2):
        if row and len(row) != len(header):
            raise BadTable(f"{file}: row {number} has {len(row)} columns, the header has {len(header)}")
    columns = list(zip(*filter(None, rows), strict=True)) or [()] * len(header)
    return pa.table(dict(zip(header, map(pa.array, columns), strict=True)))


def _text(value: object) -> str:
    text = "" if value is None else str(value).strip()
    return "" if text.casefold() in NULLS else text


def _write(out: Path, ids: Sequence[str], pairs: Sequence[tuple[int, int, float]]) -> None:
    """Whole or not at all, the surest first."""
    draft = out.with_name(out.name + ".part")
    with draft.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id_a", "id_b", "probability", "weight"])
        for a, b, weight in sorted(
            pairs, key=lambda pair: (-round(pair[2], 9), pair[:2])
        ):  # engines add up alike to there
            writer.writerow([ids[a], ids[b], f"{probability(weight):.6f}", f"{weight:.4f}"])
    draft.replace(out)
