"""Files of nonsense: what is learnt from them joins no strangers, and why nothing was learnt is said in one line."""

import csv
import random

import pytest

from tracte.people.linkage import tables
from tracte.people.linkage.tests import population

HEADER = ["id", "nom", "cognom1", "cognom2", "naixement", "telefon", "cp"]
SOMEBODY = ["Pau", "Puig", "Serra", "1980-01-01", "600000417", "08001"]
NOBODY = [""] * 6
draw = random.Random(7)


def noise(length=12):
    """Letters of any script, marks, signs, even right-to-left; no control character."""
    return "".join(
        chr(draw.choice([draw.randrange(0x20, 0x250), draw.randrange(0x590, 0x2000)])) for _ in range(length)
    )


def different(n):
    """Nobody shares anything with anybody."""
    return [f"Nom{n}", f"Cognom{n}", f"Segon{n}", f"{1000 + n}-01-01", f"6{n * 7919 % 10**8:08}", f"{n:05}"]


def silent(line):
    return None


def resolve(rows, tmp_path):
    """The pairs found, as numbers of rows; or the line that refuses."""
    with (tmp_path / "a.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *([f"r{n}", *row] for n, row in enumerate(rows))])
    (tmp_path / "m.yml").write_text(population.MAPPING)
    try:
        tables.resolve([tmp_path / "a.csv"], tmp_path / "m.yml", tmp_path / "pairs.csv", tell=silent)
    except tables.BadTable as refused:
        assert "\n" not in str(refused) and not (tmp_path / "pairs.csv").exists()
        return str(refused)
    with (tmp_path / "pairs.csv").open() as stream:
        return [(int(row["id_a"][1:]), int(row["id_b"][1:])) for row in csv.DictReader(stream)]


ALIKE = "nearly all records agree on what would make them surely one person: all alike?"
NOTHING = "no two records agree on what would make them surely one person: nothing can be learnt from them"
REFUSED = {
    "everybody the same": ([SOMEBODY] * 300, ALIKE),
    "nobody anything": ([NOBODY] * 300, "none of the mapped columns holds anything"),
    "one record": ([SOMEBODY], NOTHING),
    "two records": ([SOMEBODY] * 2, ALIKE),
    "two strangers": ([different(1), different(2)], NOTHING),
    "everybody different": ([different(n) for n in range(300)], NOTHING),
    "one name": ([["Pau", "Puig", "Serra", "", "", ""]] * 300, NOTHING),
    "one given name": ([["Pau", "", "", "", "", ""]] * 300, "there is too little to tell people apart by"),
    "one telephone": ([["", "", "", "", "600000417", ""]] * 300, "there is too little to tell people apart by"),
    "one letter": ([["a", "b", "c", "x", "9", "0"]] * 300, ALIKE),
    "any letter": ([[draw.choice("abc") for _ in range(6)] for _ in range(300)], ""),
    "noise": ([[noise() for _ in range(6)] for _ in range(300)], NOTHING),
}


@pytest.mark.parametrize(("rows", "says"), REFUSED.values(), ids=REFUSED)
def test_nonsense_is_refused_in_one_line(rows, says, tmp_path):
    refused = resolve(rows, tmp_path)
    assert isinstance(refused, str) and says in refused and len(refused) < 300


def town(tmp_path, people=400):
    path, truth = population.write(tmp_path, people)
    with path.open() as stream:
        return [row[1:] for row in list(csv.reader(stream))[1:]], [truth[f"r{n}"] for n in range(len(truth))]


AMONG = {
    "nothing": lambda: NOBODY,
    "a given name": lambda: ["Pau", "", "", "", "", ""],
    "a telephone": lambda: ["", "", "", "", "600000417", ""],
    "noise": lambda: [noise() for _ in range(6)],
}


@pytest.mark.parametrize("nonsense", AMONG.values(), ids=AMONG)
def test_nonsense_among_people_joins_nobody(nonsense, tmp_path):
    rows, truth = town(tmp_path)
    found = resolve(rows + [nonsense() for _ in range(300)], tmp_path)
    assert isinstance(found, list) and max(map(max, found)) < len(rows)
    assert sum(truth[a] == truth[b] for a, b in found) >= 0.98 * len(found) >= 100


def test_one_row_many_times_among_people_is_refused_or_joins_only_itself(tmp_path):
    rows, _ = town(tmp_path)
    found = resolve(rows + [["a"] * 6] * 300, tmp_path)
    if isinstance(found, str):
        assert "are they all alike" in found
    else:
        assert all((a < len(rows)) == (b < len(rows)) for a, b in found)


def test_half_of_the_rows_twice_are_found_and_nobody_else(tmp_path):
    rows, truth = town(tmp_path)
    found = resolve(rows + rows, tmp_path)
    people = len(rows)
    assert isinstance(found, list)
    assert {(n, n + people) for n in range(people)} <= set(found)
    assert sum(truth[a % people] == truth[b % people] for a, b in found) >= 0.98 * len(found)


def test_a_column_of_one_letter_does_not_spoil_the_others(tmp_path):
    rows, truth = town(tmp_path)
    for row in rows:
        row[5] = "x"
    found = resolve(rows, tmp_path)
    assert sum(truth[a] == truth[b] for a, b in found) >= 0.98 * len(found) > 0
