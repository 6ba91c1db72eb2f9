"""The review in a real browser: three doubts by the keyboard alone, why together and undo, every page in every mode."""

from __future__ import annotations

import uuid

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk.tests import cast
from tracte.desk.tests.walking import say_why, sign_in
from tracte.people import actions
from tracte.people.appearance import Appearance, Identifier
from tracte.people.models import Calibration, Doubt, Edge, Membership, Verdict
from tracte.people.review import judging
from tracte.people.tests.doubtful import a_model, raise_doubt
from tracte.privacy.actions import install_purposes
from tracte.privacy.models import Read

pytestmark = pytest.mark.browser
OTHERS = (("Merce Puig", "600 000 991"), ("Mercedes Puig Farré", "600 000 992"), ("Anna Puig Ferrer", "600 000 993"))


@pytest.fixture
def doubts(live, administration, agent) -> list[uuid.UUID]:
    """Three people who may be Mercè, most likely first; what they say was committed."""
    with tenancy.acting_for(administration):
        install_purposes()
        merce = cast.tell()
        for name, phone in OTHERS:
            who = Appearance(full_name=name, postcode="43850", identifiers=[Identifier("phone", phone)])
            cast.say("formularis", who, 1, name)
        whole = next(record for record in cast.records(merce) if record.surname2)
        theirs, kept = [cast.records(cast.person(phone))[0] for _, phone in OTHERS], a_model()
        raised = [raise_doubt(whole.id, one.id, kept) for one in theirs]
        return [doubt.id for doubt in sorted(raised, key=lambda doubt: (-doubt.weight, doubt.id))]


def test_three_doubts_by_the_keyboard_alone(page, live, doubts, administration):
    sign_in(page)
    page.goto("/desk/review/")
    press(page, "j")
    page.keyboard.press("Tab")  # the purposes: the first one is reached and chosen
    page.get_by_role("button", name="contestar una consulta").focus()
    press(page, "Enter")
    assert page.url.endswith(f"/desk/review/{doubts[0]}/")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    press(page, "1")
    assert f"/desk/review/{doubts[1]}/" in page.url and page.evaluate("document.activeElement.tagName") == "H1"
    assert "Desat: són la mateixa persona." in page.inner_text(".banner-ok")
    press(page, "z")
    assert page.url.endswith(f"/desk/review/{doubts[0]}/") and "no n’haguessis dit res" in page.inner_text(".banner-ok")
    press(page, "1")
    press(page, "2")
    press(page, "3")
    assert "No hi ha cap dubte per mirar" in page.inner_text("main") and "Ho mirarà algú altre" in page.inner_text(
        "main"
    )
    with tenancy.acting_for(administration):
        said = Verdict.objects.standing().order_by("id").values_list("doubt", "said")
        assert list(said) == list(zip(doubts, ["same", "different", "unsure"], strict=True))
        assert not actions.drift() and Read.objects.filter(what="doubt").count() >= 8


def press(page, key: str) -> None:
    """One key, which leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state()


def test_keys_do_nothing_when_turned_off_or_while_writing(page, doubts, administration):
    sign_in(page)
    page.goto(f"/desk/review/{doubts[0]}/")
    say_why(page)
    page.click("text=Afegeix-hi un motiu")
    page.fill("[name=reason]", "Viu al número 1, pis 2.")
    page.keyboard.press("1")
    page.evaluate("document.activeElement.blur(); document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    with tenancy.acting_for(administration):
        assert not Verdict.objects.exists()


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_why_together_and_undoing_a_tie(browser, live, doubts, administration, has_script):
    context = browser.new_context(base_url=live, locale="ca-ES", java_script_enabled=has_script)
    page = context.new_page()
    sign_in(page)
    page.goto(f"/desk/review/{doubts[0]}/")
    say_why(page)
    page.click("text=Són la mateixa persona >> nth=-1")
    page.wait_for_load_state()
    with tenancy.acting_for(administration):
        edge = Edge.objects.get(kind="must")
        person = Membership.objects.live().get(record=edge.a_id).person_id
    page.goto(f"/desk/people/{person}/")
    page.click("text=Mira-ho bé o desfés-ho")
    page.wait_for_load_state()
    tie = page.locator("li.card", has_text="Les va ajuntar Jordi Serra")
    tie.locator("summary").click()
    assert tie.locator("table.waterfall tr.total").is_visible()
    tie.get_by_role("link", name="Desfés aquest lligam").click()
    page.wait_for_load_state()
    assert "queden aquestes dues persones" in page.inner_text(".banner")
    page.fill("[name=reason]", "Són mare i filla.")
    page.click("text=Separa-les")
    page.wait_for_load_state()
    assert "ara són dues persones" in page.inner_text(".banner-ok")
    context.close()
    with tenancy.acting_for(administration):
        assert not actions.drift() and Membership.objects.live().filter(person=person).count() == 5
        assert not Doubt.objects.waiting().filter(id=doubts[0]).exists()


def test_every_page_of_the_review_in_every_mode(look, doubts, supervisor, administration):
    page, at = look
    sign_in(page, "aina@exemple.cat")
    page.goto("/desk/review/")
    at("review")
    page.goto(f"/desk/review/{doubts[0]}/")
    say_why(page)
    at("doubt")
    page.click("text=Afegeix-hi un motiu")
    page.get_by_role("button", name="Són la mateixa persona").click()
    page.wait_for_load_state()
    at("doubt-next")
    disagree(administration, doubts[1])
    page.goto(f"/desk/review/{doubts[1]}/")
    at("doubt-disputed")
    page.goto("/desk/review/")
    at("review-disputed")
    page.goto(f"/desk/review/{doubts[0]}/")
    at("doubt-settled")
    with tenancy.acting_for(administration):
        edge = Edge.objects.get(kind="must")
        person = Membership.objects.live().get(record=edge.a_id).person_id
    page.goto(f"/desk/people/{person}/why/")
    page.click("summary >> nth=0")
    at("why")
    page.goto(f"/desk/people/{person}/why/{edge.seq}/")
    at("undo-tie")
    page.goto("/desk/models/")
    at("model")


def disagree(administration: uuid.UUID, doubt: uuid.UUID) -> None:
    """Two others said the contrary of it; and the thresholds were moved."""
    from conftest import _hired

    with tenancy.acting_for(administration):
        Doubt.objects.filter(id=doubt).update(opinions=2)
        for name, said in (("Núria Vila", "same"), ("Pol Riera", "different")):
            who = _hired(administration, name, "agent")
            judging.judge(doubt, said, by=who, at=now(), reason="Viuen al mateix carrer." if said == "same" else "")
        curve = [[0.2, 1.9, 41, 14], [2.1, 4.0, 30, 24], [4.2, 6.5, 29, 29]]
        model = Doubt.objects.get(id=doubt).model
        Calibration.objects.create(model=model, labels=100, link_at=6.9, ask_at=0.2, curve=curve)
