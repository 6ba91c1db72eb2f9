"""Mercè is known and Jordi is at the desk, with or without having said why."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from tracte.desk.tests.walking import MODES


@pytest.fixture
def merce(administration: uuid.UUID) -> uuid.UUID:
    from tracte.desk.tests import cast
    from tracte.privacy.actions import install_purposes

    install_purposes()
    return cast.tell()


@pytest.fixture
def jordi(signed_in, agent, merce):
    """Jordi's client: signed in, purpose not said."""
    return signed_in(agent)


@pytest.fixture
def desk(jordi):
    """Jordi, answering an enquiry."""
    assert jordi.post("/desk/purpose/", {"purpose": "attend", "next": "/desk/people/"}).status_code == 302
    return jordi


@pytest.fixture(params=MODES, ids=list(MODES))
def look(request, browser, live):
    """`look(name)`: the page where we are is accessible, whole and quiet in this mode; its picture is kept where
    TRACTE_SHOTS says."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        base_url=live, locale="ca-ES", **{"viewport": {"width": 1280, "height": 900}} | MODES[request.param]
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if request.param == "compact":
        context.add_init_script("localStorage.setItem('tracte-density', 'compact')")

    def at(name: str) -> None:
        page.wait_for_timeout(200)  # colours fade in 120 ms, and axe must see where they end
        if folder := os.environ.get("TRACTE_SHOTS"):
            page.screenshot(path=Path(folder) / f"desk-{name}-{request.param}.png", full_page=True, caret="initial")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        assert complaints == [], name

    yield page, at
    context.close()


@pytest.fixture
def place(administration):
    """A town whose lamps belong to somebody."""
    from tracte.inbox.tests import town

    return town.build()
