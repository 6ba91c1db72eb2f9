"""A citizen writes, makes a mistake, mends it, and follows it: on a telephone, without scripts, and for axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tracte.channels import actions
from tracte.core import tenancy
from tracte.core.clock import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MODES = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "mobile": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "forced-colours": {"forced_colors": "active"},
    "without-scripts": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
}


@pytest.mark.parametrize("mode", MODES)
def test_write_mend_follow_add(browser, live, administration, mode, tmp_path):
    with tenancy.acting_for(administration):
        actions.attend(actions.open_account(key="formularis", kind="webform", name="Formularis"), now())
    context = browser.new_context(base_url=live, locale="ca-ES", **MODES[mode])
    page, has_scripts = context.new_page(), mode != "without-scripts"

    def looks_well(name):
        if has_scripts:
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=str(tmp_path / f"{name}.png"), full_page=True)

    page.goto("/form/formularis/")
    looks_well("write")
    page.fill("[name=subject]", "Fanal fos")
    page.set_input_files("[name=files]", {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"})
    page.click("main form .button-main")
    page.wait_for_load_state()
    looks_well("mistakes")
    page.click("#problemes a >> nth=0")
    assert page.url.endswith("#id_text") and page.input_value("[name=subject]") == "Fanal fos"
    page.fill("[name=text]", "El fanal del carrer de la Font no fa llum.")
    page.check("[name=answer_by][value=page]")
    page.click("main form .button-main")
    page.wait_for_selector("#codi")
    looks_well("received")
    code = page.inner_text("#codi")
    page.goto("/form/follow/")
    looks_well("code")
    page.fill("[name=code]", code.lower())
    page.click("main form .button-main")
    page.wait_for_selector("text=foto.jpg")
    page.fill("[name=text]", "I fa soroll.")
    page.click("main form .button-main")
    page.wait_for_selector("text=Hem rebut el que has afegit.")
    looks_well("follow")
    context.close()
