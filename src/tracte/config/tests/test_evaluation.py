"""The figures are those of the definitions, and stand on what the database holds."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracte.channels.actions import open_account, receive_many
from tracte.channels.message import Message
from tracte.config.evaluation import evaluate, figures, strangers
from tracte.people.appearance import Appearance, Identifier

AT = dt.datetime(2026, 4, 1, 10, tzinfo=dt.UTC)
labelled = st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abcde")), max_size=25)


def naive(pairs: list[tuple]) -> dict[str, float]:
    """Straight from the definitions: every pair of records, then every record against all."""
    together = [(i, j) for j in range(len(pairs)) for i in range(j)]
    claimed = {(i, j) for i, j in together if pairs[i][0] == pairs[j][0]}
    real = {(i, j) for i, j in together if pairs[i][1] == pairs[j][1]}
    precision = len(claimed & real) / len(claimed) if claimed else 1.0
    recall = len(claimed & real) / len(real) if real else 1.0
    shares: tuple[list[float], list[float]] = ([], [])
    for one in pairs:
        for side in (0, 1):
            like_me = [other for other in pairs if other[side] == one[side]]
            shares[side].append(sum(other == one for other in like_me) / len(like_me))
    bcubed = [sum(side) / len(side) if side else 0.0 for side in shares]
    return {
        "false_pairs": len(claimed - real),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "bcubed_precision": bcubed[0],
        "bcubed_recall": bcubed[1],
        "bcubed_f1": 2 * bcubed[0] * bcubed[1] / sum(bcubed) if sum(bcubed) else 0.0,
    }


@given(labelled)
def test_the_figures_are_those_of_the_definitions(pairs):
    found = figures(pairs)
    for name, expected in naive(pairs).items():
        assert found[name] == pytest.approx(expected, abs=1e-6), name
    predicted = [person for person, _ in pairs]
    assert (found["persons"], found["true_persons"]) == (len(set(predicted)), len({true for _, true in pairs}))
    assert found["largest"] == max(map(predicted.count, predicted), default=0)


def test_bagga_and_baldwins_own_example():
    """Three persons with five, two and five records: to join the two with a five is a smaller error than both fives."""
    smaller = figures([(1, "a")] * 5 + [(2, "b")] * 2 + [(2, "c")] * 5)
    larger = figures([(1, "a")] * 5 + [(1, "c")] * 5 + [(2, "b")] * 2)
    assert smaller["bcubed_precision"] == pytest.approx(0.76, abs=0.005)
    assert larger["bcubed_precision"] == pytest.approx(0.58, abs=0.005)
    assert smaller["bcubed_recall"] == larger["bcubed_recall"] == 1.0


@pytest.mark.parametrize("pairs", [[], [(1, "a")], [(1, "a"), (2, "b")]])
def test_where_there_is_no_pair_none_is_wrong(pairs):
    found = figures(pairs)
    assert (found["precision"], found["recall"], found["f1"], found["false_pairs"]) == (1.0, 1.0, 1.0, 0)


def test_who_is_taken_for_somebody_else_is_told():
    """b comes third and is taken for a; c comes alone; a's fifth record is not new."""
    found = strangers([(1, "p", "a"), (2, "p", "a"), (3, "p", "b"), (4, "q", "c"), (5, "q", "a")])
    assert found == {"newcomers_wrongly_attached": round(1 / 3, 6), "largest_mixed": 3, "largest_false": 1}


def test_who_was_there_first_is_not_wrongly_attached():
    assert strangers([(1, "p", "a"), (2, "p", "b"), (3, "q", "b")])["newcomers_wrongly_attached"] == 0.5
    assert strangers([]) == {"newcomers_wrongly_attached": 0.0, "largest_mixed": 0, "largest_false": 0}


@pytest.fixture
def office(administration):
    return open_account(key="oficina", kind="visits", name="Oficina")


@pytest.fixture
def loaded(office):
    """Mercè came twice with one telephone, once without; Pere once, and once on the telephone of Mercè."""

    def visit(number: str, name: str, phone: str) -> Message:
        who = Appearance(full_name=name, identifiers=[Identifier("phone", phone)])
        return Message(number, AT, kind="visit", who=who)

    visits = [("1", "Mercè Puig", "600000417"), ("2", "Mercè Puig", "600000417"), ("3", "Mercè Puig", "600000418")]
    visits += [("4", "Pere Mas", "600000419"), ("5", "Mercè Puig", "600000417")]
    assert receive_many(office, [visit(*one) for one in visits]).new == 5


def truth_of(folder: Path, *lines: tuple[str, ...], head: tuple[str, ...] = ("channel", "external_id", "person")):
    path = folder / "truth.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *lines])
    return path


def test_what_the_database_holds_is_measured_against_the_file(administration, loaded, tmp_path):
    people = {"1": "mercè", "2": "mercè", "3": "mercè", "4": "pere"}
    found = evaluate(administration, truth_of(tmp_path, *[("oficina", *one) for one in people.items()]))
    assert (found["records"], found["persons"], found["true_persons"]) == (3, 3, 2)
    assert (found["precision"], found["recall"], found["false_pairs"]) == (1.0, 0.0, 0)


def test_a_record_that_holds_two_true_persons_is_an_error(administration, loaded, tmp_path):
    people = {"1": "mercè", "2": "mercè", "5": "pere", "desconegut": "pere"}
    found = evaluate(administration, truth_of(tmp_path, *[("oficina", *one) for one in people.items()]))
    assert (found["records"], found["false_pairs"], found["precision"], found["largest"]) == (1, 1, 0.0, 2)


def test_a_very_long_id_is_found_again(administration, office, tmp_path):
    who = Appearance(full_name="Mercè Puig", identifiers=[Identifier("phone", "600000417")])
    receive_many(office, [Message("x" * 5000, AT, who=who)])
    assert evaluate(administration, truth_of(tmp_path, ("oficina", "x" * 5000, "1")))["records"] == 1


@pytest.mark.parametrize(
    ("head", "line", "problem"),
    [
        (("channel", "external_id", "person"), ("fax", "1", "1"), "channel 'fax' is not an account here.*oficina"),
        (("channel", "external_id", "person"), ("oficina", "99", "1"), "none of its interactions is in this"),
        (("channel", "id", "person"), ("oficina", "1", "1"), "column external_id is missing"),
    ],
)
def test_a_file_of_something_else_is_explained(administration, loaded, tmp_path, head, line, problem):
    with pytest.raises(ValueError, match=problem) as caught:
        evaluate(administration, truth_of(tmp_path, line, head=head))
    assert "truth.csv" in str(caught.value) and "\n" not in str(caught.value)


def test_one_administration_is_not_measured_with_anothers(administration, other_administration, loaded, tmp_path):
    with pytest.raises(ValueError, match="is not an account here"):
        evaluate(other_administration, truth_of(tmp_path, ("oficina", "1", "mercè")))
