"""What is suggested, in a real browser: answers follow what is typed and go into the draft; pages in every mode."""

from __future__ import annotations

import datetime as dt

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.tests.walking import sign_in
from tracte.inbox.actions.templating import set_template
from tracte.inbox.models import Draft, Template
from tracte.inbox.suggesting import training
from tracte.inbox.tests import cast, history
from tracte.knowledge import actions as knowledge
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "La salutació més llarga que mai s’hagi escrit en cap administració del món sencer, i encara una mica més"


@pytest.fixture
def desk(administration, agent, supervisor, tmp_path):
    """Answers, one of them expired, a template, and Mercè who asks what one of them answers."""
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        history.topics(tmp_path)
        facts = {"owner": Unit.objects.get(code="govern"), "by": None, "at": now()}
        for title, days in (("Quina fiança es paga pel lloguer?", 90), ("Fiança del lloguer fins al 2020", -9)):
            day = now().date() + dt.timedelta(days=days)
            knowledge.write(title=title, body="Hola, {nom}: una.", review_on=day, expires_on=day, **facts)
        set_template("rebut", names={"ca": LONG[:100]}, texts={"ca": "Rebut, {nom}."}, by=None, at=now())
        text = "Quina fiança demana el propietari pel lloguer del pis?"
        [one] = cast.write("bustia", cast.message(cast.merce(), text, subject="El lloguer", hours=2))
        return one


def learn(administration) -> None:
    with tenancy.acting_for(administration):
        history.write(240)
        training.train(at=now())


def test_an_answer_goes_into_the_draft_with_what_was_typed(live, page, desk, administration):
    sign_in(page)
    page.goto(f"/desk/inbox/{desk.id}/")
    page.locator("#ajuda", has_text="Caducada").wait_for()
    page.fill("#resposta", "Bon dia.")
    page.locator("#ajuda").get_by_role("button", name="Fes-la servir").first.click()
    page.wait_for_load_state()
    assert page.input_value("#resposta") == "Bon dia.\n\nHola, Mercè Puig Ferrer: una."
    with tenancy.acting_for(administration):
        assert Draft.objects.get().text.startswith("Bon dia.")


def test_without_a_script_it_is_a_link_and_a_form(live, browser, desk):
    context = browser.new_context(base_url=live, locale="ca-ES", java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(f"/desk/inbox/{desk.id}/")
    page.get_by_role("link", name="Mostra respostes i plantilles").click()
    page.get_by_role("button", name="Fes-la servir").first.click()
    assert page.input_value("#resposta") == "Hola, Mercè Puig Ferrer: una."
    context.close()


def test_every_page_in_every_mode(look, desk, administration):
    page, at = look
    sign_in(page, "aina@exemple.cat")
    page.goto("/desk/topics-model/")
    at("topics-model-empty")
    learn(administration)
    page.goto("/desk/topics-model/")
    page.get_by_text("Qui digués sempre").wait_for()
    at("topics-model")
    page.goto(f"/desk/inbox/{desk.id}/?view=team")
    page.locator("#ajuda", has_text="Caducada").wait_for()
    page.get_by_text("Sembla: Habitatge").wait_for()
    page.locator("#ajuda summary").click()
    page.locator("#tema summary").click()
    at("inbox-suggested")
    with tenancy.acting_for(administration):
        kept = Template.objects.get().id
    for name, address in {"templates": "", "template-new": "new/", "template": f"{kept}/"}.items():
        page.goto(f"/desk/templates/{address}")
        at(name)
    page.fill("[name=text_es]", "Hola, {nombre}")
    page.get_by_role("button", name="Desa la plantilla").click()
    page.get_by_text("«nombre», que no existeix").wait_for()
    at("template-refused")
