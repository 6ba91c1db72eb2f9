"""The inbox in a real browser: by keyboard, two agents at once behind the real server, every page in every mode."""

from __future__ import annotations

import pytest
from django.test import Client

from tracte.channels.models import Dispatch
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk.tests.serving import served
from tracte.desk.tests.walking import sign_in
from tracte.inbox.actions import handling
from tracte.inbox.actions.answering import note
from tracte.inbox.models import Conversation, Note
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance, Identifier
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Bon dia. " + "Fa molt de temps que espero i ningú no em diu res. " * 40


@pytest.fixture
def tray(administration, agent, supervisor):
    """Mercè by mail and by Telegram, Anna with a very long text, and somebody who did not say who they are."""
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        write("bustia", message(cast.merce(), "Em falta un document?", id="a@exemple.org", hours=60))
        write("bustia", message(cast.anna(), LONG, subject="Espera " * 30, hours=1))
        write("telegram", message(cast.on_telegram(), "Hola, com va?", subject="", id="417:5", hours=2))
        write("formularis", message(None, "Anònim", subject="", hours=3))
        first = Conversation.objects.order_by("opened_at").first()
        note(first, by=supervisor, at=now(), text="@jordi mira-t’ho")
        handling.assign(first, by=supervisor, at=now(), agent=agent)
        return first


def test_everything_by_keyboard(live, page, tray, administration):
    sign_in(page)
    page.goto("/desk/inbox/?view=free")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/desk/inbox/*/**")
    page.keyboard.press("a")
    page.get_by_text("se la queda").wait_for()
    page.keyboard.press("r")
    page.keyboard.type("Bon dia, ja hi som.")
    page.locator("#desat", has_text="Desat").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("espera per sortir").wait_for()
    page.keyboard.press("n")
    page.keyboard.press("Tab")
    page.fill("#nota", "Fet")
    page.get_by_role("button", name="Desa la nota").click()
    page.get_by_text("només ho veu l’equip").wait_for()
    with tenancy.acting_for(administration):
        assert Dispatch.objects.get().text == "Bon dia, ja hi som." and Note.objects.filter(text="Fet").exists()


def test_two_agents_see_each_other_and_nobodys_text_is_lost(
    browser, tray, administration, signed_in, agent, supervisor
):
    with served() as address:
        jordi, aina = (enter(browser, address, administration, who) for who in (agent, supervisor))
        for one in (jordi, aina):
            one.goto(f"/desk/inbox/{tray.id}/?view=team")
        jordi.locator("#qui-hi-es", has_text="Aina Soler hi és").wait_for()
        aina.fill("#resposta", "Hola de l’Aina")
        jordi.locator("#qui-hi-es", has_text="Aina Soler hi escriu").wait_for()
        jordi.fill("#resposta", "Hola del Jordi")
        jordi.get_by_role("button", name="Envia i espera").click()
        aina.locator("#fil", has_text="Hola del Jordi").wait_for()
        assert aina.input_value("#resposta") == "Hola de l’Aina"
        aina.get_by_role("button", name="Envia i espera").click()
        aina.get_by_role("alert").get_by_text("hi ha contestat algú altre").wait_for()
        assert aina.input_value("#resposta") == "Hola de l’Aina"
        aina.get_by_role("button", name="Envia i espera").click()
        jordi.locator("#fil", has_text="Hola de l’Aina").wait_for()
        for one in (jordi, aina):
            one.context.close()
    with tenancy.acting_for(administration):
        assert sorted(Dispatch.objects.values_list("text", flat=True)) == ["Hola de l’Aina", "Hola del Jordi"]


def test_what_arrives_moves_the_list_and_the_wall(browser, tray, administration, agent, supervisor):
    with served() as address:
        jordi, aina = (enter(browser, address, administration, who) for who in (agent, supervisor))
        jordi.goto("/desk/inbox/?view=free")
        aina.goto("/desk/wall/")
        waits = int(aina.locator("#xifres .figure").first.inner_text())
        with tenancy.acting_for(administration):
            who = Appearance(full_name="Rosa Camps", identifiers=[Identifier("email", "rosa@exemple.cat")])
            write("bustia", message(who, "Acabo d’arribar", subject="Nova", hours=0))
        jordi.locator("#llista", has_text="Rosa Camps").wait_for()
        aina.locator("#xifres .figure", has_text=str(waits + 1)).first.wait_for()
        for one in (jordi, aina):
            one.context.close()


def enter(browser, address: str, administration, who):
    """By a session that is there already: tests hash passwords in a way that no server of ours accepts."""
    client = Client()
    with tenancy.acting_for(administration):
        client.force_login(who)
    session = client.cookies["sessionid"].value
    context = browser.new_context(base_url=address, locale="ca-ES", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context.new_page()


def test_every_page_of_the_inbox_in_every_mode(look, tray):
    page, at = look
    sign_in(page, "aina@exemple.cat")
    for name, address in {
        "inbox-list": "/desk/inbox/?view=free",
        "inbox-empty": "/desk/inbox/?view=snoozed",
        "inbox-conversation": f"/desk/inbox/{tray.id}/?view=team",
        "inbox-wall": "/desk/wall/",
        "inbox-contact": "/desk/contacts/new/",
    }.items():
        page.goto(address)
        at(name)
    page.goto("/desk/inbox/?view=free")
    for n in range(page.locator("[data-item]").count()):
        page.goto("/desk/inbox/?view=free")
        page.goto(page.locator("[data-item]").nth(n).get_attribute("href"))
        at(f"inbox-conversation-{n}")
    page.click("[popovertarget=mes]")
    at("inbox-more")


def test_the_palette_goes_anywhere_and_the_keys_are_told(live, page, tray):
    sign_in(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("assignar")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/inbox/?view=free")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    assert page.get_by_text("Res no hi encaixa.").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement === document.body")  # given back a moment after the dialog hides
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Dreceres de teclat").wait_for()
    page.keyboard.press("Escape")
    page.goto("/desk/services/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/desk/inbox/")
