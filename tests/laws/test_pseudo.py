"""All that the pages of the staff say was marked: in the pseudo-language a marked text stands in brackets, and what is
left outside of them must be a word of the data."""

import re
from html.parser import HTMLParser

from babel.dates import get_month_names
from django.db import connection
from django.urls import reverse
from django.utils.translation import _trans

from conftest import PASSWORD
from tests.laws.test_routes import BORROWED, _views
from tracte.core.calendars.actions import close_on
from tracte.core.clock import now
from tracte.core.ids import uuid7
from tracte.core.models import Calendar
from tracte.desk.tests import cast
from tracte.inbox.actions import bulk
from tracte.inbox.actions.answering import reply
from tracte.inbox.actions.cases import open_case
from tracte.inbox.actions.cases.jobs import begin_job
from tracte.inbox.actions.cases.referring import Outside, refer
from tracte.inbox.actions.templating import set_template
from tracte.inbox.actions.viewing import keep_view
from tracte.inbox.tests import cast as inbox_cast
from tracte.knowledge import actions as services
from tracte.knowledge.models import Service
from tracte.knowledge.tests import town as towns
from tracte.people.appearance import Appearance, Identifier
from tracte.people.models import Edge, Freeze, Relation
from tracte.people.protections import relations
from tracte.privacy.actions import install_purposes

SPOKEN = ("title", "aria-label", "aria-description", "placeholder", "alt", "label")
SILENT = ("time", "code", "script", "style")  # days and hours are said by Babel
VOID = ("input", "meta", "link", "br", "hr", "img")
DATA = (
    "core_administration core_user core_unitversion inbox_conversation people_sourcerecord channels_account "
    "channels_interaction inbox_template privacy_purpose knowledge_service knowledge_answertext knowledge_visibility "
    "vocabularies_concept inbox_case inbox_job inbox_referral inbox_savedview core_calendar core_holiday"
)
MANY = {
    "assign": {"agent": "", "unit": "", "reason": ""},
    "snooze": {"until": "2090-01-01T09:00:00+00:00"},
    "close": {"how": "answered", "reason": ""},
}


class Seen(HTMLParser):
    """What a person reads, in order; not what says itself that it is in a language of its own."""

    said, within = "", 0  # what was read; how many elements are open in a silent one

    def __init__(self, answer) -> None:
        super().__init__()
        self.feed(answer.content.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if self.within or tag in SILENT or "aria-hidden" in given or ("lang" in given and tag != "html"):
            self.within += tag not in VOID
        else:
            self.said += " ".join(["", *(given[name] for name in SPOKEN if given.get(name)), ""])

    def handle_endtag(self, tag):
        self.within -= self.within > 0

    def handle_data(self, data):
        self.said += data if not self.within else ""


def words(text: str) -> set[str]:
    """All words outside of every bracket, but those of addresses and the one that an excerpt ends in."""
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)):
        pass
    return set(re.findall(r"[^\W\d_]{2,}", re.sub(r'[^\s,"]*@[\w.]+|\w+…', " ", text).casefold()))


def knowledge() -> dict[str, object]:
    """A service with every part of its contract, an answer in two languages, a synonym."""
    town = towns.build()
    choices = [{"value": value, "labels": {"ca": value}} for value in ("apagat", "trencat")]
    fields = [{"key": "que", "kind": "choice", "labels": {"ca": "Fanal"}, "choices": choices, "is_required": True}]
    service = services.revise(
        town.services["carrer.llum"],
        **{"fields": fields, "term_amount": 3, "term_unit": "months", "channels": ["email"], "claim_days": 9},
        **{"is_confidential": True, "readers": ["llums"], "similar_metres": 50, "similar_hours": 3},
        visibilities=[{"application": "web", "since": towns.LONG_AGO, "until": None}],
        by=None,
        at=now(),
    )
    services.assign(
        service, town.units["llums"], since=towns.LONG_AGO, territory=town.places["camp"], by=None, at=now()
    )
    answer = services.write(
        title="Fanal?", body="Fanal.", owner=town.units["llums"], review_on=towns.LONG_AGO, by=None, at=now()
    )
    services.rewrite(answer, "es", title="Farola", body="Farola.", seen=0, by=None, at=now())
    synonym = services.add_synonym("ca", "llum", "fanal", by=None, at=now())
    return {"service": service.id, "answer": answer.id, "language": "es", "synonym": synonym.id}


