"""Views of one's own and acts on many in a real browser: by keyboard, as it happens, every page in every mode."""

from __future__ import annotations

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk.tests.serving import served
from tracte.desk.tests.test_inbox_browser import enter
from tracte.desk.tests.walking import sign_in
from tracte.inbox.actions import bulk, handling
from tracte.inbox.actions.bulk import carrying
from tracte.inbox.actions.viewing import keep_view
from tracte.inbox.models import Closure, Conversation
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = ("Mercè Puig Ferrer", "Anna Roca", "Youssef El Amrani", "Rosa Camps", "Marc Vila Serra")


@pytest.fixture
def tray(administration, agent, supervisor):
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        for n, who in enumerate(WHO):
            write(
                "bustia",
                message(Appearance(full_name=who, key=f"{n}"), f"Text {n}", subject=f"Assumpte {n}", hours=n + 1),
            )
        write("telegram", message(cast.on_telegram(), "Hola, com va?", subject="", id="417:5", hours=2))
        handling.close(Conversation.objects.order_by("opened_at").first(), by=agent, at=now(), how="unneeded")
        keep_view(
            "Correu brossa de divendres a la tarda, abans de plegar",
            by=agent,
            at=now(),
            view="team",
            filters={"kind": "email"},
        )
        keep_view(
            "En aranès", by=supervisor, at=now(), view="free", filters={"language": "oc"}, unit=agent.roles.get().unit
        )
        gone = keep_view("Una que ja no", by=agent, at=now(), view="team", filters={"topic": str(agent.pk)})
        return gone


def planned(by, conversations, said=None):
    ids = [one.id for one in conversations]
    said = said or {"how": "spam", "reason": ""}
    return bulk.plan(by=by, at=now(), what="close", said=said, conversations=ids, chosen={})


def test_picked_by_keyboard_and_done_without_a_mouse(live, page, tray, administration):
    sign_in(page)
    page.goto("/desk/inbox/?view=free")
    for key in "jxjjx":
        page.keyboard.press(key)
    assert page.locator(".pick :checked").count() == 2
    page.get_by_role("button", name="Fes-ho amb les triades").click()
    page.get_by_role("heading", name="de 2 converses").wait_for()
    page.select_option("#com", "spam")
    page.get_by_role("button", name="si les tanques").click()
    page.get_by_text("Es faria amb 2 de 2.").wait_for()
    page.get_by_role("button", name="Fes-ho amb aquestes 2").click()
    page.get_by_role("heading", name="S’està fent").wait_for()
    with tenancy.acting_for(administration):
        carrying.batch(bulk.BulkAct.objects.get().id, "start", at=now())
        assert Closure.objects.filter(how="spam").count() == 2
    page.get_by_role("button", name="Desfés-ho").click()  # the page looked again by itself
    page.get_by_role("heading", name="S’està desfent").wait_for()


def test_what_was_picked_stays_picked_while_the_list_moves_and_counts_move(browser, tray, administration, agent):
    with served() as address:
        jordi = enter(browser, address, administration, agent)
        jordi.goto("/desk/inbox/?view=free")
        jordi.locator(".pick [type=checkbox]").nth(1).check()
        jordi.locator("#filtra summary").click()
        own = jordi.locator("#vistes a", has_text="Correu brossa")
        before = int(own.locator("span").last.inner_text())
        with tenancy.acting_for(administration):
            write(
                "bustia",
                message(Appearance(full_name="Joan Nou", key="nou"), "Acabo d’arribar", subject="Nova", hours=0),
            )
        jordi.locator("#llista", has_text="Joan Nou").wait_for()
        assert jordi.locator(".pick :checked").count() == 1
        assert jordi.locator("#filtra[open]").count() == 1
        own.locator("span", has_text=str(before + 1)).wait_for()
        jordi.context.close()


def test_every_page_of_many_in_every_mode(look, tray, administration, supervisor, agent):
    page, at = look
    with tenancy.acting_for(administration):
        everything = list(Conversation.objects.order_by("id"))
        dry = planned(agent, everything)
        nothing = planned(agent, everything, {"how": "answered", "reason": ""})
        running = planned(agent, everything[:3])
        bulk.start(running, by=agent, at=now())
        over = planned(agent, everything[3:])
        bulk.start(over, by=agent, at=now())
        carrying.batch(over.id, "start", at=now())
        handling.reopen(everything[4], by=supervisor, at=now())
        bulk.undo(over, by=agent, at=now())
        carrying.batch(over.id, "undo", at=now())
    sign_in(page)
    for name, address in {
        "many-list": "/desk/inbox/?view=team",
        "many-filtered": "/desk/inbox/?view=team&kind=telegram&due=week",
        "many-gone": f"/desk/inbox/?view={tray.id}",
        "many-new": "/desk/bulk/new/?all=1&view=team",
        "many-dry": f"/desk/bulk/{dry.id}/",
        "many-nothing": f"/desk/bulk/{nothing.id}/",
        "many-running": f"/desk/bulk/{running.id}/",
        "many-undone": f"/desk/bulk/{over.id}/",
        "many-acts": "/desk/bulk/",
        "views": "/desk/views/",
        "views-new": "/desk/views/new/?view=team&kind=telegram",
        "views-edit": f"/desk/views/{tray.id}/",
    }.items():
        page.goto(address)
        if name in ("many-filtered", "views-edit"):
            page.locator("#filtra summary, main .more summary").last.click()
        if name == "many-list":
            page.locator(".pick [type=checkbox]").first.check()
        at(name)
