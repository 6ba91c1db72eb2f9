"""The reports in every mode: with a past, empty, and the mark beside a conversation."""

from __future__ import annotations

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk.tests.past import Past
from tracte.desk.tests.walking import sign_in
from tracte.inbox.actions import asking
from tracte.inbox.models import Conversation, Opinion, Remark
from tracte.inbox.tests import cast
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# Headings of columns that are taller than their whole words need: broken within a word.
BROKEN = """[...document.querySelectorAll("th")].filter(th => {
  const before = th.offsetHeight;
  th.style.overflowWrap = "normal";
  const whole = th.offsetHeight;
  th.style.overflowWrap = "";
  return whole < before;
}).map(th => th.textContent.trim())"""


def test_the_reports_in_every_mode(look, administration, agent, supervisor):
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock([[["09:00", "14:00"]]] * 5 + [[], []])
        Past(agent)
        asking.silence(by=supervisor, at=now())
        low = Opinion.objects.filter(satisfaction__lte=2, asking__closure__isnull=False).first()
        Remark.objects.create(opinion=low, text="Tres setmanes per saber que em faltava un paper. " * 8)
        told = Conversation.objects.get(closures__asking=low.asking_id)
    page, at = look
    sign_in(page, "aina@exemple.cat")
    page.goto("/desk/reports/?since=2026-01-01&until=2026-03-31")
    at("reports")
    assert page.evaluate(BROKEN) == []
    size = page.viewport_size
    for width in (900, 1024, 1150):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    page.set_viewport_size(size)
    for more in page.locator("details.more > summary").all():
        more.click()
    at("reports-method")
    page.goto("/desk/reports/?since=2020-01-01&until=2020-01-31")
    at("reports-empty")
    page.goto(f"/desk/inbox/{told.id}/?view=team")
    at("reports-mark")