def inbox(agent) -> dict[str, object]:
    """A conversation that was answered, a template, a view of one's own, and acts on many of which one was started."""
    inbox_cast.clock()
    joan = inbox_cast.message(Appearance(key="p", full_name="Joan Puig"), "Bon dia")
    [conversation, joan] = inbox_cast.write("bustia", inbox_cast.message(inbox_cast.anna(), "Bon dia", hours=2), joan)
    turn = reply(conversation, by=agent, at=now(), text="Hola", seen=1, key=uuid7())
    service = Service.objects.get(key="carrer")
    case = open_case(service, by=agent, at=now(), key="a", asked="Fanal", conversation=conversation)
    job = begin_job(case, by=agent, at=now(), title="Fanal")
    asked = refer(case, by=agent, at=now(), question="Fanal", days=2, shared=["asked"], outside=Outside("Fanal"))
    kept = set_template("hola", names={"ca": "Hola"}, texts={"ca": "Hola"}, by=None, at=now())
    view = keep_view("Fanal", by=agent, at=now(), view="team", filters={"kind": "email", "topic": str(uuid7())})
    for what, said in MANY.items():
        ids = [conversation.id, joan.id]
        act = bulk.plan(by=agent, at=now(), what=what, said=said, conversations=ids, chosen={"view": "team"})
    bulk.start(act, by=agent, at=now())
    names = {
        "conversation": conversation.id,
        "view": view.id,
        "act": act.id,
        "order": "undo",
        "turn": turn.id,
        "template": kept.id,
        "attachment": uuid7(),
    }
    names |= {"case": case.id, "job": job.id, "referral": asked.id}
    calendar = Calendar.objects.get()
    close_on(calendar, {now().date(): "Aplec"}, by=agent)
    return names | {
        "calendar": calendar.id,
        "day": calendar.days.get().id,
        "user": agent.pk,
        "unit": conversation.unit_id,
    }


def test_nothing_on_the_pages_of_the_staff_is_left_unmarked(administration, agent, signed_in, monkeypatch):
    install_purposes()
    known = knowledge() | inbox(agent)
    merce, client = cast.tell(), signed_in(agent)
    cast.say("telefon", cast.merce()["telefon"], 4, kind="call")
    cast.say("telefon", Appearance(identifiers=[Identifier("phone", "600 000 111")]), 1)
    cast.say(
        "formularis",
        Appearance(key="joan", full_name="Joan Puig", address="Carrer de la Font, 8, 2n 1a", postcode="43850"),
        3,
    )
    relations.renew(now())
    frozen = Freeze.objects.create(record_id=merce, why="component", records=231)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT string_agg(t::text, ' ') FROM {name} t" for name in DATA.split()))
        months = get_month_names("wide", context="stand-alone", locale="ca").values()
        data = words(" ".join([*months, *(text for (text,) in cursor.fetchall())]))
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        said = getattr(_trans, name)
        monkeypatch.setattr(_trans, name, lambda *text, said=said: f"⟦{said(*text)}⟧")
    client.post("/desk/account/reauthenticate/", {"password": PASSWORD})
    client.post("/desk/purpose/", {"purpose": "attend"})
    page = f"/desk/people/{merce}/"
    shown, names = client.get(page).content.decode(), {"person": merce, "other": cast.person("600 000 111"), "pk": 7}
    names |= {"edge": Edge.objects.latest("seq").seq, "doubt": (doubt := cast.doubt()).id, "model": doubt.model_id}
    names |= known
    names |= {"relation": Relation.objects.get().id, "freeze": frozen.id}
    names |= {part: re.search(rf"/{part}s/([^/]+)/", shown)[1] for part in ("interaction", "identifier")}
    some = [f"record={record.id}" for record in cast.records(merce)]
    walk = [page + more for more in ("?since=2090-01-01", f"split/?{some[0]}", f"split/?{'&'.join(some)}")]
    for name, route, view in _views():
        decision = getattr(view, "decision", None) or BORROWED.get(name)
        if decision and decision.who == "staff" and name != "desk:live":  # which says no word
            walk.append(reverse(name, kwargs={part: names[part] for part in re.findall(r"<\w+:(\w+)>", route)}))
    # Sent with a query alone, most forms miss something and say so.
    read = [one for a in walk for one in (client.get(a, follow=True), client.post(a, {"q": "puig"}, follow=True))]
    assert {one.request["PATH_INFO"]: found for one in read if (found := words(Seen(one).said) - data)} == {}
    assert sum(one.status_code == 200 for one in read) > 30
