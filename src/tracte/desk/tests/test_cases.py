"""Cases at the desk: opened from a conversation after seeing what would happen, worked on, and found again."""

from __future__ import annotations

import re
import uuid

import pytest

from tracte.channels import tokens
from tracte.channels.models import Dispatch
from tracte.core.clock import now
from tracte.core.ids import uuid7
from tracte.core.models import Unit
from tracte.inbox.actions.cases import Place
from tracte.inbox.actions.cases.referring import Outside, refer
from tracte.inbox.models import Case, Job, Referral
from tracte.inbox.tests import cast, town
from tracte.inbox.tests.cast import message, write
from tracte.inbox.tests.town import hired, opened
from tracte.knowledge import actions as knowledge
from tracte.people.models import Membership
from tracte.privacy.actions import install_purposes
from tracte.privacy.models import Read

pytestmark = pytest.mark.django_db
MOST_QUERIES = 45


@pytest.fixture
def place(administration):
    install_purposes()
    cast.clock()
    made = town.build()
    lamp = made.services["carrer.llum.fanal"]
    knowledge.assign(lamp, Unit.objects.get(code="govern"), since=now().date(), by=None, at=now())
    knowledge.revise(lamp, similar_metres=50, similar_hours=48, by=None, at=now())
    lamp.refresh_from_db()
    return made


@pytest.fixture
def lamp(place):
    return place.services["carrer.llum.fanal"]


@pytest.fixture
def conversation(administration, place):
    [one] = write("bustia", message(cast.merce(), "El fanal de casa no s’encén", hours=2))
    return one


@pytest.fixture
def client_(signed_in, agent, conversation):
    return signed_in(agent)


@pytest.fixture
def case(conversation, lamp, agent):
    return opened(lamp, agent, conversation=conversation)


