"""Somebody outside answers in a real browser, which says where a form comes from, or that it may not say."""

import pytest

from tracte.channels import tokens
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.inbox.actions.cases.referring import Outside, refer
from tracte.inbox.models import Referral
from tracte.inbox.tests import cast, town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_they_answer_by_their_link(page, administration, agent):
    with tenancy.acting_for(administration):
        cast.clock()
        lamp = town.build().services["carrer.llum.fanal"]
        case = town.opened(lamp, agent, unit=agent.roles.get().unit)
        asked = refer(case, by=agent, at=now(), question="Hi ha corrent?", days=2, outside=Outside("Elèctrica"))
        address = f"/referral/{tokens.sign(asked.id)}/"
    page.goto(address)
    page.fill("[name=text]", "Sí, n’hi ha.")
    page.click("main form .button-main")
    page.wait_for_selector("text=Hem rebut la teva resposta")
    with tenancy.acting_for(administration):
        assert Referral.objects.get().answer == "Sí, n’hi ha."
