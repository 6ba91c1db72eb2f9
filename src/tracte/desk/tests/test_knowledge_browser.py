"""Services and answers in a real browser: an editor's walk with and without a script, and every page in every mode."""

from __future__ import annotations

import uuid
from functools import partial

import pytest

from conftest import _hired
from tracte.core import tenancy
from tracte.core.actions import add_unit
from tracte.core.clock import now
from tracte.desk.tests.walking import sign_in
from tracte.knowledge import actions
from tracte.knowledge.answers.models import Answer
from tracte.knowledge.models import Competence, Service
from tracte.knowledge.tests.town import AT, LONG_AGO
from tracte.vocabularies.models import Concept, Scheme

pytestmark = pytest.mark.browser
LONG = "Recollida de mobles, trastos vells i electrodomèstics de la gent gran que no els pot baixar sola al carrer " * 3

CHOICES = [{"value": value, "labels": {"ca": value}} for value in ("Apagat", "Trencat")]
LAMP = {
    "descriptions": {"ca": "Un fanal que no s’encén o fa pampallugues."},
    "citizen_texts": {"ca": "Digues-nos el número.\n\nSi hi ha cables a la vista, truca al 112."},
    "scripts": {"ca": "Pregunta si n’hi ha més d’un."},
    "fields": [
        {"key": "fanal", "kind": "text", "labels": {"ca": "Número del fanal"}, "is_required": True},
        {"key": "que", "kind": "choice", "labels": {"ca": "Què hi passa"}, "choices": CHOICES},
        {"key": "brigada", "kind": "text", "labels": {"ca": "Brigada"}, "for_agents": True},
    ],
    "similar_metres": 50,
    "similar_hours": 72,
    "claim_days": 60,
}


@pytest.fixture
def known(live, administration, supervisor) -> dict[str, uuid.UUID]:
    """Services and answers of every state, committed. Aina supervises, so she edits."""
    with tenancy.acting_for(administration):
        unit = add_unit(code="via-publica", name="Via Pública", since=LONG_AGO)
        found = _services(unit, supervisor)
        answer = _answer(unit, found["lamp"], "Hi ha un fanal apagat al meu carrer", "2030-01-01")
        actions.rewrite(answer, "es", title="Una farola apagada", body="Dinos dónde.", seen=0, by=supervisor, at=AT)
        actions.rewrite(answer, "ca", title="Hi ha un fanal apagat", body="Digues on.", seen=1, by=supervisor, at=AT)
        expired = _answer(unit, None, "Quan obren les piscines?", "2020-01-01", expires_on="2020-02-01")
        _answer(unit, None, LONG[:290], "2021-01-01")
        actions.miss("piscina coberta", "ca", at=now())
        actions.add_synonym("ca", "farola", "fanal", by=supervisor, at=AT)
        return {name: one.id for name, one in {**found, "answer": answer, "expired": expired}.items()}


def _services(unit, supervisor) -> dict[str, Service]:
    add = partial(actions.add_service, by=None, at=AT)
    scheme = Scheme.objects.create(key="territories", labels={"ca": "Territoris"})
    aran = Concept.objects.create(scheme=scheme, code="aran", kind="comarca", labels={"ca": "Aran"})
    names = {"ca": "Carrer i veïnat", "es": "Calle", "oc": "Carrèr", "en": "Streets"}
    term = {"term_amount": 10, "term_unit": "working_days", "channels": ["email", "telegram"]}
    street = add(key="carrer", names=names, **term)
    lamp = add(key="carrer.enllumenat", parent="carrer", names={"ca": "Fanal apagat o trencat"}, **LAMP)
    actions.assign(lamp, unit, since=LONG_AGO, by=supervisor, at=AT)
    actions.assign(lamp, None, territory=aran, since=LONG_AGO, by=supervisor, at=AT)
    long = add(key="carrer.mobles", parent="carrer", names={"ca": LONG})
    actions.revise(long, is_confidential=True, readers=["via-publica"], by=supervisor, at=AT)
    gone = add(key="carrer.cabines", parent="carrer", names={"ca": "Cabines"})
    actions.retire(gone, reason="Ja no n’hi ha.", replaced_by=street, by=supervisor, at=AT)
    return {"lamp": lamp, "long": long, "gone": gone}


