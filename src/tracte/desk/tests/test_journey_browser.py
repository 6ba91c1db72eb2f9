"""The whole journey, behind the real server and its workers: Mercè writes by mail, on Telegram and by the form, and
calls; Jordi answers each where it came from; her page shows one story; Aina's wall moves, in four languages."""

from __future__ import annotations

import email.utils
import json
import re
import sys
import urllib.request
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import commands
from tracte.channels import actions, connecting
from tracte.channels.models import Dispatch
from tracte.channels.tests.servers import TOKEN, mailroom, telegram
from tracte.core import tenancy
from tracte.desk.tests.serving import served
from tracte.desk.tests.test_inbox_browser import enter
from tracte.desk.tests.walking import search
from tracte.inbox.models import Conversation
from tracte.inbox.tests import cast
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAIL = "merce.puig@exemple.org"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LANGUAGES = {
    "ca": "Esperen resposta",
    "es": "Esperan respuesta",
    "oc": "Demoren responsa",
    "en": "Waiting for an answer",
}


@pytest.fixture
def doors(administration, agent, supervisor):
    """Four doors, open both ways: a mail server and Telegram that are ours, the form, the telephone."""
    with mailroom() as room, telegram() as twin:
        with tenancy.acting_for(administration):
            install_purposes()
            cast.clock()
            for key in cast.DOORS:
                cast.door(key)
            actions.set_way_out(cast.door("bustia"), {"url": room.url})
            actions.set_way_out(cast.door("telegram"), {"token": TOKEN, "api": twin.api})
        yield room, twin


@pytest.fixture
def town(doors):
    """The server, with a worker for what is to be sent."""
    with served() as address, commands.start("send", program=(sys.executable, "-m", "tracte.config.worker")) as worker:
        yield address
        worker.terminate()


def test_one_person_four_doors_one_story(browser, administration, doors, town, agent, supervisor, tmp_path):
    room, twin = doors
    jordi, aina = (enter(browser, town, administration, who) for who in (agent, supervisor))
    aina.goto("/desk/wall/")
    writes_a_mail(tmp_path, "Em falta un document?")
    writes_on_telegram(administration, twin, town, "Us puc enviar la foto per aquí?")
    code = fills_the_form(browser, town)
    wall_says(aina, waiting=3)

    answer(jordi, "Ajut al lloguer", "Em falta un document?", "Et falta el rebut d’agost.")
    answer(jordi, "Us puc", "Us puc enviar la foto", "Sí, envia-la per aquí.")
    answer(jordi, "Fanal fos", "El fanal no fa llum", "Avui mateix el canviem.")
    wall_says(aina, waiting=0, answered=3)
    calls(jordi)

    assert arrived(lambda: room.mails).get_content().strip().startswith("Et falta el rebut d’agost.")
    assert arrived(lambda: twin.messages)["text"] == "Sí, envia-la per aquí."
    assert "Avui mateix el canviem." in follows(browser, town, code)
    writes_a_mail(tmp_path, "Ja us l’he enviat.", answers=room.mails[-1])
    wall_says(aina, waiting=1)
    with tenancy.acting_for(administration):
        *_, last = Conversation.objects.order_by("opened_at")
        assert last.follows.closure_id and last.follows.subject == "Ajut al lloguer", "what was closed stays closed"
        assert Dispatch.objects.count() == 3

    one_story(jordi)
    for page in (jordi, aina):
        page.context.close()
    in_every_language(browser, town, administration, supervisor)


