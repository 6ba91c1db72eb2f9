"""Finding people."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracte.desk.forms import seal, unseal
from tracte.desk.tests import cast
from tracte.people.appearance import Appearance, Identifier
from tracte.people.search import LIMIT, find
from tracte.people.spelling import mend, slips_of
from tracte.privacy.models import Read


def found(client, query: str) -> str:
    """The page of results, as a browser reaches it: a form is sent and the answer redirects."""
    response = client.post("/desk/people/", {"q": query}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "query",
    ["Mercè Puig Ferrer", "merce puig ferrer", "PUIG FERRER, MERCÈ", "ferr merc", "pui ferrer", "puig i ferrer"],
)
def test_a_name_in_any_order_without_accents_by_its_beginnings(desk, query):
    assert "Mercè Puig Ferrer" in found(desk, query)


@pytest.mark.parametrize(
    "query",
    [
        "600000417",
        "600 000 417",
        "+34 600 00 04 17",
        "0034600000417",
        "MERCE.PUIG@exemple.cat",
        "12345678-z",
        "12.345.678 Z",
    ],
)
def test_an_identifier_in_any_form(desk, merce, query):
    assert str(merce) in found(desk, query)


@pytest.mark.parametrize("query", ["cè", "uig", "me%ce", "p_ig", "zzzz", "puig zzzz"])
def test_what_is_not_the_beginning_of_a_word_finds_nobody(desk, query):
    page = found(desk, query)
    assert "Mercè Puig" not in page and "No tenim ningú" in page


@pytest.mark.parametrize("query", ["600 000 4", "12345678", "612345"])
def test_a_piece_of_a_number_is_no_name(desk, query):
    page = found(desk, query)
    assert "Mercè Puig" not in page and "Sembla un tros de número" in page


@pytest.mark.parametrize(
    "query", ["Mercè Piug Ferrer", "merce puig ferer", "mrece", "Merec Puigg", "ercè", "puig ferrre"]
)
def test_who_slips_on_a_letter_is_offered_what_it_resembles(desk, query):
    page = found(desk, query)
    assert "Mercè Puig" in page and "porten un nom que s’hi assembla" in page


def test_a_slip_is_mended_to_the_most_usual_name(administration):
    for n, name in enumerate(["Anna Mas", "Anna Mar", "Joan Mar", "Pere Marc"]):
        cast.say("formularis", Appearance(key=str(n), full_name=name), n + 1)
    assert mend(["mas", "mark"]) == ["mas", "mar"], "two are called Mar"
    assert mend(["ana"]) == ["ana"], "too short to be a slip"
    assert mend(["anan", "joam", "zzzzz"]) == ["anna", "joan", "zzzzz"]


@given(st.text(ascii_lowercase, min_size=1, max_size=7), st.data())
def test_all_slips_of_a_word_are_there(word, data):
    at, letter = data.draw(st.integers(0, len(word) - 1)), data.draw(st.sampled_from(ascii_lowercase))
    before, here, after = word[:at], word[at], word[at + 1 :]
    slips = [before + after, before + letter + after, before + letter + here + after]
    slips += [before + after[:1] + here + after[1:]]
    assert set(slips) - {word} <= slips_of(word)


def test_nothing_typed_and_too_little_typed_say_what_to_do(desk):
    assert "Escriu qui busques" in desk.get("/desk/people/").content.decode()
    assert "Escriu qui busques" in found(desk, "   ")
    assert "almenys dues lletres" in found(desk, "m")


def test_the_query_never_shows_in_an_address(desk, merce):
    response = desk.post("/desk/people/", {"q": cast.MERCE_DNI})
    assert cast.MERCE_DNI not in response["Location"]
    assert str(merce) in desk.get(response["Location"]).content.decode()
    assert unseal(seal("puig")) == "puig"
    assert unseal("x") == unseal("Ñ") == unseal(seal("puig")[:-8]) == ""
    assert "Escriu qui busques" in desk.get("/desk/people/?s=broken").content.decode()
    assert "Escriu qui busques" in desk.get("/desk/people/?q=puig").content.decode()


def test_results_show_little_and_write_no_read(desk, merce):
    page = found(desk, "puig ferrer")
    assert "••••678Z" in page and "••• 417" in page and "m•••@exemple.cat" in page
    assert not any(whole in page for whole in (cast.MERCE_DNI, "600000417", "600 00 04 17", cast.MERCE_MAIL, "1984"))
    assert "5 fitxes" in page and "Verificada" in page
    assert not Read.objects.exists()


def test_a_telephone_of_too_many_says_that_it_is_shared(desk, merce):
    for n in range(5):
        family = [Identifier("phone", "977 000 001")]
        cast.say("telefon", Appearance(full_name=f"{'ABCDE'[n]}nna Coll{'abcde'[n]}", identifiers=family), n + 1)
    page = found(desk, "977000001")
    assert "compartit per més de 3 persones" in page and page.count("/desk/people/01") == 5


def test_more_than_fit_says_so(desk, merce):
    for n in range(LIMIT + 1):
        cast.say(
            "telefon",
            Appearance(key=str(n), full_name=f"Remei Soler Zz{chr(97 + n // 26)}{chr(97 + n % 26)}"),
            1,
            id=f"many{n}",
        )
    page = found(desk, "remei")
    assert f"més de {LIMIT} persones" in page and page.count("Remei Soler") == LIMIT
    assert len(find("remei soler zzar").hits) == 1


def test_the_whole_word_comes_before_longer_ones(merce):
    for n, name in enumerate(["Puigdemont", "Puigcorbé", "Puig"]):
        cast.say("telefon", Appearance(key=f"p{n}", full_name=f"Zoè {name}"), 1, id=f"order{n}")
    assert [hit.name for hit in find("puig").hits][-2:] == ["Zoè Puigcorbé", "Zoè Puigdemont"]


@pytest.mark.parametrize(
    "query", ["\0", "'; DROP TABLE people_person; --", "🙂" * 300, "a" * 5000, "\ud800", "%s %(x)s {}"]
)
def test_hostile_queries_find_nobody(merce, query):
    assert find(query).hits == []


def test_people_of_another_administration_are_not_found(desk, merce, other_administration):
    from tracte.core import tenancy

    with tenancy.acting_for(other_administration):
        assert not find("puig").hits and not find(cast.MERCE_PHONE).hits
        cast.say("telefon", Appearance(full_name="Vicenta Forana"), 1)
    assert "No tenim ningú" in found(desk, "vicenta forana")
