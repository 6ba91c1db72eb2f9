"""Filters of a list, and views of one's own made of them: counted, shared, put in order, honest when out of date."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracte.channels.models import Account
from tracte.core import tenancy
from tracte.core.actions import add_unit, hire
from tracte.core.clock import now
from tracte.core.models import Unit, UnitVersion
from tracte.desk.inbox import filters, lists
from tracte.desk.tests.test_inbox import MOST_QUERIES, page
from tracte.inbox.actions import handling, labelling
from tracte.inbox.actions.viewing import MOST, keep_view
from tracte.inbox.checking import Refused
from tracte.inbox.models import Conversation, SavedView
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.inbox.tests.test_answering import refusal
from tracte.people.appearance import Appearance
from tracte.privacy.actions import install_purposes
from tracte.vocabularies.models import Concept, Scheme

WHO = ("Arp", "Boix", "Camps", "Dalt")


@pytest.fixture
def inbox(signed_in, agent, administration):
    install_purposes()
    cast.clock()
    return signed_in(agent)


@pytest.fixture
def tray(inbox, agent):
    """By mail and Telegram, in Catalan and Aranese, one about housing, one that waits no more."""
    for n, text in enumerate(("Bon dia", "Adiu, com vatz?", "Hola", "Res")):
        told = message(
            Appearance(full_name=f"Nom {WHO[n]}", key=f"n{n}"), text, hours=n + 1, language="oc" if n == 1 else "ca"
        )
        write("bustia", told)
    write("telegram", message(cast.on_telegram(), "Hola", subject="Telegram", id="417:5", hours=100, language="ca"))
    scheme = Scheme.objects.create(key="topics", labels={"ca": "Temes"})
    housing = Concept.objects.create(scheme=scheme, code="habitatge", labels={"ca": "Habitatge"})
    found = {
        one.record_id and one.account.kind + one.language: one for one in Conversation.objects.order_by("opened_at")
    }
    labelling.label(found["telegramca"], by=agent, at=now(), topic=housing)
    return found, housing


def shown(client, query):
    text = page(client, f"/desk/inbox/?{query}")
    return re.findall(r'class="item-who"[^>]*>([^<]*)<', text), text


def count(text, name):
    """As the left pane says it."""
    found = re.search(rf">{re.escape(name)}.*?<span>\s*(\d+\+?)?", text[text.index('id="vistes"') :], re.DOTALL)
    return found and found[1]


def unit():
    return Unit.objects.get(code="govern")


@pytest.mark.django_db
class TestFilters:
    def test_each_shows_its_own(self, inbox, tray):
        _, housing = tray
        mail = Account.objects.get(key="bustia").id
        for query, names in {
            "kind=telegram": ["Mercè Puig"],
            f"account={mail}": ["Nom Dalt", "Nom Camps", "Nom Boix", "Nom Arp"],
            "language=oc": ["Nom Boix"],
            f"topic={housing.id}": ["Mercè Puig"],
            f"topic=none&unit={unit().id}&language=oc": ["Nom Boix"],
            "due=late": ["Mercè Puig"],
            "due=week&kind=email": ["Nom Dalt", "Nom Camps", "Nom Boix", "Nom Arp"],
            "due=none": [],
        }.items():
            assert sorted(shown(inbox, f"view=team&{query}")[0]) == sorted(names), query

    def test_what_seems_to_be_a_language_counts_where_nobody_said_one(self, inbox, tray):
        Conversation.objects.filter(language="oc").update(language="", seems_language="oc")
        Conversation.objects.filter(language="ca").update(seems_language="oc")
        assert shown(inbox, "view=team&language=oc")[0] == ["Nom Boix"]

    def test_an_answered_one_does_not_wait(self, inbox, tray):
        Conversation.objects.filter(account__kind="email").update(waiting_since=None)
        assert shown(inbox, "view=team&waits=yes")[0] == ["Mercè Puig"]

    @pytest.mark.parametrize(
        "query", ["topic=x", "unit='", "due=x", "waits=x", "language=%00", "kind=' OR 1=1", "account="]
    )
    def test_what_was_cut_or_forged_is_no_filter(self, inbox, tray, query):
        assert len(shown(inbox, f"view=team&{query}")[0]) == 5

    def test_closed_ones_have_none(self, inbox, tray, agent):
        handling.close(Conversation.objects.first(), by=agent, at=now(), how="unneeded")
        names, text = shown(inbox, "view=closed&kind=nothing")
        assert len(names) == 1 and 'id="filtra"' not in text and 'name="all"' not in text

    def test_an_act_comes_back_to_the_same_list(self, inbox, tray):
        one = Conversation.objects.first()
        back = inbox.post(f"/desk/inbox/{one.id}/assign/?view=team&language=ca", {}).url
        assert back.endswith("?view=team&language=ca")
        back = inbox.post(f"/desk/inbox/{one.id}/close/?view=team&language=ca", {"how": "spam"}).url
        assert back == "/desk/inbox/?view=team&language=ca"


@pytest.mark.django_db
class TestOwn:
    def keep(self, client, query, status=302, **fields):
        response = client.post(f"/desk/views/new/?{query}", {"name": "Aranès", "unit": ""} | fields)
        assert response.status_code == status, response.content.decode()
        return response

    def test_kept_it_stands_in_the_pane_with_its_count(self, inbox, tray, agent):
        kept_at = self.keep(inbox, "view=team&language=oc").url
        names, text = shown(inbox, kept_at.split("?")[1])
        assert names == ["Nom Boix"] and count(text, "Aranès") == "1"
        assert SavedView.objects.get().filters == {"language": "oc"}
        write("bustia", message(Appearance(full_name="Nou", key="nou"), "Adiu", hours=0, language="oc"))
        part = inbox.get("/desk/inbox/?view=team", headers={"HX-Request": "true"}).content.decode()
        assert count(part, "Aranès") == "2", "the part that is asked for when something happens brings it too"

    def test_counts_stop(self, inbox, tray, agent):
        write("bustia", *(message(Appearance(full_name=f"M {n}", key=f"m{n}"), hours=1) for n in range(120)))
        keep_view("Correu", by=agent, at=now(), view="team", filters={"kind": "email"})
        assert count(page(inbox), "Correu") == "99+"

    def test_bad_names_say_why_and_keep_what_was_typed(self, inbox, tray):
        self.keep(inbox, "view=team&language=oc")
        taken = self.keep(inbox, "view=team&language=ca", status=409, name="ARANÈS").content.decode()
        assert "Ja tens una vista amb aquest nom" in taken and 'value="ARANÈS"' in taken
        assert "Posa-li un nom" in self.keep(inbox, "view=team", status=409, name=" ").content.decode()
        assert "Posa-li un nom" in self.keep(inbox, "view=team", status=409, name="x" * 61).content.decode()
        assert "compartir" in self.keep(inbox, "view=team", status=409, unit="x").content.decode()
        assert SavedView.objects.count() == 1

    def test_shared_with_the_unit_and_no_further(self, inbox, tray, agent, supervisor, signed_in):
        kept = keep_view("De tots", by=supervisor, at=now(), view="team", filters={"language": "oc"}, unit=unit())
        mine = keep_view("Meva", by=supervisor, at=now(), view="team", filters={})
        text = page(inbox)
        assert count(text, "De tots") == "1" and "la comparteix Aina Soler" in text and "Meva" not in text
        page(inbox, f"/desk/views/{mine.id}/", status=404)
        inbox.post(f"/desk/views/{kept.id}/", {"name": "Robada", "unit": ""})
        inbox.post(f"/desk/views/{kept.id}/drop/")
        inbox.post(f"/desk/views/{kept.id}/move/", {"to": "up"})
        kept.refresh_from_db()
        assert kept.name == "De tots", "only who owns it changes it"
        apart = add_unit(code="a-part", name="A part", since=now().date(), parent=None)
        assert refusal(keep_view, "X", by=agent, at=now(), view="team", filters={}, unit=apart) == "view_unit"
        SavedView.objects.filter(id=kept.id).update(unit=apart)
        assert "De tots" not in page(inbox)

    def test_who_leads_the_unit_may_drop_what_somebody_left_there(self, inbox, tray, agent, supervisor, signed_in):
        kept = keep_view("De qui plega", by=agent, at=now(), view="team", filters={}, unit=unit())
        signed_in(supervisor).post(f"/desk/views/{kept.id}/drop/")
        assert not SavedView.objects.exists()

    def test_order_rename_and_drop(self, inbox, tray, agent):
        a, b, c = (keep_view(name, by=agent, at=now(), view="team", filters={}) for name in "ABC")
        inbox.post(f"/desk/views/{c.id}/move/", {"to": "up"})
        inbox.post(f"/desk/views/{a.id}/move/", {"to": "up"})
        assert [one.name for one in SavedView.objects.seen_by(agent, [])] == ["A", "C", "B"]
        inbox.post(f"/desk/views/{b.id}/", {"name": "Bé", "unit": str(unit().id)})
        b.refresh_from_db()
        assert (b.name, b.unit) == ("Bé", unit())
        assert "Sí, esborra-la" in page(inbox, f"/desk/views/{b.id}/")
        inbox.post(f"/desk/views/{b.id}/drop/")
        assert "Aquesta vista ja no hi és" in page(inbox, f"/desk/inbox/?view={b.id}")

    def test_what_it_names_may_be_gone_and_it_says_so(self, inbox, tray, agent):
        _, housing = tray
        part = add_unit(code="part", name="Part", since=dt.date(2020, 1, 1), parent=unit())
        wanted = (
            {"unit": str(part.id)},
            {"account": str(Account.objects.get(key="bustia").id)},
            {"topic": str(housing.id)},
        )
        kept = [keep_view(f"V{n}", by=agent, at=now(), view="team", filters=one) for n, one in enumerate(wanted)]
        assert "busca una cosa que ja no hi és" not in page(inbox)
        UnitVersion.objects.create(unit=part, parent=unit(), name="Part", valid_from=now().date(), is_closed=True)
        Account.objects.filter(key="bustia").update(attended_since=None)
        Concept.objects.filter(id=housing.id).update(until=now().date() - dt.timedelta(days=1))
        assert page(inbox).count("busca una cosa que ja no hi és") == 3
        for one in kept:
            assert "Aquesta vista busca una cosa que ja no hi és" in page(inbox, f"/desk/inbox/?view={one.id}")
        SavedView.objects.filter(id=kept[0].id).update(view="unknown", filters={"colour": "red", "topic": "x"})
        assert "V0" in page(inbox, f"/desk/inbox/?view={kept[0].id}") and "V0" in page(inbox, "/desk/views/")

    def test_there_is_an_end_to_them(self, inbox, agent):
        for n in range(MOST):
            keep_view(f"V{n}", by=agent, at=now(), view="team", filters={})
        with pytest.raises(Refused, match="view_many"):
            keep_view("Una més", by=agent, at=now(), view="team", filters={})

    def test_nobody_of_another_administration_sees_them(self, inbox, agent, other_administration):
        keep_view("Meva", by=agent, at=now(), view="team", filters={})
        with tenancy.acting_for(other_administration):
            assert not SavedView.objects.exists()

    def test_queries_do_not_grow(self, inbox, tray, agent):
        def asked(path):
            with CaptureQueriesContext(connection) as queries:
                page(inbox, path)
            return len(queries)

        keep_view("Primera", by=agent, at=now(), view="team", filters={"language": "oc", "kind": "email"})
        few = asked("/desk/inbox/?view=team&language=ca"), asked("/desk/views/")
        other = hire(email="lia@exemple.cat", full_name="Lia Mas", unit=unit(), roles=["agent"])
        for n in range(10):
            keep_view(f"V{n}", by=agent, at=now(), view="team", filters={"language": "oc", "kind": "email"})
            keep_view(f"V{n}", by=other, at=now(), view="free", filters={"due": "late"}, unit=unit())
        assert asked("/desk/inbox/?view=team&language=ca") == few[0] <= MOST_QUERIES
        assert asked("/desk/views/") == few[1]


def test_no_filter_is_without_words():
    assert set(filters.CONDITIONS) == set(filters.LABELS)
    assert {one.key for one in lists.VIEWS} >= set(lists.UNCOUNTED)
