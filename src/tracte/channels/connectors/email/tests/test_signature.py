import pytest

from tracte.channels.connectors.email.signature import find, full_name, telephones

TEXT = "Bon dia,\n\nem podeu dir l'horari de l'oficina de Vic?\n\n"


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nMercè Puig\nTel. 600 000 000",
        "Enviat des del meu iPhone",
        "Enviado desde mi iPhone",
        "Sent from my iPhone",
        "Obteniu l'Outlook per a Android",
        "Gràcies,\nMercè",
        "Moltes gràcies per endavant,\nMercè Puig",
        "Salutacions cordials,\n\nMercè Puig Soler\nDNI 00000000T",
        "Atentament,\nMercè Puig",
        "Cordialment",
        "Un saludo,\nMercè",
        "Coralament,\nMercè",
        "Cordialement,\nMercè Puig",
        "Kind regards,\nMerce",
        "Mercè Puig Soler\nCarrer Major, 3\n08500 Vic\n600 000 000",
        "________\nMercè Puig\nAssociació de Veïns",
    ],
)
def test_the_signature_ends_the_text(signature):
    assert find(TEXT + signature, "Mercè Puig") == signature


def test_the_name_is_recognised_without_its_accents():
    assert find(TEXT + "MERCE PUIG\n600 000 000", "Mercè Puig") == "MERCE PUIG\n600 000 000"


def test_the_address_stands_for_a_name_that_is_missing():
    assert find(TEXT + "Mercè P.", "", "merce@exemple.cat") == "Mercè P."


@pytest.mark.parametrize(
    "text",
    [
        "Em dic Mercè",
        "Mercè Puig",
        "Bon dia,\n\nem dic Mercè i visc a Vic.",
        "Bon dia,\n\nsoc la Mercè. Qui em pot atendre?\n\nQuin és l'horari de la Mercè?",
        "Bon dia,\n\nllista de documents:\n- DNI\n- padró",
        "Gràcies per la resposta, però el document no hi és.\nEl podeu tornar a enviar?",
    ],
)
def test_ordinary_text_has_no_signature(text):
    assert find(text, "Mercè Puig") == ""


def test_a_long_tail_is_text_and_not_a_signature():
    text = TEXT + "--\n" + "una altra línia del text\n" * 30
    assert find(text, "Mercè Puig") == ""


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("-- \nMercè Puig\nTel. 600 000 417", ["600 000 417"]),
        ("--\n+34 600.000.417 · (93) 555 01 23", ["+34 600.000.417", "(93) 555 01 23"]),
        ("--\nCarrer Major 12, 08001 Barcelona, 2026", []),
        ("--\nDNI 12345678Z", []),
        ("--\n600000417\n600000418\n600000419", []),
        ("", []),
    ],
)
def test_the_telephone_of_a_signature(written, found):
    assert telephones(written) == found


@pytest.mark.parametrize(
    ("written", "name", "address", "told"),
    [
        ("-- \nJhon Chávez Villacís\nTel. 600 948 217", "", "jchavez00@exemple.org", "Jhon Chávez Villacís"),
        ("-- \nJoan Salom Riba", "J. Salom", "salom.j@exemple.cat", "Joan Salom Riba"),
        ("Salutacions,\nMercè Puig i Ferrer", "Mercè", "m@exemple.cat", "Mercè Puig i Ferrer"),
        ("-- \nMercè Puig Ferrer", "Puig, Mercè", "m@exemple.cat", "Mercè Puig Ferrer"),
        ("-- \nAna\nAna Maria de la Torre", "ana", "ana@exemple.cat", "Ana Maria de la Torre"),
        ("-- \nMercè Puig", "Mercè Puig Ferrer", "m@exemple.cat", "Mercè Puig Ferrer"),
        ("-- \nMarta Puig Ferrer", "Mercè", "familia.puig@exemple.cat", "Mercè"),
        ("-- \nFatima El Amrani", "", "biblioteca@exemple.cat", ""),
        ("-- \nCarrer Major, 3", "", "major@exemple.cat", ""),
        ("Enviat des del meu iPhone", "", "iphone@exemple.cat", ""),
        ("", "Mercè", "m@exemple.cat", "Mercè"),
    ],
)
def test_a_signature_tells_the_whole_name_of_the_sender_and_nobody_elses(written, name, address, told):
    assert full_name(written, name, address) == told


def test_a_signature_made_to_be_slow_is_read_at_once():
    assert full_name("Aa " * 100_000, "", "aa@exemple.cat") == ""
