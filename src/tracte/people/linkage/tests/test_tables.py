import csv

import pytest

from tracte.people.linkage import tables
from tracte.people.linkage.tests import population


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    path, truth = population.write(folder)
    mapping = folder / "mapping.yml"
    mapping.write_text(population.MAPPING)
    return path, truth, mapping


def silent(line):
    return None


def scored(out, truth):
    """Precision and recall of the pairs in a file."""
    found = [(row["id_a"], row["id_b"]) for row in csv.DictReader(out.open())]
    right = sum(truth[a] == truth[b] for a, b in found)
    size = {}
    for person in truth.values():
        size[person] = size.get(person, 0) + 1
    return right / len(found), right / sum(n * (n - 1) / 2 for n in size.values())


def test_a_town_written_twice_is_told_apart(town, tmp_path):
    path, truth, mapping = town
    done = tables.resolve([path], mapping, tmp_path / "pairs.csv", tell=silent)
    precision, recall = scored(tmp_path / "pairs.csv", truth)
    assert precision >= 0.98 and recall >= 0.95
    assert done["records"] == len(truth) and not done["frozen"]
    with (tmp_path / "pairs.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["id_a", "id_b", "probability", "weight"]
    assert [float(row["weight"]) for row in rows] == sorted((float(row["weight"]) for row in rows), reverse=True)


def test_two_lists_are_linked_across_and_never_within(town, tmp_path):
    path, truth, _ = town
    rows = list(csv.reader(path.open()))
    for name, half in (("a.csv", rows[1::2]), ("b.csv", rows[2::2])):
        with (tmp_path / name).open("w", newline="") as stream:
            csv.writer(stream).writerows([rows[0] if name == "a.csv" else ["clau", *rows[0][1:]], *half])
    own = population.MAPPING.strip().replace("\n", "\n  ")
    (tmp_path / "m.yml").write_text(f"a:\n  {own}\nb:\n  {own.replace('id: id', 'id: clau')}\n")
    tables.resolve([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "m.yml", tmp_path / "pairs.csv", tell=silent)
    first = {row[0] for row in rows[1::2]}
    pairs = [(row["id_a"], row["id_b"]) for row in csv.DictReader((tmp_path / "pairs.csv").open())]
    assert pairs and all(a in first and b not in first for a, b in pairs)
    assert sum(truth[a] == truth[b] for a, b in pairs) >= 0.98 * len(pairs)


@pytest.mark.parametrize(
    ("content", "mapping", "says"),
    [
        ("id,nom\n1,Pau\n1,Nil\n", "id: id\nfields: {full_name: nom}", "'id' 1 is on row 1 and on row 2"),
        ("id,nom\n1,Pau\n,Nil\n", "id: id\nfields: {full_name: nom}", "row 2 has no 'id'"),
        ("id,nom\n1,Pau\n", "id: id\nfields: {full_name: name}", "no column 'name'; there are: id, nom"),
        ("id,nom\n1,Pau\n", "id: id\nfields: {first: nom}", "no role 'first'; there are: full_name"),
        ("id,nom\n1,Pau\n", "nonsense", "a mapping has 'id: COLUMN'"),
        ("id,nom\n1,Pau\n", "{", "m.yml: "),
        ("id,nom\n1,\n", "id: id\nfields: {full_name: nom}", "none of the mapped columns holds anything"),
        ("id,nom\n", "id: id\nfields: {full_name: nom}", "there are no rows in it"),
    ],
)
def test_bad_input_gets_one_line_and_writes_nothing(tmp_path, content, mapping, says):
    (tmp_path / "a.csv").write_text(content)
    (tmp_path / "m.yml").write_text(mapping)
    with pytest.raises(tables.BadTable) as raised:
        tables.resolve([tmp_path / "a.csv"], tmp_path / "m.yml", tmp_path / "pairs.csv", tell=silent)
    assert says in str(raised.value) and "\n" not in str(raised.value)
    assert not (tmp_path / "pairs.csv").exists()


def test_a_missing_file_is_named(town, tmp_path):
    with pytest.raises(tables.BadTable, match="there is no such file"):
        tables.resolve([tmp_path / "none.csv"], town[2], tmp_path / "pairs.csv", tell=silent)


@pytest.mark.parametrize("row", ["Pau,Puig,Serra,1980-01-01,600000417,08001", ",,,,,"])
def test_nonsense_is_refused_or_harmless_and_said(tmp_path, row):
    """Everybody the same, or nobody anything: what can be learnt from them links no one to strangers."""
    lines = [f"r{n},{row}" for n in range(300)]
    (tmp_path / "a.csv").write_text("\n".join(["id,nom,cognom1,cognom2,naixement,telefon,cp", *lines, ""]))
    (tmp_path / "m.yml").write_text(population.MAPPING)
    with pytest.raises(tables.BadTable, match=r"nothing was linked: |holds anything"):
        tables.resolve([tmp_path / "a.csv"], tmp_path / "m.yml", tmp_path / "pairs.csv", tell=silent)
    assert not (tmp_path / "pairs.csv").exists()


def test_a_file_in_another_encoding_is_read(town, tmp_path):
    path, truth, mapping = town
    (tmp_path / "old.csv").write_bytes(path.read_text().encode("latin-1"))
    tables.resolve([tmp_path / "old.csv"], mapping, tmp_path / "pairs.csv", tell=silent)
    assert scored(tmp_path / "pairs.csv", truth)[1] >= 0.95
