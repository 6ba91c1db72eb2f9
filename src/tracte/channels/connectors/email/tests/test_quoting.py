import pytest

from tracte.channels.connectors.email.quoting import split
from tracte.channels.connectors.email.text import from_html

NEW = "Bon dia,\n\nja us he enviat el certificat."
OLD = "> Hola Mercè,\n> us falta un document.\n> --\n> Atenció ciutadana\n"
BARE = "Hola Mercè,\nus falta un document.\n"

ATTRIBUTIONS = [
    "El dl., 28 de set. 2026 a les 9:12, Atenció <atencio@vic.example> va escriure:",
    "El dl., 28 de set. 2026 a les 9:12, Atenció Ciutadana de l'Ajuntament\n<atencio@vic.example> va escriure:",
    "Missatge de Atenció <atencio@vic.example> del dia dl., 28 de set. 2026 a les\n9:12:",
    "El 28/9/26 a les 9:12, Atenció ha escrit:",
    "A 28/09/2026 09:12, Atenció escrigué:",
    "El lun, 28 sept 2026 a las 9:12, Atención (<atencio@vic.example>) escribió:",
    "El 28-09-2026 9:12, Atención escribió:",
    "Lo dil. 28 de set. de 2026 a 9:12, Atencion <atencio@vic.example> a escrich :",
    "Le lun. 28 sept. 2026 à 09:12, Accueil <atencio@vic.example> a écrit :",
    "On Mon, 28 Sep 2026 at 09:12, Care <atencio@vic.example> wrote:",
    "On Sep 28, 2026, at 9:12 AM, Care <atencio@vic.example>\nwrote:",
    "Em seg., 28 de set. de 2026 às 09:12, Atenção <atencio@vic.example> escreveu:",
    "Am 28.09.26 um 09:12 schrieb Amt:",
]
BLOCKS = [
    "De: Atenció <a@vic.example>\nEnviat: dilluns, 28 de setembre de 2026 9:12\nPer a: Mercè Puig\nAssumpte: Beca",
    "De: Atenció\nEnviat el: dilluns, 28 de setembre de 2026 9:12\nPer a: Mercè Puig\nTema: Beca",
    "____________________________\nDe: Atenció <a@vic.example>\nData: 28/9/2026\nA: Mercè <m@x.cat>\nAssumpte: Beca",
    "De: Atención\nEnviado el: lunes, 28 de septiembre de 2026 9:12\nPara: Mercè\nCC: Aina\nAsunto: Beca",
    "De : Accueil\nEnvoyé : lundi 28 septembre 2026 09:12\nÀ : Mercè\nObjet : Bourse",
    "De : Atencion\nMandat : diluns 28 de setembre de 2026\nPer : Mercè\nSubjècte : Borsa",
    "*From:* Care <a@vic.example>\n*Sent:* Monday, September 28, 2026 9:12 AM\n*To:* Mercè\n*Subject:* Grant",
    "-----Missatge original-----\nDe: Atenció [mailto:a@vic.example]",
    "-----Mensaje original-----\nDe: Atención",
    "-----Original Message-----\nFrom: Care",
    "-----Messatge original-----\nDe : Atencion",
    "-----Message d'origine-----\nDe : Accueil",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_what_an_attribution_and_its_marks_quote_is_not_new(attribution):
    assert split(f"{NEW}\n\n{attribution}\n\n{OLD}") == (NEW, True)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_is_enough_when_the_program_does_not_mark_lines(attribution):
    assert split(f"{NEW}\n\n{attribution}\n\n{BARE}") == (NEW, True)


@pytest.mark.parametrize("block", BLOCKS)
def test_below_a_block_of_headers_nothing_is_new(block):
    assert split(f"{NEW}\n\n{block}\n\n{BARE}") == (NEW, True)


def test_an_answer_below_the_quoted_text_is_new():
    assert split(f"{ATTRIBUTIONS[0]}\n{OLD}\n{NEW}\n") == (NEW, True)


def test_answers_between_quoted_lines_all_stay():
    text = f"{ATTRIBUTIONS[0]}\n> Teniu DNI?\nSí, el tinc.\n> I padró?\nTambé.\n"
    assert split(text) == ("Sí, el tinc.\nTambé.", True)


def test_an_attribution_in_an_unknown_language_goes_with_what_it_quotes():
    assert split(f"{NEW}\n28.09.2026, 9:12, Atenció <a@vic.example> pisze:\n{OLD}") == (NEW, True)


@pytest.mark.parametrize(
    "text",
    [
        "Bon dia,\n\nEl document que vaig portar el 28 de setembre no hi és.\nDieu-me què ha passat:\nno ho entenc.",
        "Voldria cobrar el viatge:\nDe: Girona\nA: Vic\nData: 28/9/2026\nGràcies",
        "On és l'oficina?\nEl meu fill va escriure: no ho sap.",
        "Data: 28/9\nHora: 9:12\nLloc: Vic",
        "El 28/9/2026 us vaig trucar i la noia em va dir: torneu demà.",
    ],
)
def test_ordinary_text_is_all_new(text):
    assert split(text) == (text, False)


def test_what_somebody_forwards_is_new_to_us():
    text = f"Us ho reenvio.\n\n---------- Missatge reenviat ---------\n{BLOCKS[0]}\n\nPagueu aquí.\n"
    assert split(text) == (text.strip(), False)


def test_a_mail_that_only_quotes_keeps_its_text():
    assert split(f"{BLOCKS[0]}\n\n{BARE}")[0].startswith("De: Atenció")


def test_html_quotes_become_marks():
    html = "<p>Bon dia,</p><p>ja us he enviat el certificat.</p><div>El 28/9/26, X ha escrit:</div>"
    html += "<blockquote>a<br>b</blockquote>"
    assert from_html(html).endswith("El 28/9/26, X ha escrit:\n> a\n> b")
    assert split(from_html(html)) == (NEW, True)


def test_html_of_outlook_is_cut_at_its_block():
    html = (
        "<div class=WordSection1><p class=MsoNormal>Bon dia,<o:p></o:p></p><p class=MsoNormal>&nbsp;</p>"
        "<p class=MsoNormal>ja us he enviat el certificat.</p><div style='border-top:solid'><p class=MsoNormal>"
        "<b>De:</b> Atenci&oacute; &lt;a@vic.example&gt;<br><b>Enviat:</b> dilluns, 28 de setembre de 2026 9:12<br>"
        "<b>Per a:</b> M<br><b>Assumpte:</b> Beca</p></div><p class=MsoNormal>Us falta un document.</p></div>"
    )
    assert split(from_html(html)) == (NEW, True)


def test_scripts_styles_and_comments_are_not_text():
    html = "<style>p{color:red}</style><script>alert(1)</script><!-- no -->"
    html += "<p>S&iacute; &lt;b&gt;</p><ul><li>un<li>dos</ul>"
    assert from_html(html) == "Sí <b>\n\n- un\n- dos"


def test_deep_html_takes_a_moment_not_an_age():
    assert from_html("<div>" * 100_000 + "<script>x</script>hola") == "hola"