def read(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[-800:]
    return answer.content.decode()


def do(client, case, act, status=302, **fields):
    answer = client.post(f"/desk/cases/{case.id}/{act}/", fields)
    assert answer.status_code == status, answer.content.decode()[-800:]
    case.refresh_from_db()
    return answer.content.decode()


def start(client, conversation, status=302, **fields):
    given = {"service": "carrer.llum.fanal", "asked": "No s’encén", "key": uuid7(), "open": "1"} | fields
    answer = client.post(f"/desk/inbox/{conversation.id}/case/", given)
    assert answer.status_code == status, answer.content.decode()[-800:]
    return answer


def test_from_a_conversation_the_service_is_found_and_all_is_seen_before_it_is_opened(client_, conversation):
    page = read(client_, f"/desk/inbox/{conversation.id}/")
    assert f"/desk/inbox/{conversation.id}/case/" in page
    page = read(client_, f"/desk/inbox/{conversation.id}/case/?q=fanal")
    assert "?service=carrer.llum.fanal" in page
    assert "No hi ha cap servei" in read(client_, f"/desk/inbox/{conversation.id}/case/?q=xyzzy")
    page = read(client_, f"/desk/inbox/{conversation.id}/case/?service=carrer.llum.fanal")
    assert "se n’ocupa Govern" in page and "Prometrem contestar:" in page and "El fanal de casa no s’encén" in page
    assert not Case.objects.exists()
    answer = start(client_, conversation)
    case = Case.objects.get()
    assert answer.url == f"/desk/cases/{case.id}/"
    page = read(client_, answer.url)
    assert f"Obert: el número és {case.reference}" in page and "Mercè Puig Ferrer" in page
    assert "3 dies laborables" in page and Read.objects.filter(what="case").exists()
    assert case.reference in read(client_, f"/desk/inbox/{conversation.id}/")


def test_twice_the_same_click_is_once(client_, conversation):
    key = uuid7()
    for _ in range(2):
        start(client_, conversation, key=key)
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"asked": ""}, "Escriu què demana."),
        ({"territory": "lluny"}, "No hi ha cap territori amb aquest codi"),
        ({"latitude": "41"}, "Escriu les dues coordenades, o cap."),
        ({"field_color": "verd"}, "El formulari no té cap camp «color»."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(client_, conversation, wrong, told):
    page = start(client_, conversation, 422, place="Carrer de la Font, 8", **wrong).content.decode()
    assert told in page and "Carrer de la Font, 8" in page and not Case.objects.exists()


def test_similar_ones_are_offered_and_solved_together(client_, conversation, lamp):
    first = opened(lamp, place=Place(None, "Carrer Nou, 1", 41.15, 1.1))
    looked = {"latitude": "41.15", "longitude": "1.1"}
    page = client_.get(f"/desk/inbox/{conversation.id}/case/", {"service": lamp.key, **looked}).content.decode()
    assert first.reference in page and "a 0 m" in page
    start(client_, conversation, **looked, **{"with": str(first.id)})
    job = Job.objects.get()
    assert job.cases.count() == 2 and job.title == "Fanal apagat, Carrer Nou, 1"
    page = read(client_, f"/desk/jobs/{job.id}/")
    assert "2 d’oberts" in page and first.reference in page


def test_one_that_they_have_already_takes_the_conversation_too(client_, conversation, case):
    page = read(client_, f"/desk/inbox/{conversation.id}/case/?service=carrer.llum.fanal")
    assert "Ja en té un d’obert" in page
    start(client_, conversation, same=str(case.id))
    assert Case.objects.count() == 1 and case.origins.count() == 1


def test_it_is_answered_and_closed_in_one_click(client_, case):
    do(client_, case, "answer", text="Ja s’encén.", key=uuid7(), then="close")
    assert not case.is_open and Dispatch.objects.get().to == "merce.puig@exemple.cat"
    page = read(client_, f"/desk/cases/{case.id}/")
    assert "Ja s’encén." in page and "Contestat" in page and "Torna’l a obrir" in page
    assert "Escriu per què" in do(client_, case, "reopen", 409, reason="")
    do(client_, case, "reopen", reason="S’ha tornat a apagar")
    assert case.is_open


def test_a_refusal_says_why_and_keeps_what_was_typed(client_, case):
    page = do(client_, case, "give", 409, unit="llums", reason="")
    assert "Escriu per què" in page and 'value="llums"' in page
    assert "No hi ha cap unitat amb aquest codi" in do(client_, case, "give", 409, unit="res", reason="x")
    assert "No hi ha cap servei amb aquesta clau" in do(client_, case, "service", 409, service="res", reason="x")
    assert "Només ho pot fer qui supervisa." in do(client_, case, "close", 409, how="unanswered", reason="x")
    assert client_.post(f"/desk/cases/{case.id}/close/", {"how": "magic"}).status_code == 404
    assert read(client_, f"/desk/cases/{uuid.uuid4()}/", 404)


def test_it_is_taken_paused_and_moved(client_, case, agent, place):
    do(client_, case, "give", agent=agent.id)
    assert case.agent == agent and "Deixa’l" in read(client_, f"/desk/cases/{case.id}/")
    do(client_, case, "pause", reason="Esperem la companyia")
    page = read(client_, f"/desk/cases/{case.id}/")
    assert "en pausa" in page and "Esperem la companyia" in page
    assert case.reference in read(client_, "/desk/cases/?view=waits")
    do(client_, case, "pause", resume="1")
    assert case.is_promised
    do(client_, case, "service", service="carrer", reason="No és un fanal")
    assert "Es va obrir com a «Fanal apagat»" in read(client_, f"/desk/cases/{case.id}/")
    do(client_, case, "note", note="Trucar abans de les tres")
    do(client_, case, "claim", text="Encara res", key=uuid7())
    page = read(client_, f"/desk/cases/{case.id}/")
    assert "Trucar abans de les tres" in page and "Encara res" in page


def test_a_job_is_finished_and_each_gets_their_answer(client_, case):
    do(client_, case, "job", title="Fanal de la Font")
    job = case.job
    assert "Escriu" in read(client_, f"/desk/jobs/{job.id}/")
    assert client_.post(f"/desk/jobs/{job.id}/", {"ca": " "}).status_code == 409
    assert client_.post(f"/desk/jobs/{job.id}/", {"ca": "Ja s’encén."}).status_code == 302
    assert "això és el que es proposa contestar" in read(client_, f"/desk/cases/{case.id}/")
    assert client_.post(f"/desk/jobs/{job.id}/", {"all": "1"}).status_code == 302
    case.refresh_from_db()
    assert not case.is_open and "Un cas contestat i tancat." in read(client_, f"/desk/jobs/{job.id}/")


def test_lists_show_what_is_theirs_and_a_number_opens_its_case(client_, case, agent, django_assert_max_num_queries):
    assert case.reference in read(client_, "/desk/cases/?view=team")
    assert case.reference in read(client_, "/desk/cases/?view=free")
    assert "Cap cas en aquesta vista" in read(client_, "/desk/cases/")
    do(client_, case, "give", agent=agent.id)
    assert case.reference in read(client_, "/desk/cases/")
    assert client_.get("/desk/cases/", {"q": case.reference.lower()}).url == f"/desk/cases/{case.id}/"
    assert "No hi ha cap cas amb aquest número" in read(client_, "/desk/cases/?q=0000Z-Z")
    for _ in range(5):
        opened(case.service)
    with django_assert_max_num_queries(10):
        read(client_, "/desk/cases/?view=team")


def test_a_list_goes_on_where_it_stopped(client_, lamp, monkeypatch):
    from tracte.desk.cases import lists

    monkeypatch.setattr(lists, "PAGE", 2)
    every = {opened(lamp).reference for _ in range(5)}
    seen, address = [], "/desk/cases/?view=team"
    while address:
        page = read(client_, address)
        seen += re.findall(r'<span class="num">(\w{5}-\w)</span>', page)
        more = re.search(r'href="(\?view=team&amp;after=[^"]+)"', page)
        address = "/desk/cases/" + more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(every)


def test_of_a_confidential_service_others_see_that_it_exists_and_no_more(client_, conversation, lamp, agent, place):
    knowledge.revise(lamp, is_confidential=True, readers=["llums"], by=None, at=now())
    lamp.refresh_from_db()
    case = opened(lamp, agent, conversation=conversation, asked="Un secret gros", place=Place(None, "Carrer amagat"))
    for address in (f"/desk/cases/{case.id}/", "/desk/cases/?view=team"):
        page = read(client_, address)
        assert case.reference in page and "Fanal apagat" in page
        assert not [one for one in ("secret", "amagat", "Mercè") if one in page]
    assert "confidencial" in do(client_, case, "note", 409, note="Hola")
    assert "secret" not in read(client_, f"/desk/inbox/{conversation.id}/")
    assert case.steps.count() == 1


def test_whoever_is_asked_of_a_confidential_case_sees_the_question_and_what_was_shared(
    conversation, lamp, place, signed_in
):
    knowledge.revise(lamp, is_confidential=True, readers=["govern"], by=None, at=now())
    lamp.refresh_from_db()
    boss = hired("Aina Soler", Unit.objects.get(code="govern"))
    case = opened(lamp, boss, conversation=conversation, asked="Un secret gros", place=Place(None, "Carrer Nou, 1"))
    refer(case, by=boss, at=now(), question="És nostre?", days=2, unit=place.units["aran"], shared=["place"])
    page = read(signed_in(hired("Pol Riu", place.units["aran"])), f"/desk/cases/{case.id}/")
    assert "És nostre?" in page and "Carrer Nou, 1" in page and "secret" not in page and "Mercè" not in page


def test_their_page_shows_what_they_have_open(client_, case, conversation):
    client_.post("/desk/purpose/", {"purpose": "attend"})
    person = Membership.objects.live().get(record=conversation.record_id).person_id
    assert case.reference in read(client_, f"/desk/people/{person}/")
    do(client_, case, "answer", text="Ja.", key=uuid7(), then="close")
    assert "No en té cap d’obert." in read(client_, f"/desk/people/{person}/")


def test_an_expert_is_asked_within_and_answers(client_, case, place, signed_in, conversation):
    do(client_, case, "refer", question="És nostre?", days=3, unit="aran", shared=["asked"])
    asked = Referral.objects.get()
    assert "És nostre?" in read(client_, f"/desk/cases/{case.id}/")
    expert = signed_in(hired("Pol Riu", place.units["aran"]))
    assert case.reference in read(expert, "/desk/cases/")
    assert expert.post(f"/desk/referrals/{asked.id}/", {"answer": "Sí"}).status_code == 302
    asked.refresh_from_db()
    assert asked.answer == "Sí" and asked.shared == [["asked", "El fanal no s’encén"]]


def test_somebody_outside_reads_what_was_shared_and_answers_once(client_, client, case, agent):
    do(client_, case, "refer", question="Quan hi aneu?", days=3, name="Llums SL", shared=["service"])
    asked = Referral.objects.get()
    link = f"/referral/{tokens.sign(asked.id)}/"
    assert link in read(client_, f"/desk/cases/{case.id}/")
    client.logout()
    answer = client.get(link)
    page = answer.content.decode()
    assert "Quan hi aneu?" in page and "Fanal apagat" in page and answer["Referrer-Policy"] == "same-origin"
    assert not [one for one in ("Mercè", "no s’encén", "Jordi") if one in page]
    assert "Escriu la resposta." in client.post(link, {"text": " "}).content.decode()
    for text in ("Dilluns", "Dimarts"):
        assert "Hem rebut la teva resposta" in client.post(link, {"text": text}).content.decode()
    asked.refresh_from_db()
    assert asked.answer == "Dilluns"
    wrong = client.get("/referral/" + "x" * 36 + "/")
    assert wrong.status_code == 403 and "no és sencer" in wrong.content.decode()
    assert client.get(f"/referral/{tokens.sign(case.id)}/").status_code == 403


def test_an_old_link_says_so(client, case, agent, client_):
    asked = refer(case, by=agent, at=now(), question="Quan?", days=3, outside=Outside("Llums SL"))
    long_ago = cast.ago(1000)
    Referral.objects.filter(id=asked.id).update(at=long_ago, due_at=long_ago, expires_at=long_ago)
    answer = client.get(f"/referral/{tokens.sign(asked.id)}/")
    assert answer.status_code == 410 and "ha caducat" in answer.content.decode()
    assert "Quan?" not in answer.content.decode()


def test_a_case_costs_the_same_however_much_happened(client_, case, agent, django_assert_max_num_queries):
    for _ in range(2):
        for n in range(8):
            do(client_, case, "note", note=f"Nota {n}")
        with django_assert_max_num_queries(MOST_QUERIES):
            read(client_, f"/desk/cases/{case.id}/")
