"""A citizen follows a mark, confirms it, says why and corrects it: on a telephone, without scripts, and for axe."""

import datetime as dt
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tracte.channels import tokens
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.inbox.models import Asking, Closure, Opinion, Remark
from tracte.inbox.tests import cast
from tracte.portal.tests.test_form_browser import MODES
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(administration, agent) -> str:
    """Where Mercè is asked how it was."""
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        [one] = cast.write("bustia", cast.message(cast.merce(), "Em falta un document?"))
        closure = Closure.objects.create(conversation=one, by=agent, how="unneeded")
        asked = Asking.objects.create(closure=closure, language="ca", expires_at=now() + dt.timedelta(days=30))
        return f"/opinion/{tokens.sign(asked.id)}/"


@pytest.mark.parametrize("mode", MODES)
def test_follow_confirm_say_why_correct(browser, live, administration, address, mode):
    context = browser.new_context(base_url=live, locale="es-ES", **MODES[mode])
    page = context.new_page()

    def looks_well(name):
        if folder := os.environ.get("TRACTE_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{mode}.png", full_page=True)
        if mode != "without-scripts":
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{address}2/")
    looks_well("opinion-mark")
    assert page.is_checked("[name=satisfaction][value='2']")
    with tenancy.acting_for(administration):
        assert not Opinion.objects.exists()
    page.click("main form .button-main")
    page.wait_for_selector("text=ens has dit «Malament»")
    page.check("[name=effort][value='3']")
    page.check("[name=why][value=slow]")
    page.fill("[name=text]", "Tres setmanes.")
    looks_well("opinion-why")
    page.click("main form .button-main")
    page.wait_for_selector("text=Gràcies")
    with tenancy.acting_for(administration):
        assert Remark.objects.get().text == "Tres setmanes." and Opinion.objects.get().effort == 3
    page.check("[name=satisfaction][value='5']")
    page.click("main form .button-main")
    page.wait_for_selector("text=ens has dit «Molt bé»")
    page.goto("/opinion/wrong/")
    looks_well("opinion-wrong")
    with tenancy.acting_for(administration):
        Opinion.objects.all().delete()
        Asking.objects.update(at=now() - dt.timedelta(days=40), expires_at=now() - dt.timedelta(days=9))
    page.goto(address)
    page.wait_for_selector("text=ja s’ha acabat")
    looks_well("opinion-old")
    context.close()
