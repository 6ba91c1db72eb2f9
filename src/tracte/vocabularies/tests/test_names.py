import pytest

from tracte.vocabularies.names import key, natural


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Montmell, El", "el Montmell"),
        ("Ametlla del Vallès, l'", "l'Ametlla del Vallès"),
        ("Ametlla del Vallès, L’", "l'Ametlla del Vallès"),
        ("Cabanyes, Les ", "les Cabanyes"),
        ("Bòrdes, Es", "Es Bòrdes"),
        ("Cruïlles, Monells i Sant Sadurní de l'Heura", "Cruïlles, Monells i Sant Sadurní de l'Heura"),
        ("Castell d'Aro, Platja d'Aro i s'Agaró", "Castell d'Aro, Platja d'Aro i s'Agaró"),
        (" Vic ", "Vic"),
        (", El", ", El"),
    ],
)
def test_the_article_after_the_comma_comes_to_the_front(written, shown):
    assert natural(written) == shown


@pytest.mark.parametrize(
    "written", ["Montmell, El", "el Montmell", "El Montmell", "EL MONTMELL", "Montmell", "montmell, el"]
)
def test_all_writings_of_a_name_share_one_key(written):
    assert key(written) == "montmell"


def test_accents_punctuation_and_the_middle_dot_do_not_matter():
    assert key("L'Hospitalet  de Llobregat") == key("hospitalet de llobregat") == key("Hospitalet de Llobregat, L’")
    assert key("Vilal·la") == key("VILALLA")
    assert key("habitatge.ajut-lloguer") == "habitatge ajut lloguer"


def test_a_code_that_lost_its_zeros_is_the_same_code():
    assert key("08019") == key("8019")
    assert key("0") == "0"


def test_different_names_stay_different():
    assert key("Les") == "les"
    assert key("Sant Pol") != key("Santpol")
    assert key("c43") != key("43")
    assert key("中文") and key("中文") != key("العربية")
    assert key(" – ") == ""
