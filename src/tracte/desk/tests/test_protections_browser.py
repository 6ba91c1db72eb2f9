"""Frozen persons and who somebody lives with, in a real browser: each page accessible and whole in every mode."""

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk.tests import cast
from tracte.desk.tests.walking import say_why, sign_in
from tracte.people.appearance import Appearance
from tracte.people.models import Freeze, Relation, SourceRecord
from tracte.people.protections import relations
from tracte.privacy.actions import install_purposes

pytestmark = pytest.mark.browser


@pytest.fixture
def merce(live, administration, supervisor):
    """Mercè, who lives with Joan and Ona, and too many who look like her."""
    with tenancy.acting_for(administration):
        install_purposes()
        person = cast.tell()
        for name in ("Joan Puig", "Ona Puig"):
            who = Appearance(key=name, full_name=name, address="Carrer de la Font, 8, 2n 1a", postcode="43850")
            cast.say("formularis", who, 3, id=name)
        relations.renew(now())
        oldest = SourceRecord.objects.get(id=person)
        Freeze.objects.create(record=oldest, why="component", records=231)
        return person


def test_the_pages_are_whole_in_every_mode(look, merce, administration):
    page, at = look
    sign_in(page, "aina@exemple.cat")
    page.goto("/desk/review/")
    at("review-frozen")
    page.goto("/desk/review/frozen/")
    page.get_by_text("Ja ho he mirat").click()
    at("frozen")
    page.goto(f"/desk/people/{merce}/")
    say_why(page)
    at("person-shares")
    page.get_by_role("link", name="Mira amb qui").click()
    assert "Ona Puig" in page.inner_text("main")
    at("sharing")
    with tenancy.acting_for(administration):
        relation = Relation.objects.get().id
    assert page.url.endswith(f"/shares/{relation}/")
    page.goto("/desk/review/frozen/")
    page.get_by_text("Ja ho he mirat").click()
    page.get_by_label("Què hi has vist?").fill("són de prova")
    page.get_by_role("button", name="Dona-ho per mirat").click()
    assert "No n’hi ha cap" in page.inner_text("main")
