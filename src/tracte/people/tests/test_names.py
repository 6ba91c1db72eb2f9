import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracte.people import names


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Gabriel·la d’Íscar", "gabriella d iscar"),
        ("GABRIEŀLA", "gabriella"),
        ("  Núria   Ferrer-i-Güell ", "nuria ferrer i guell"),
        ("Peña", "pena"),
        ("François", "francois"),
        ("Mercè\x00Puig", "merce puig"),
        ("", ""),
        ("·", ""),
    ],
)
def test_writings_of_a_name_meet(written, expected):
    assert names.normalise(written) == expected


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Mercè", ("Mercè", "", "")),
        ("Mercè Puig", ("Mercè", "Puig", "")),
        ("Mercè Puig Soler", ("Mercè", "Puig", "Soler")),
        ("Puig Soler, Mercè", ("Mercè", "Puig", "Soler")),
        ("Mercè Puig i Soler", ("Mercè", "Puig", "i Soler")),
        ("Maria dels Àngels de la Torre Font", ("Maria dels Àngels", "de la Torre", "Font")),
        ("Josep Lluís Puig", ("Josep Lluís", "Puig", "")),
        ("Josep Lluís Puig Soler", ("Josep Lluís", "Puig", "Soler")),
        ("Maria Teresa", ("Maria Teresa", "", "")),
        ("Joan Carles Puig", ("Joan Carles", "Puig", "")),
        ("Fatima Zahra Amrani", ("Fatima Zahra", "Amrani", "")),
        ("Anna Ramon Puig", ("Anna", "Ramon", "Puig")),
        ("M. Rosa Puig", ("M. Rosa", "Puig", "")),
        ("Josep M. Puig", ("Josep M.", "Puig", "")),
        ("E. Merino", ("E.", "Merino", "")),
        ("D. Puig i Soler", ("D.", "Puig", "i Soler")),
        ("Ferrer-Vidal Soler, Anna", ("Anna", "Ferrer-Vidal", "Soler")),
        ("", ("", "", "")),
        ("417", ("", "", "")),
    ],
)
def test_a_whole_name_is_told_apart(full, parts):
    assert names.split(full) == parts


def test_a_surname_is_compared_without_its_particles():
    assert names.surname_key("i Ferrer") == names.surname_key("Ferrer") == names.surname_key("FÉRRER") == "ferrer"
    assert names.surname_key("de la Torre") == "torre"


def test_a_surname_that_is_all_particles_is_still_a_surname():
    """Else Santa and San would conflict with nobody."""
    assert names.surname_key("Santa") == "santa" != names.surname_key("San")


@given(st.text(max_size=60))
@example("İ")
@example("\ud800")
@settings(max_examples=400, deadline=None)
def test_any_text_has_one_stable_form(text):
    found = names.normalise(text)
    assert names.normalise(found) == found and found == found.strip()
    assert all(isinstance(part, str) for part in names.split(text))


@given(st.lists(st.sampled_from("Mercè Puig Soler Ferrer Torre Font Anna Joan de la i dels".split()), max_size=7))
def test_splitting_loses_no_word(words):
    whole = " ".join(words)
    assert " ".join(part for part in names.split(whole) if part) == whole
