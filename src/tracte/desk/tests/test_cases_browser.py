"""Cases in a real browser: Jordi's walk from a message to its answer, and every page in every mode."""

from __future__ import annotations

import uuid

import pytest

from tracte.channels import tokens
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.tests.serving import served
from tracte.desk.tests.test_inbox_browser import enter
from tracte.desk.tests.walking import sign_in
from tracte.inbox.actions.cases import Place, handling
from tracte.inbox.actions.cases.jobs import finish_job, together
from tracte.inbox.actions.cases.pausing import pause
from tracte.inbox.actions.cases.referring import Outside, refer
from tracte.inbox.models import Case
from tracte.inbox.tests import cast, town
from tracte.inbox.tests.cast import message, write
from tracte.inbox.tests.town import opened
from tracte.knowledge import actions as knowledge
from tracte.privacy.actions import install_purposes

pytestmark = pytest.mark.browser
LONG = "El fanal que hi ha davant de casa no s’encén des de fa una setmana i al vespre no s’hi veu gens. " * 4


@pytest.fixture
def known(live, administration, agent) -> dict[str, uuid.UUID]:
    """Cases of every state, committed."""
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        lamp = town.build().services["carrer.llum.fanal"]
        knowledge.assign(lamp, Unit.objects.get(code="govern"), since=now().date(), by=None, at=now())
        fields = [{"key": "fanal", "kind": "number", "labels": {"ca": "Número del fanal"}}]
        lamp = knowledge.revise(lamp, similar_metres=50, similar_hours=48, fields=fields, by=None, at=now())
        [conversation] = write("bustia", message(cast.merce(), LONG, hours=2))
        case = opened(
            lamp, agent, conversation=conversation, asked=LONG, place=Place(None, "Carrer de la Font, 8", 41.15, 1.1),
            fields={"fanal": 12},
        )  # fmt: skip
        other = opened(lamp, agent, place=Place(None, "Carrer de la Font, 10", 41.15, 1.1))
        job = together(other, case, by=agent, at=now())
        asked = refer(case, by=agent, at=now(), question=LONG, days=3, shared=["asked"], outside=Outside("Llums SL"))
        pause(other.promises.get(), by=agent, at=now(), reason="Esperem la companyia elèctrica")
        secret = knowledge.add_service(
            key="secret", names={"ca": "Denúncia"}, is_confidential=True, readers=["llums"], by=None, at=now()
        )
        hidden = opened(secret, agent)
        finished = together(opened(lamp, agent), opened(lamp, agent), by=agent, at=now())
        finish_job(finished, by=agent, at=now(), texts={"ca": "Ja s’encén.", "es": "Ya se enciende."})
        return {
            "conversation": conversation.id,
            "case": case.id,
            "paused": other.id,
            "hidden": hidden.id,
            "job": job.id,
            "finished": finished.id,
            "token": tokens.sign(asked.id),
        }


def test_from_a_message_to_its_answer(page, known, administration):
    sign_in(page)
    page.goto(f"/desk/inbox/{known['conversation']}/")
    page.get_by_role("link", name="Obre’n un cas").click()
    page.fill("#servei", "fanal")
    page.locator("main").get_by_role("button", name="Cerca").click()
    page.get_by_role("link", name="Fanal apagat").click()
    assert page.get_by_text("Prometrem contestar:").is_visible()
    page.fill("#demana", "El fanal no s’encén")
    page.get_by_role("button", name="Obre el cas").click()
    page.get_by_text("Obert: el número és").wait_for()
    page.fill("#resposta", "Hi anem demà.")
    page.get_by_role("button", name="Envia i tanca").click()
    page.get_by_text("Contestat: surt d’aquí a uns segons.").wait_for()
    with tenancy.acting_for(administration):
        case = Case.objects.get(asked="El fanal no s’encén", closure__isnull=False)
        assert case.steps.filter(what="answered").count() == 1


def test_every_page_in_every_mode(look, known, agent):
    page, at = look
    sign_in(page)
    for name, address in {
        "cases": "/desk/cases/?view=team",
        "cases-empty": "/desk/cases/?view=late&q=0000Z-Z",
        "case": f"/desk/cases/{known['case']}/",
        "case-paused": f"/desk/cases/{known['paused']}/",
        "case-hidden": f"/desk/cases/{known['hidden']}/",
        "case-search": f"/desk/inbox/{known['conversation']}/case/?q=fanal",
        "case-open": f"/desk/inbox/{known['conversation']}/case/?service=carrer.llum.fanal&latitude=41.15&longitude=1",
        "job": f"/desk/jobs/{known['job']}/",
        "job-finished": f"/desk/jobs/{known['finished']}/",
        "referral": f"/referral/{known['token']}/",
    }.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        at(name)


@pytest.mark.django_db(transaction=True)
def test_what_happens_to_a_case_moves_its_page_and_the_list(browser, known, administration, agent):
    with served() as address:
        jordi, list_ = (enter(browser, address, administration, agent) for _ in range(2))
        jordi.goto(f"/desk/cases/{known['case']}/")
        list_.goto("/desk/cases/?view=team")
        with tenancy.acting_for(administration):
            case = Case.objects.get(id=known["case"])
            handling.note(case, by=agent, at=now(), text="Hi hem anat i fa falta una escala.")
            fresh = opened(case.service, agent, asked="Acaba d’arribar un altre fanal")
        jordi.locator("#fil", has_text="fa falta una escala").wait_for()
        list_.locator("#llista", has_text=fresh.reference).wait_for()
        assert list_.locator("h1").count() == 1, "only the list was asked again"
        for one in (jordi, list_):
            one.context.close()