def _answer(unit, service, title: str, review_on: str, **more) -> Answer:
    facts = {"owner": unit, "service": service, "review_on": review_on, **more}
    return actions.write(title=title, body="Digues-nos on és.\n\nHo mirem en tres dies.", by=None, at=AT, **facts)


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_an_editor_writes_a_service_its_rule_and_an_answer(browser, live, administration, known, has_script):
    with tenancy.acting_for(administration):
        _hired(administration, "Laia Vila", "editor")
    context = browser.new_context(base_url=live, locale="ca-ES", java_script_enabled=has_script)
    page = context.new_page()
    page.goto("/desk/services/")
    page.fill("[name=login]", "laia@exemple.cat")
    page.fill("[name=password]", "contrasenya-de-prova")
    page.click("main form button.button-main")
    page.wait_for_url("**/desk/services/")
    page.click("text=Servei nou")
    page.fill("[name=key]", "carrer.soroll")
    page.fill("[name=parent]", "carrer")
    page.fill("[name=names_ca]", "Soroll al carrer")
    page.click("text=Desa el contracte")
    page.wait_for_load_state()
    assert "En 10 dies laborables com a molt." in page.inner_text("main")
    page.click("main >> text=Competència")
    page.fill("[name=unit]", "via-publica")
    page.click("text=Desa la norma")  # from today on, as the form proposes
    page.locator("text=Val ara").wait_for()
    page.click("text=Qui ho rebria?")
    page.click("text=Mira-ho")
    page.wait_for_load_state()
    assert "De «Soroll al carrer» se n’ocupa Via Pública a tot arreu." in page.inner_text("main")
    page.goto("/desk/answers/missed/")
    page.click("text=Escriu la resposta")
    page.fill("[name=body]", "Sí, tot l’any.")
    page.fill("[name=review_on]", "2030-01-01")
    page.click("text=Desa-la")
    page.wait_for_load_state()
    page.goto("/desk/answers/?q=psicina coberta")
    assert page.locator("main .rows li").first.inner_text().startswith("piscina coberta")
    context.close()
    with tenancy.acting_for(administration):
        service = Service.objects.get(key="carrer.soroll")
        assert Competence.objects.get(service=service).by.full_name == "Laia Vila"


def test_every_page_is_accessible_in_every_mode(look, known):
    page, at = look
    sign_in(page, "aina@exemple.cat")
    lamp, answer = f"/desk/services/{known['lamp']}/", f"/desk/answers/{known['answer']}/"
    for name, address in {
        "services": "/desk/services/?retired=1",
        "services-found": "/desk/services/?q=fanal",
        "services-missed": "/desk/services/?q=xyzzyx",
        "service": lamp,
        "service-long": f"/desk/services/{known['long']}/",
        "service-retired": f"/desk/services/{known['gone']}/",
        "service-edit": f"{lamp}edit/",
        "service-fields": f"{lamp}fields/",
        "service-rules": f"{lamp}rules/",
        "who": "/desk/services/who/?service=carrer.enllumenat&territory=aran",
        "who-wrong": "/desk/services/who/?service=res",
        "answers": "/desk/answers/",
        "answers-none": "/desk/answers/?show=mine",
        "answer": answer,
        "answer-expired": f"/desk/answers/{known['expired']}/",
        "answer-edit": f"{answer}edit/",
        "answer-text": f"{answer}es/",
        "missed": "/desk/answers/missed/",
        "synonyms": "/desk/answers/synonyms/",
    }.items():
        page.goto(address)
        if page.locator("main details").count() and name in ("service", "answer-text"):
            page.locator("main details summary").first.click()
        at(name)


def test_nothing_yet_and_not_allowed(look, live, administration, agent):
    page, at = look
    sign_in(page)
    for name, address in {
        "services-empty": "/desk/services/",
        "answers-empty": "/desk/answers/",
        "services-not-allowed": "/desk/services/new/",
    }.items():
        page.goto(address)
        if name != "services-not-allowed":
            at(name)
    assert "Això no ho pots obrir" in page.inner_text("h1")
