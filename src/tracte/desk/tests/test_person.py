"""The person's page."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tracte.channels.models import Interaction
from tracte.core import tenancy
from tracte.desk import counts, timeline, words
from tracte.desk.tests import cast
from tracte.people import actions, facts
from tracte.people.appearance import PROVED, VERIFIED, Appearance, Identifier
from tracte.people.models import SourceRecord
from tracte.people.profile import open_person

PARTIAL = {"HX-Request": "true"}


def shown(client, person: uuid.UUID, query: str = "", **more) -> str:
    response = client.get(f"/desk/people/{person}/{query}", **more)
    assert response.status_code == 200
    return response.content.decode()


def opened(person: uuid.UUID, agent):
    return open_person(person, by=agent, purpose="attend", at=cast.ago(0))


def test_the_page_tells_who_they_are_all_that_happened_and_why_together(desk, merce):
    page = shown(desk, merce)
    assert "<h1>Mercè Puig Ferrer</h1>" in page and "Identitat verificada" in page and "Prefereix el català" in page
    assert re.search(
        r"Mires aquesta fitxa per <b>contestar una consulta</b>, des de (?:la 1|les \d+)\.\d\d\. Mercè ho veurà", page
    )
    assert "12 de març del 1984" in page and "Carrer de la Font" in page and cast.MERCE_MAIL in page
    for door in ("Oficina de Riudeclar 1", "Telegram 2", "Bústia de contacte 2", "Formularis del web 1", "atenció 2"):
        assert door in page
    assert "El mateix telèfon, 600 00 04 17, i el mateix nom de pila" in page
    assert page.count("<li>") and "8 contactes" in page and "4 minuts" in page
    assert "Resposta automàtica" in page and "timeline-dot-out" in page and "enviat ·" in page


def test_every_query_counts(desk, merce, monkeypatch):
    by_hand = []  # the timeline's own statement goes past Django's log
    run = timeline.rows
    monkeypatch.setattr(timeline, "rows", lambda *asked: by_hand.append(asked[0]) or run(*asked))
    with CaptureQueriesContext(connection) as asked:
        shown(desk, merce)
    statements = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]
    assert len(by_hand) == 1
    assert len(statements) + len(by_hand) <= 15, "\n".join(statements)


def test_the_number_of_queries_does_not_grow_with_the_person(desk, merce):
    def number() -> int:
        with CaptureQueriesContext(connection) as asked:
            shown(desk, merce)
        return len(asked)

    before = number()
    for n in range(60):
        who = Appearance(key=f"k{n}", full_name="Mercè Puig", identifiers=[Identifier("phone", cast.MERCE_PHONE)])
        cast.say("telefon", who, n, f"Truca {n}", id=f"grow{n}")
    assert number() == before


def test_a_fact_survives_by_assurance_then_recency_then_frequency(merce, agent):
    who = cast.merce()["telegram"]
    who.identifiers = [Identifier("phone", cast.MERCE_PHONE), Identifier("email", "nova@exemple.cat", PROVED)]
    who.key = "8813"
    cast.say("telegram", who, 1, "Hola")
    told = opened(merce, agent).facts
    assert told["email"].best.value == "nova@exemple.cat" and told["email"].best.assurance == PROVED
    assert [claim.value for claim in told["email"].others] == [cast.MERCE_MAIL]


def test_recency_breaks_a_tie_and_frequency_the_next(merce, agent):
    (record, *_) = cast.records(merce)
    old, new = cast.ago(9), cast.ago(1)

    def claim(value, at, assurance=1):
        return facts.Claim("address", value, assurance, at, record)

    def best(*claims):
        return facts.survive(claims)["address"].best.value

    assert best(claim("a", old), claim("b", new)) == "b"
    assert best(claim("a", old, 2), claim("b", new)) == "a"
    assert best(claim("a", new), claim("b", new), claim("B.", new)) in ("b", "B.")


def test_a_bare_given_name_does_not_hide_the_surnames(merce, agent):
    cast.say(
        "telegram", Appearance(key="7", full_name="Mercè", identifiers=[Identifier("phone", cast.MERCE_PHONE)]), 0.01
    )
    profile = opened(merce, agent)
    assert profile.name == "Mercè Puig Ferrer"
    assert {str(c.value) for c in profile.facts["name"].others} >= {"Mercè Puig", "Mercè"}


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("?direction=out", ["Fins al 30 de novembre"], ["Fins quan puc"]),
        ("?direction=sideways", ["Fins al 30 de novembre", "Fins quan puc"], []),
        ("?channel=nonsense&topic=1&since=ahir&before=x", ["Fins al 30 de novembre", "Fins quan puc"], []),
        ("?before=2020-01-01~00000000-0000-0000-0000-000000000000", ["Fins quan puc"], []),
        ("?since=0001-01-01&until=9999-12-31", ["Fins quan puc"], []),
    ],
)
def test_filters_narrow_and_nonsense_is_left_out(desk, merce, query, seen, unseen):
    page = shown(desk, merce, query, headers=PARTIAL)
    assert page.startswith('<div id="timeline"') and "<html" not in page
    assert all(text in page for text in seen) and not any(text in page for text in unseen)


def test_filters_by_channel_topic_and_day(desk, merce):
    profile_records = [record.id for record in cast.records(merce)]
    everything, _ = timeline.page(profile_records, timeline.Wanted(), timeline.accounts())
    housing = next(one for one in everything if one.topic_id)
    assert "Ajut al lloguer" in (page := shown(desk, merce, f"?topic={housing.topic_id}"))
    assert "Fins quan puc" not in page and "Habitatge (1)" in page
    page = shown(desk, merce, f"?channel={housing.account_id}")
    assert page.count('class="timeline-dot') == 2 and 'aria-current="true"' in page
    day = cast.ago(70).astimezone().date()
    page = shown(desk, merce, f"?since={day - dt.timedelta(days=1)}&until={day + dt.timedelta(days=1)}")
    assert page.count('class="timeline-dot') == 1 and "Canvi d’adreça" in page
    assert "Cap contacte amb aquests filtres" in shown(desk, merce, "?since=2199-01-01")


def test_a_fact_is_as_old_as_what_told_it_and_not_as_its_import(desk, administration):
    cast.say("formularis", Appearance(full_name="Rosa Camps", address="Carrer Nou, 1", key="rosa"), 400)
    record = SourceRecord.objects.get(address="Carrer Nou, 1")
    assert record.said_at < cast.ago(399) and record.first_seen_at > cast.ago(1)
    claim = next(one for one in facts.own_claims(record) if one.kind == "address")
    assert claim.at == record.said_at


def test_pages_of_the_timeline_hold_everything_once(desk, merce, agent):
    telegram = cast.merce()["telegram"]
    moment = cast.ago(33)
    for n in range(70):  # many in one instant: the id decides
        cast.say("telegram", telegram, 33, f"Ràfega {n:02}", id=f"burst{n}")
    Interaction.objects.filter(text__startswith="Ràfega").update(at=moment)
    records, doors = [record.id for record in cast.records(merce)], timeline.accounts()
    wanted, told = timeline.Wanted(), []
    while True:
        page, has_older = timeline.page(records, wanted, doors)
        told += page
        if not has_older:
            break
        wanted = timeline.Wanted(before=(page[-1].at, page[-1].id))
    assert len({one.id for one in told}) == len(told) == counts.count(records, timeline.Wanted()).ever == 78
    assert [(one.at, one.id) for one in told] == sorted(((one.at, one.id) for one in told), reverse=True)


def test_the_next_page_is_a_link_and_a_part(desk, merce):
    telegram = cast.merce()["telegram"]
    for n in range(40):
        cast.say("telegram", telegram, 100 + n, f"Consulta {n:02}.", id=f"often{n}")
    older = re.search(r'id="mes-b" href="([^"]+)"', shown(desk, merce))[1].replace("&amp;", "&")
    part = desk.get(older, headers=PARTIAL).content.decode()
    assert part.lstrip().startswith(("<ol", "<h3")) and "Consulta 39." in part and "Fins quan puc" not in part
    whole = desk.get(older).content.decode()
    assert "Torna als més nous" in whole and "Consulta 39." in whole
    assert "<html" in desk.get(older, headers={**PARTIAL, "HX-History-Restore-Request": "true"}).content.decode()


def test_counts_know_the_other_filters(merce):
    records = [record.id for record in cast.records(merce)]
    out = counts.count(records, timeline.Wanted(direction="out"))
    assert (out.ever, out.matching, out.in_all_channels) == (8, 1, 1)
    assert out.directions == {"in": 7, "out": 1}
    assert sum(counts.by_record(records).values()) == 8


def test_a_person_who_was_merged_leads_to_whom_they_are_now(desk, merce, agent):
    other = cast.person("600 000 999")
    survivor = actions.merge(merce, other, by=agent, at=cast.ago(0), reason="prova")
    gone = other if survivor == merce else merce
    response = desk.get(f"/desk/people/{gone}/")
    assert (response.status_code, response["Location"]) == (302, f"/desk/people/{survivor}/")
    response = desk.get(f"/desk/people/{gone}/split/")
    assert response["Location"] == f"/desk/people/{survivor}/split/"


def test_nobody_is_404_and_so_is_a_contact_of_somebody_else(desk, merce):
    assert desk.get(f"/desk/people/{uuid.uuid4()}/").status_code == 404
    (hers, *_), _ = timeline.page([r.id for r in cast.records(merce)], timeline.Wanted(), timeline.accounts())
    marc = cast.person("marc vila")
    assert desk.get(f"/desk/people/{merce}/interactions/{hers.id}/").status_code == 200
    assert desk.get(f"/desk/people/{marc}/interactions/{hers.id}/").status_code == 404


def test_a_person_of_another_administration_is_404(desk, merce, other_administration):
    with tenancy.acting_for(other_administration):
        cast.say("telefon", Appearance(full_name="Vicenta Forana"), 1)
        theirs = cast.person("vicenta")
    for address in ("", "merge/", "split/", f"merge/{merce}/"):
        assert desk.get(f"/desk/people/{theirs}/{address}").status_code == 404
    assert desk.get(f"/desk/people/{merce}/merge/{theirs}/").status_code == 302


ADDRESSES = [
    "people/",
    "purpose/",
    "people/{0}/",
    "people/{0}/merge/",
    "people/{0}/merge/{0}/",
    "people/{0}/split/",
    "",
]
ADDRESSES += ["people/{0}/interactions/{0}/", "people/{0}/identifiers/{0}/"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_go_to_sign_in_and_other_roles_are_refused(client, merce, signed_in, dpo, address, method):
    url = "/desk/" + address.format(merce)
    refused = {302, 405}
    response = getattr(client, method)(url)
    assert response.status_code in refused
    assert response.status_code == 405 or response["Location"].startswith("/desk/sign-in/?next=")
    assert getattr(signed_in(dpo), method)(url).status_code in (403, 405)


HOSTILE = "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> {{ 7|add:7 }} \u202e"


def test_hostile_names_and_texts_stay_text(desk, merce):
    who = Appearance(
        key="x",
        given_name=HOSTILE,
        surname="Zz" * 300,
        address=HOSTILE,
        language="<b>",
        identifiers=[Identifier("phone", "600111222")],
    )
    cast.say("telegram", who, 1, HOSTILE * 9, subject=HOSTILE, flags=["<i>"], data={"auto": {"kind": "<u>"}})
    person = cast.person("600111222")
    pages = [shown(desk, person), desk.get(f"/desk/people/{person}/split/").content.decode()]
    pages.append(desk.get(f"/desk/people/{merce}/merge/{person}/").content.decode())
    pages.append(desk.post("/desk/people/", {"q": HOSTILE + " alert"}, follow=True).content.decode())
    pages.append(desk.get(re.search(r'/desk/people/[^"]+/interactions/[^"]+', pages[0])[0]).content.decode())
    for page in pages:
        assert "<script>alert" not in page and "<img" not in page and "<i>" not in page and "<u>" not in page
        assert "&lt;script&gt;" in page and "{{ 7" not in page.replace("{{ 7|add:7 }}", "") and " 14 " not in page


def test_a_person_without_a_name_and_one_without_contacts(desk, merce, administration):
    cast.say("telefon", Appearance(identifiers=[Identifier("phone", "600333444")]), 1, "No diu qui és", kind="call")
    nameless = cast.person("600333444")
    page = shown(desk, nameless)
    assert "<h1>Persona sense nom</h1>" in page and "Aquesta persona ho veurà." in page
    Interaction.objects.filter(record_id=nameless).delete()
    assert "Encara no hi ha cap contacte" in shown(desk, nameless)
    assert "Cap contacte" in desk.post("/desk/people/", {"q": "600333444"}, follow=True).content.decode()


def test_a_shared_telephone_says_so(desk, merce):
    for name in ("Anna Camp", "Berta Dalmau", "Clara Esteve", "Dora Font"):
        cast.say("telefon", Appearance(full_name=name, identifiers=[Identifier("phone", "977000002")]), 1, id=name)
    assert "Compartit" in shown(desk, cast.person("dora font"))


def test_verified_document_joins_are_told_so(desk, merce):
    seen = [Identifier("national_id", cast.MERCE_DNI, VERIFIED)]
    cast.say("formularis", Appearance(full_name="Mercè Puig Ferrer", identifiers=seen), 1, kind="form")
    page = shown(desk, merce)
    assert "El mateix document, •••••678Z, verificat a totes dues fitxes" in page and "amb document" in page


@pytest.mark.parametrize(("days", "said"), [(0, "Aquesta setmana"), (-1, "Més endavant"), (800, None)])
def test_the_further_back_the_wider_the_heading(days, said):
    moment = cast.ago(days)
    assert words.period(moment) == (said or str(moment.year))


@pytest.mark.parametrize(("language", "month"), [("ca", "Agost"), ("es", "Agosto"), ("oc", "Agost"), ("en", "August")])
def test_months_are_said_in_the_language_of_the_page(monkeypatch, language, month):
    monkeypatch.setattr(words, "now", lambda: dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))
    with translation.override(language):
        assert words.period(dt.datetime(2026, 8, 5, tzinfo=dt.UTC)) == month
