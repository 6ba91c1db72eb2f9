"""The desk in a real browser: the whole walk with and without a script, and every page in every mode."""

from __future__ import annotations

import re
import uuid

import pytest

from tracte.core import tenancy
from tracte.desk.tests import cast
from tracte.desk.tests.walking import say_why, search, sign_in
from tracte.people import actions
from tracte.privacy.actions import install_purposes
from tracte.privacy.models import Read

pytestmark = pytest.mark.browser


@pytest.fixture
def merce(live, administration, agent, monkeypatch) -> uuid.UUID:
    """Everybody came in and was committed; Mercè also writes a lot."""
    with tenancy.acting_for(administration):
        install_purposes()
        person = cast.tell()
        telegram = cast.merce()["telegram"]
        for n in range(40):
            cast.say("telegram", telegram, 100 + 7 * n, f"Consulta {n} sobre els terminis.", id=f"often{n}")
        return person


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_an_agent_finds_a_person_merges_and_unmerges(browser, live, merce, administration, has_script):
    context = browser.new_context(base_url=live, locale="ca-ES", java_script_enabled=has_script)
    page = context.new_page()
    sign_in(page)
    search(page, "ferrer merc")
    assert page.locator("main .rows li").count() == 1
    page.click("text=Mercè Puig Ferrer")
    assert "Per què ho mires?" in page.inner_text("h1")
    say_why(page)
    assert page.inner_text("h1") == "Mercè Puig Ferrer"
    assert "Mires aquesta fitxa per contestar una consulta" in page.inner_text(".reason")
    read_the_timeline(page)
    see_the_document(page)
    page.goto(f"/desk/people/{merce}/")
    other = merge_the_other(page)
    split_it_again(page)
    context.close()
    with tenancy.acting_for(administration):
        assert actions.drift() == []
        assert set(Read.objects.values_list("subject", flat=True)) == {merce, other}


def read_the_timeline(page) -> None:
    contacts = page.locator(".timeline > li")
    assert contacts.count() == 30
    page.click("text=Mostra’n d’anteriors")
    page.locator("text=On s’inscriu un infant").wait_for()
    page.click("nav.filters >> text=Formularis")
    page.wait_for_url(re.compile("channel="))
    contacts.filter(has_text="Canvi d’adreça").wait_for()
    assert contacts.count() == 1
    page.click("nav.filters >> text=Bústia")
    contacts.filter(has_text="Resposta automàtica").first.wait_for()
    assert "Moltes gràcies" not in page.inner_text("#timeline")
    page.click("text=Llegeix-ho tot")
    page.locator("text=Moltes gràcies").wait_for()
    page.go_back()


def see_the_document(page) -> None:
    page.goto(page.url.split("?")[0].split("interactions")[0])
    assert cast.MERCE_DNI not in page.content()
    page.click("text=Mostra’l")
    page.locator(f"text={cast.MERCE_DNI}").wait_for()


def merge_the_other(page) -> uuid.UUID:
    page.click("text=Ajunta-la amb una altra")
    search(page, "merce puig")
    page.get_by_role("link", name="Merce Puig", exact=True).click()
    page.wait_for_load_state()
    other = uuid.UUID(page.url.rstrip("/").rsplit("/", 1)[1])
    assert "una fitxa i un contacte" in page.inner_text(".banner")
    page.fill("[name=reason]", "Ha dit per telèfon que ara té aquest número.")
    page.click("text=Ajunta-les")
    page.wait_for_load_state()
    assert "ara són una sola persona" in page.inner_text(".banner-ok")
    assert "Segueix Habitatge" in page.inner_text("#timeline")
    assert "ara té aquest número" in page.inner_text("[aria-labelledby=h-why]")
    return other


def split_it_again(page) -> None:
    page.click("text=Separa fitxes")
    page.check("li:has-text('Avisos') [name=record]")
    page.click("text=Mira què passarà")
    page.wait_for_load_state()
    assert "Se separa una fitxa" in page.inner_text(".banner")
    page.fill("[name=reason]", "Era una altra Mercè.")
    page.click("text=Separa-les")
    page.wait_for_load_state()
    assert "ara són dues persones" in page.inner_text(".banner-ok")
    assert "Segueix Habitatge" not in page.inner_text("#timeline")
    page.click("text=Mira l’altra persona")
    page.wait_for_load_state()
    assert page.inner_text("h1") == "Merce Puig"


def test_every_page_is_accessible_in_every_mode(look, merce, administration):
    page, at = look
    sign_in(page)
    at("search-empty")
    search(page, "zzzz")
    at("search-none")
    search(page, "puig")
    at("search-results")
    page.click("text=Mercè Puig Ferrer")
    at("purpose")
    say_why(page)
    at("person")
    page.click("text=Per tema, sentit o dates")
    page.click("text=Un altre valor")
    page.click("text=Mostra’l")
    page.locator(f"text={cast.MERCE_DNI}").wait_for()
    page.click("text=Llegeix-ho tot")
    page.locator("text=Moltes gràcies").wait_for()
    at("person-open")
    page.click("nav.filters >> text=Bústia")
    page.wait_for_url(re.compile("channel="))
    at("person-filtered")
    page.goto(f"/desk/people/{merce}/merge/")
    search(page, "puig")
    at("merge-choose")
    page.get_by_role("link", name="Merce Puig", exact=True).click()
    page.wait_for_load_state()
    at("merge")
    page.goto(f"/desk/people/{merce}/merge/{someone('marc vila', administration)}/")
    at("merge-refused")
    page.goto(f"/desk/people/{merce}/split/")
    page.check("li:has-text('Telegram') [name=record]")
    page.click("text=Mira què passarà")
    page.wait_for_load_state()
    at("split")
    page.goto(f"/desk/people/{someone('youssef', administration)}/")
    at("person-short")


def someone(query: str, administration: uuid.UUID) -> uuid.UUID:
    with tenancy.acting_for(administration):
        return cast.person(query)