def writes_a_mail(tmp_path, text: str, answers: EmailMessage | None = None) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Date"] = f"Mercè Puig Ferrer <{MAIL}>", cast.OURS, email.utils.localtime()
    mail["Subject"], mail["Message-ID"] = "Ajut al lloguer", email.utils.make_msgid(domain="exemple.org")
    if answers:
        assert answers["To"] == MAIL and answers["Auto-Submitted"] == "no"
        mail["In-Reply-To"] = mail["References"] = answers["Message-ID"]
    mail.set_content(text)
    path = tmp_path / f"{len(text)}.eml"
    path.write_bytes(bytes(mail))
    done = commands.run("import", path, "--channel", "bustia", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["new"] == 1, done.stderr


def writes_on_telegram(administration, twin, town: str, text: str) -> None:
    connecting.webhook(administration, "telegram", "https://exemple.cat")
    sender = {"id": 417, "is_bot": False, "first_name": "Mercè", "last_name": "Puig Ferrer", "language_code": "ca"}
    said = {"message_id": 1, "date": int(cast.ago(0).timestamp()), "text": text, "from": sender}
    update = {"update_id": 1, "message": said | {"chat": {"id": 417, "type": "private"}}}
    headers = {"X-Telegram-Bot-Api-Secret-Token": twin.webhook["secret_token"]}
    headers["Content-Type"] = "application/json"
    hook = urllib.request.Request(f"{town}/hooks/telegram/", json.dumps(update).encode(), headers)
    assert urllib.request.urlopen(hook).status == 200


def fills_the_form(browser, town: str) -> str:
    page = browser.new_context(base_url=town, locale="ca-ES", **PHONE).new_page()
    page.goto("/form/formularis/")
    page.fill("[name=subject]", "Fanal fos")
    page.fill("[name=text]", "El fanal no fa llum.")
    page.fill("[name=name]", "Mercè Puig Ferrer")
    page.fill("[name=email]", MAIL)
    page.check("[name=answer_by][value=page]")
    page.click("main form .button-main")
    code = page.locator("#codi").inner_text()
    page.context.close()
    return code


def answer(jordi, listed: str, asked: str, text: str) -> None:
    jordi.goto("/desk/inbox/?view=free")
    jordi.locator("[data-item]", has_text=listed).click()
    jordi.locator("#fil", has_text=asked).wait_for()
    jordi.fill("#resposta", text)
    jordi.get_by_role("button", name="Envia i tanca").click()
    jordi.locator("#fil", has_text=text).wait_for()


def calls(jordi) -> None:
    """She calls while her mail is open: who she is stands there already."""
    jordi.goto("/desk/inbox/?view=closed")
    jordi.locator("[data-item]", has_text="Ajut al lloguer").click()
    jordi.locator("#persona a[href*='/desk/people/']").first.click()
    say_it(jordi)
    jordi.click(".person-head >> text=Apunta un contacte")
    jordi.fill("[name=text]", "Ha trucat per saber si ja tenim el rebut.")
    jordi.click("main >> text=Apunta-ho")
    jordi.locator(".timeline", has_text="Ha trucat per saber").wait_for()


def say_it(page) -> None:
    page.wait_for_load_state()
    if page.get_by_role("button", name="contestar una consulta").count():
        page.get_by_role("button", name="contestar una consulta").click()
        page.wait_for_load_state()


def one_story(jordi) -> None:
    """Her Telegram bears no address of hers: Jordi joins it, and all that she said stands in one timeline."""
    jordi.click(".person-head >> text=Ajunta-la amb una altra")
    search(jordi, "Mercè Puig")
    jordi.locator("main .rows a", has_text="Mercè").first.click()
    jordi.fill("[name=reason]", "M’ha dit per telèfon que també escriu per Telegram.")
    jordi.click("text=Ajunta-les")
    jordi.locator(".timeline").wait_for()
    story = jordi.locator(".timeline").inner_text()
    told = (
        "Em falta un document?",
        "Et falta el rebut",
        "Us puc enviar la foto",
        "Sí, envia-la per aquí",
        "no fa llum",
    )
    told += ("Avui mateix el canviem", "Ha trucat per saber", "Ja us l’he enviat")
    assert [one for one in told if one not in story] == []


def wall_says(aina, **figures: int) -> None:
    """Without being asked again: it moves as things happen."""
    for name, n in figures.items():
        place = {"waiting": 0, "answered": 2}[name]
        aina.locator("#xifres .multiples > div").nth(place).locator(".figure", has_text=re.compile(f"^{n}$")).wait_for()


def arrived(what):
    commands.wait_until(what)
    return what()[-1]


def follows(browser, town: str, code: str) -> str:
    page = browser.new_context(base_url=town, locale="ca-ES", **PHONE).new_page()

    def told() -> str:
        page.goto("/form/follow/")
        page.fill("[name=code]", code)
        page.click("main form .button-main")
        page.wait_for_load_state()
        return page.inner_text("main")

    commands.wait_until(lambda: "canviem" in told())
    text = page.inner_text("main")
    page.context.close()
    return text


def in_every_language(browser, town: str, administration, supervisor) -> None:
    session = enter(browser, town, administration, supervisor)
    cookies = session.context.cookies()
    session.context.close()
    for language, waiting in LANGUAGES.items():
        context = browser.new_context(base_url=town, locale=language, **PHONE)
        context.add_cookies([*cookies, {"name": "django_language", "value": language, "url": town}])
        page = context.new_page()
        page.goto("/desk/wall/")
        assert waiting in page.inner_text("main"), language
        for address in ("/desk/wall/", "/desk/inbox/?view=team", "/desk/inbox/?view=closed"):
            page.goto(address)
            looks_well(page, f"{address} in {language}")
        page.locator("[data-item]").first.click()
        page.locator("#fil").wait_for()
        looks_well(page, f"a conversation in {language}")
        context.close()


def looks_well(page, where: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"
