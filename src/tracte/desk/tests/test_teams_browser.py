"""Teams, calendars and notices in a real browser: every page in every mode, and a bell that rings as it happens."""

from __future__ import annotations

import datetime as dt

import pytest

from tracte.core import tenancy
from tracte.core.calendars.actions import close_on, open_again, set_calendar
from tracte.core.clock import now
from tracte.core.models import Holiday, Unit
from tracte.desk.tests.serving import served
from tracte.desk.tests.test_inbox_browser import enter
from tracte.desk.tests.walking import sign_in
from tracte.inbox.actions import alarms, handling, sharing
from tracte.inbox.models import Conversation, Promise
from tracte.inbox.tests import cast, town
from tracte.inbox.tests.cast import message, write
from tracte.privacy.actions import install_purposes
from tracte.vocabularies.models import Concept, Scheme

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OFFICE = [[["09:00", "14:00"], ["16:00", "18:30"]]] * 4 + [[["09:00", "14:00"]], [], []]


@pytest.fixture
def team(administration, agent, supervisor):
    """Jordi speaks Aranese and is there; Aina leads; a promise is broken and another one near."""
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        unit = Unit.objects.get(code="govern")
        topics = Scheme.objects.create(key="topics", labels={"ca": "Temes"})
        housing = Concept.objects.create(scheme=topics, code="habitatge", labels={"ca": "Habitatge"})
        Concept.objects.create(scheme=topics, code="lloguer", parent=housing, labels={"ca": "Lloguer social"})
        office = set_calendar(key="oficina", names={"ca": "Oficina de Riudeclar"}, week=OFFICE, by=supervisor)
        year = dt.date.today().year
        close_on(office, {dt.date(year, 7, 6): "Festa major", dt.date(year, 7, 7): "Festa major"}, by=supervisor)
        close_on(office, {dt.date(year, 9, 11): "Fem guàrdia per la Diada"}, is_worked=True, by=supervisor)
        open_again(Holiday.objects.get(on=dt.date(year, 7, 7)), by=supervisor, at=now())
        sharing.set_sharing(unit, by=supervisor, at=now(), way="by_capacity", continuity_days=30)
        sharing.set_hand(agent, by=supervisor, at=now(), most=2, languages=["oc", "ca"], topics=[housing])
        sharing.say_there(agent, by=agent, at=now(), is_there=True)
        town.hired("Maria dels Àngels Puigdemont-Casamajor i Vilafranca del Penedès", unit)
        write("bustia", message(cast.merce(), "Bon dia", language="oc", hours=60))
        write("bustia", message(cast.anna(), "Em cal un paper", subject="Espera " * 30, hours=50))
        write("formularis", message(None, "Anònim", subject="", hours=3))
        alarms.set_watch(
            unit, by=supervisor, at=now(), near_hours=40, digest="workdays", hours=[dt.time(8)], calendar=office
        )
        alarms.ring(at=max(Promise.objects.values_list("due_at", flat=True)) - dt.timedelta(hours=3))
        return unit


def test_every_page_of_teams_calendars_and_notices_in_every_mode(look, team, agent, administration):
    page, at = look
    sign_in(page, "aina@exemple.cat")
    page.goto("/desk/teams/")
    at("teams")
    for name, address in {
        "team": f"/desk/teams/{team.pk}/",
        "team-person": f"/desk/teams/{team.pk}/people/{agent.pk}/",
        "notices": "/desk/notices/",
        "calendars": "/desk/calendars/",
        "calendar-new": "/desk/calendars/new/",
    }.items():
        page.goto(address)
        at(name)
    page.fill("[name=key]", "nou")
    page.fill("[name=name_ca]", "Nou")
    page.fill("[name=day_0]", "14-9")
    page.get_by_role("button", name="Desa el calendari").click()
    page.get_by_text("acaba abans de començar").wait_for()
    at("calendar-wrong")
    page.goto("/desk/calendars/")
    page.get_by_role("link", name="Oficina de Riudeclar").click()
    at("calendar")
    page.get_by_role("button", name="Ja els he vist").count()
    page.goto("/desk/notices/")
    page.get_by_role("button", name="Ja els he vist tots").click()
    at("notices-seen")
    page.click("[popovertarget=compte]")
    at("account-menu")


def test_who_was_given_one_reads_why_and_gives_it_back(look, team):
    page, at = look
    sign_in(page)
    page.goto("/desk/inbox/?view=mine")
    page.goto(page.locator("[data-item]").first.get_attribute("href"))
    page.get_by_text("Repartida a Jordi Serra: parla aranès").first.wait_for()
    at("given")
    page.click("[popovertarget=mes]")
    at("given-back")
    page.goto(f"/desk/teams/{team.pk}/")
    at("team-mine")


def test_the_bell_rings_on_any_page_as_it_happens(browser, team, administration, agent):
    with served() as address:
        jordi = enter(browser, address, administration, agent)
        jordi.goto("/desk/calendars/")
        before = jordi.locator("#campana").get_attribute("aria-label")
        with tenancy.acting_for(administration):
            one = Conversation.objects.filter(agent=None).first()
            handling.assign(one, by=agent, at=now(), agent=agent)
            alarms.ring(at=max(Promise.objects.values_list("due_at", flat=True)))
        jordi.wait_for_function("before => document.querySelector('#campana').ariaLabel !== before", arg=before)
        assert "per veure" in jordi.locator("#campana").get_attribute("aria-label")
        jordi.context.close()
