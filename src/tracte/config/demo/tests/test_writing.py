"""Dirt comes at the rates that the module states."""

from random import Random

import pytest
from stdnum.es import dni, nie

from tracte.config.demo import writing
from tracte.config.demo.names import nicknames

N = 20_000


def share(results):
    results = list(results)
    return sum(results) / len(results)


def test_a_checked_document_is_never_wrong(everybody):
    rng = Random(1)
    for person in everybody:
        for module in (dni, nie):
            if module.is_valid(person.document):
                written = writing.document(person.document, rng, checked=True).replace(".", "")
                assert module.compact(written) == person.document


def test_mistyped_documents_mostly_betray_themselves(everybody):
    rng, number = Random(2), everybody[0].document
    written = [dni.compact(writing.document(number, rng, checked=False).replace(".", "")) for _ in range(N)]
    whole = [text for text in written if len(text) == 9]
    wrong = [text for text in whole if text != number]
    assert share(text != number for text in whole) == pytest.approx(writing.DOCUMENT_TYPO, abs=0.006)
    assert share(len(text) == 8 for text in written) == pytest.approx(writing.DOCUMENT_BARE, abs=0.006)
    assert share(not dni.is_valid(text) for text in wrong) == pytest.approx(writing.TYPO_LETTER_KEPT, abs=0.06)


def test_names_are_written_in_many_ways(everybody):
    rng = Random(3)
    josep = next(
        p for p in everybody if p.given in nicknames() and p.surname2 and not p.namesake and p.surname.isalpha()
    )
    written = [writing.name(josep, rng, two=1.0) for _ in range(N)]
    assert share(given == given.upper() for given, *_ in written) == pytest.approx(writing.UPPER, abs=0.01)
    called = {writing.unaccented(n).lower() for n in nicknames()[josep.given]}
    assert share(writing.unaccented(w[0]).lower() in called for w in written) == pytest.approx(
        writing.NICKNAME, abs=0.01
    )
    assert share(not w[2] for w in (writing.name(josep, rng, two=0.7) for _ in range(N))) == pytest.approx(
        0.3, abs=0.02
    )


def test_a_father_and_a_son_of_one_name_hardly_ever_leave_out_what_tells_them_apart(everybody):
    rng, namesake = Random(4), next(p for p in everybody if p.namesake and p.surname2)
    written = [writing.name(namesake, rng, two=0.0) for _ in range(N)]
    assert share(not w[2] for w in written) == pytest.approx(writing.AMBIGUOUS, abs=0.01)


def test_one_line_knows_the_comma_and_the_particle():
    parts = ("Mercè", "Puig", "Ferrer")
    assert writing.one_line(parts, 0.01) == "Puig Ferrer, Mercè"
    assert writing.one_line(parts, 0.99) == "Mercè Puig i Ferrer"
    assert writing.one_line(parts, 0.5) == "Mercè Puig Ferrer"
    assert writing.one_line(("Wei", "", ""), 0.01) == "Wei"


def test_a_typo_changes_the_word_but_not_its_first_letter():
    rng = Random(5)
    for _ in range(500):
        slipped = writing.typo("Fontanella", rng)
        assert slipped[0] == "F" and slipped != "Fontanella" and abs(len(slipped) - 10) <= 1


def test_e_mails_slip_at_the_stated_rate():
    rng = Random(6)
    typed = [writing.email("merce.puig@exemple.cat", rng).lower() for _ in range(N)]
    assert share(address != "merce.puig@exemple.cat" for address in typed) == pytest.approx(
        writing.EMAIL_TYPO, abs=0.004
    )
