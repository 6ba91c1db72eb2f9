"""Services and answers through the screens: who may, what is shown, what is kept, and what two do at once."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest

from conftest import _hired
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.knowledge import actions
from tracte.knowledge.answers.models import Answer, AnswerText
from tracte.knowledge.finding.models import MissedSearch, Synonym
from tracte.knowledge.models import Competence, Service
from tracte.knowledge.tests import town as towns
from tracte.knowledge.tests.town import AT

LATER = dt.date(2030, 1, 1)


@pytest.fixture
def town(administration):
    return towns.build()


@pytest.fixture
def nuria(administration):
    return _hired(administration, "Núria Vila", "editor")


@pytest.fixture
def editor(signed_in, nuria):
    return signed_in(nuria)


@pytest.fixture
def answer(town) -> Answer:
    return actions.write(
        title="Què faig si no hi ha llum al carrer?",
        body="Digues-nos el número del fanal.",
        owner=town.units["llums"],
        service=town.services["carrer.llum"],
        review_on=LATER,
        by=None,
        at=AT,
    )


def told(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


class Sent(HTMLParser):
    """What the form of a page would send as it stands: the last one of the page that is sent by POST."""

    form, name, text, is_post = {}, "", "", False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.is_post = given.get("method") == "post"
            self.form = {} if self.is_post else self.form
        if tag in ("select", "textarea"):
            self.name, self.text = given["name"], ""
        is_off = given.get("type") == "checkbox" and "checked" not in given
        if self.is_post and given.get("name") and tag == "input" and not is_off:
            self.form[given["name"]] = given.get("value", "")
        if tag == "option" and "selected" in given:
            self.form[self.name] = given["value"]

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.form[self.name] = self.text.removeprefix("\n")


def filled(client, address: str) -> dict[str, str]:
    reader = Sent()
    page = client.get(address).content.decode()
    reader.feed(page[page.index("<main") : page.index("</main")])
    return reader.form


def test_agents_read_and_do_not_edit(signed_in, agent, town, answer):
    client = signed_in(agent)
    service = town.services["carrer.llum"]
    page = told(client.get(f"/desk/services/{service.id}/"))
    assert "Enllumenat" in page and "Edita’l" not in page and "que és l’arrel" in page
    assert "Servei nou" not in told(client.get("/desk/services/"))
    assert "Tradueix-lo" not in told(client.get(f"/desk/answers/{answer.id}/"))
    refused = ("services/new/", f"services/{service.id}/edit/", "answers/new/", "answers/missed/", "answers/synonyms/")
    assert {client.get(f"/desk/{one}").status_code for one in refused} == {403}
    assert client.post(f"/desk/services/{service.id}/retire/", {"reason": "x"}).status_code == 403


def test_an_editor_writes_a_service_and_each_edit_is_told(editor, town):
    page = told(editor.get("/desk/services/new/?parent=carrer"))
    assert 'value="carrer."' in page
    sent = filled(editor, "/desk/services/new/?parent=carrer")
    sent |= {"key": "carrer.soroll", "names_ca": "Soroll al carrer", "names_es": "Ruido", "term_amount": "10"}
    assert "Un termini necessita" in told(editor.post("/desk/services/new/", sent))
    sent |= {"term_unit": "working_days", "keywords_ca": "xivarri, música", "channels": ["email", "calls"]}
    page = told(editor.post("/desk/services/new/?parent=carrer", sent, follow=True))
    assert "En 10 dies laborables com a molt." in page and "Correu, Telèfon." in page
    service = Service.objects.get(key="carrer.soroll")
    assert service.keywords == {"ca": ["xivarri", "música"]} and service.parent.key == "carrer"
    address = f"/desk/services/{service.id}/edit/"
    changed = filled(editor, address) | {"term_amount": "5", "names_oc": "Bruèch"}
    page = told(editor.post(address, changed, follow=True))
    assert "En 5 dies laborables" in page and "<del>10</del>" in page and "Núria Vila" in page
    assert "Ja hi ha un servei amb aquesta clau" in told(editor.post("/desk/services/new/", sent))


def test_two_who_edit_at_once_do_not_overwrite_each_other(editor, town):
    service = town.services["carrer.llum"]
    address = f"/desk/services/{service.id}/edit/"
    mine = filled(editor, address) | {"names_ca": "Llum"}
    actions.revise(service, term_amount=3, term_unit="months", by=None, at=now())
    page = told(editor.post(address, mine))
    assert "Algú l’ha canviat mentre l’editaves" in page and "3" in page and 'value="Llum"' in page
    assert Service.objects.get(id=service.id).name("ca") == "Enllumenat"
    assert Service.objects.get(id=service.id).term_amount == 3


def test_the_fields_of_the_form_are_checked_and_kept(editor, town):
    address = f"/desk/services/{town.services['carrer.llum'].id}/fields/"
    sent = filled(editor, address)
    sent |= {"f-0-key": "fanal", "f-0-kind": "text", "f-0-label_ca": "Número del fanal", "f-0-is_required": "on"}
    sent |= {"f-1-key": "que", "f-1-kind": "choice", "f-1-label_ca": "Què passa", "f-1-choices": "a = Apagat"}
    assert "necessita dues opcions diferents" in told(editor.post(address, sent))
    sent |= {"f-1-choices": "a = Apagat | Apagada | Apagat | Off\nb = Trencat"}
    page = told(editor.post(address, sent, follow=True))
    assert "Número del fanal" in page and "Obligatori" in page and "Apagat, Trencat" in page
    kept = Service.objects.get(key="carrer.llum").fields
    assert kept[0] == {"key": "fanal", "kind": "text", "labels": {"ca": "Número del fanal"}, "is_required": True}
    assert kept[1]["choices"][0]["labels"] == {"ca": "Apagat", "es": "Apagada", "oc": "Apagat", "en": "Off"}
    again = filled(editor, address)
    assert again["f-1-choices"].splitlines()[0] == "a = Apagat | Apagada | Apagat | Off"
    editor.post(address, again | {"f-0-key": ""})
    assert [field["key"] for field in Service.objects.get(key="carrer.llum").fields] == ["que"]


def test_a_rule_is_written_and_who_would_get_it_says_why(editor, town):
    service = town.services["carrer.llum"]
    address = f"/desk/services/{service.id}/rules/"
    assert "No hi ha cap unitat" in told(editor.post(address, {"unit": "res", "since": "2026-01-01"}))
    sent = {"unit": "llums", "territory": "baixcamp", "since": "2026-01-01"}
    assert "Val ara" in told(editor.post(address, sent, follow=True))
    assert Competence.objects.get().by.full_name == "Núria Vila"
    page = told(editor.get("/desk/services/who/?service=carrer.llum.fanal&territory=riudeclar&on=2026-02-01"))
    assert "Ho hereta de «Enllumenat»: Riudeclar és dins de Baixcamp, i allà se n’ocupa Llums." in page
    page = told(editor.get("/desk/services/who/?service=carrer.llum.fanal&on=2025-02-01"))
    assert "que és l’arrel" in page
    assert "No hi ha cap servei amb aquesta clau" in told(editor.get("/desk/services/who/?service=res"))


def test_a_service_retires_with_a_reason_and_comes_back(editor, town):
    service = town.services["carrer.llum"]
    address = f"/desk/services/{service.id}/retire/"
    assert "Escriu per què" in told(editor.post(address, {"reason": " "}, follow=True))
    page = told(editor.post(address, {"reason": "Ho porta el consell.", "replaced_by": "carrer"}, follow=True))
    assert "Ja no s’ofereix." in page and "Ho porta el consell." in page and "Ara és «Carrer»" in page
    assert "Ja no s’ofereix." not in told(editor.post(address, {"restore": "1"}, follow=True))


def test_search_finds_both_and_what_is_missed_is_told_to_editors(editor, town, answer):
    page = told(editor.get("/desk/services/?q=enllumenta"))
    assert "Enllumenat" in page and "Què faig si no hi ha llum" in page
    assert "No hem trobat res" in told(editor.get("/desk/answers/?q=piscina+12345678Z"))
    assert MissedSearch.objects.get().words == "piscina"
    page = told(editor.get("/desk/answers/missed/"))
    assert "piscina" in page and "/desk/answers/new/?title=piscina" in page
    assert 'value="piscina"' in told(editor.get("/desk/answers/new/?title=piscina"))
    page = told(
        editor.post("/desk/answers/synonyms/", {"language": "ca", "word": "Bombeta", "means": "fanal"}, follow=True)
    )
    assert "bombeta → fanal" in page
    assert "Fanal apagat" in told(editor.get("/desk/services/?q=bombeta"))
    page = told(editor.post(f"/desk/answers/synonyms/{Synonym.objects.get().id}/drop/", follow=True))
    assert "Encara no n’hi ha cap" in page and not Synonym.objects.exists()


def test_an_answer_is_written_translated_and_falls_behind(editor, town):
    new = filled(editor, "/desk/answers/new/")
    assert new["owner"] == "govern"
    sent = new | {"title": "On pago?", "body": "Al banc.\n\nO per internet.", "review_on": "2020-01-01"}
    page = told(editor.post("/desk/answers/new/", sent, follow=True))
    answer = Answer.objects.get()
    assert "<p>Al banc.</p>" in page and page.count("Tradueix-lo") == 3 and "S’ha de repassar" in page
    address = f"/desk/answers/{answer.id}/"
    assert "Al banc." in told(editor.get(f"{address}es/"))
    editor.post(f"{address}es/", {"title": "¿Dónde pago?", "body": "En el banco.", "seen": "0"})
    assert "Endarrerida" not in told(editor.get(address))
    editor.post(f"{address}ca/", {"title": "On pago?", "body": "Només per internet.", "seen": "1"})
    assert "Endarrerida" in told(editor.get(address))
    assert "On pago?" in told(editor.get("/desk/answers/?show=stale"))
    lost = told(editor.post(f"{address}ca/", {"title": "On?", "body": "El meu text.", "seen": "1"}))
    assert "Algú n’ha desat una altra versió" in lost and "El meu text." in lost and "Només per internet." in lost
    assert AnswerText.objects.filter(language="ca").count() == 2
    editor.post(f"{address}es/", {"title": "¿Dónde pago?", "body": "Sólo por internet.", "seen": "1"})
    assert "Endarrerida" not in told(editor.get(address))
    assert editor.get(f"{address}fr/").status_code == 404


def test_filters_tell_which_answers_need_care(editor, town, answer):
    today = now().date()
    actions.arrange(answer, review_on=today - dt.timedelta(9), expires_on=today, by=None, at=AT)
    assert "Què faig si" in told(editor.get("/desk/answers/?show=expired"))
    assert "Cap resposta amb aquest filtre" in told(editor.get("/desk/answers/?show=review"))
    assert "Cap resposta amb aquest filtre" in told(editor.get("/desk/answers/?show=mine"))
    page = told(editor.get(f"/desk/answers/{answer.id}/"))
    assert "no la donis per bona" in page
    assert "Caducada" in told(editor.get("/desk/answers/?q=llum"))
    edit = filled(editor, f"/desk/answers/{answer.id}/edit/")
    assert edit["expires_on"] == today.isoformat()  # a browser reads no other form
    assert "S’ha de repassar abans" in told(
        editor.post(f"/desk/answers/{answer.id}/edit/", edit | {"review_on": "2031-01-01", "expires_on": "2030-01-01"})
    )
    editor.post(
        f"/desk/answers/{answer.id}/edit/", edit | {"owner": "govern", "review_on": "2029-01-01", "expires_on": ""}
    )
    assert "Què faig si" in told(editor.get("/desk/answers/?show=mine"))
    page = told(editor.post(f"/desk/answers/{answer.id}/withdraw/", {"reason": "Repetida"}, follow=True))
    assert "Què faig si" not in page
    assert "Ja no es dona." in told(editor.get(f"/desk/answers/{answer.id}/"))


def test_long_lists_go_by_pages_and_lose_nobody(editor, administration):
    owner = Unit.objects.get(code="govern")
    for n in range(120):
        actions.add_service(key=f"s{n:03}", names={"ca": f"Servei {n}"}, by=None, at=AT)
        actions.write(title=f"Pregunta {n}?", body="Sí.", owner=owner, review_on=LATER, by=None, at=AT)
    for start, word in (("/desk/services/", "Servei"), ("/desk/answers/", "Pregunta")):
        seen, address = set(), start
        while address:
            page = told(editor.get(address))
            seen |= set(re.findall(rf"{word} \d+", page))
            more = re.search(r'href="(\?[^"]*after=[^"]*)">Mostra’n més', page)
            address = start + more[1].replace("&amp;", "&") if more else ""
        assert len(seen) == 120
    assert editor.get("/desk/answers/?after=rubbish~x").status_code == 200
    assert editor.get("/desk/services/?after=%00%27").status_code == 200


def test_a_confidential_service_says_so_to_those_who_may_not_see(signed_in, agent, town):
    service = town.services["carrer.llum"]
    actions.revise(service, is_confidential=True, readers=["llums"], by=None, at=AT)
    page = told(signed_in(agent).get(f"/desk/services/{service.id}/"))
    assert "És confidencial: només Llums." in page and "en veuràs l’estat i el termini" in page
