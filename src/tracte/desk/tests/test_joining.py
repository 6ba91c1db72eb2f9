"""Merge and split by hand, through the screens."""

from __future__ import annotations

import re
import uuid

import pytest

from tracte.desk import joining
from tracte.desk.tests import cast
from tracte.people import actions
from tracte.people.appearance import VERIFIED, Appearance, Identifier
from tracte.people.models import Edge, Person
from tracte.privacy.models import Read


@pytest.fixture
def other(merce) -> uuid.UUID:
    """Another Merce, with a telephone of her own."""
    return cast.person("600 000 999")


def seen(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]


def preview(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_merge_with_preview_and_reason(desk, merce, other, agent):
    address = f"/desk/people/{merce}/merge/{other}/"
    page = preview(desk, address)
    survivor, gone = sorted((merce, other))
    assert "una fitxa i un contacte" in page and "Queda la fitxa més antiga" in page
    assert set(Read.objects.values_list("subject", flat=True)) == {merce, other}
    response = desk.post(address, {"seen": seen(page), "reason": "Mateixa adreça"}, follow=True)
    assert response.redirect_chain == [(f"/desk/people/{survivor}/", 302)]
    page = response.content.decode()
    assert "ara són una sola persona" in page and "Segueix Habitatge" in page
    assert "Les va ajuntar Jordi Serra" in page and "«Mateixa adreça»" in page
    assert Person.now_at(gone) == survivor and actions.drift() == []
    edge = Edge.objects.get(kind="must")
    assert (edge.by, edge.reason, edge.rule) == (agent, "Mateixa adreça", "hand")


@pytest.mark.parametrize("reason", ["", "   ", "a" * 501])
def test_nothing_happens_without_a_reason(desk, merce, other, reason):
    address = f"/desk/people/{merce}/merge/{other}/"
    response = desk.post(address, {"seen": seen(preview(desk, address)), "reason": reason})
    assert response.status_code == 200 and 'aria-invalid="true"' in response.content.decode()
    assert not Edge.objects.filter(kind="must").exists()


def test_two_verified_documents_are_refused_in_words(desk, merce):
    marc = cast.person("marc vila")
    address = f"/desk/people/{merce}/merge/{marc}/"
    page = preview(desk, address)
    assert "dos documents verificats diferents" in page and 'name="reason"' not in page
    plan = joining.plan_merge(merce, marc)
    response = desk.post(address, {"seen": plan.seen, "reason": "Insisteixo"}, follow=True)
    assert "dos documents verificats diferents" in response.content.decode()
    assert not Edge.objects.filter(kind="must").exists()


def test_the_same_person_and_nobody_send_back_to_the_search(desk, merce):
    back = f"/desk/people/{merce}/merge/"
    assert "ja van juntes" in desk.get(f"{back}{merce}/", follow=True).content.decode()
    response = desk.get(f"{back}{uuid.uuid4()}/", follow=True)
    assert response.redirect_chain == [(back, 302)] and "torna-ho a cercar" in response.content.decode()


def test_what_changed_meanwhile_is_shown_again_and_nothing_is_done(desk, merce, other):
    address = f"/desk/people/{merce}/merge/{other}/"
    stale = seen(preview(desk, address))
    cast.say(
        "telegram", Appearance(key="8814", full_name="Mercè Puig", identifiers=cast.merce()["telegram"].identifiers), 1
    )
    assert len(cast.records(merce)) == 6
    response = desk.post(address, {"seen": stale, "reason": "Tard"}, follow=True)
    assert "Ha canviat alguna cosa" in response.content.decode() and seen(response.content.decode()) != stale
    assert not Edge.objects.filter(kind="must").exists()


def test_sent_twice_is_done_once(desk, merce, other):
    address = f"/desk/people/{merce}/merge/{other}/"
    form = {"seen": seen(preview(desk, address)), "reason": "Doble clic"}
    assert desk.post(address, form).status_code == 302
    assert "ja van juntes" in desk.post(address, form, follow=True).content.decode()
    assert Edge.objects.filter(kind="must").count() == 1 and actions.drift() == []


def test_one_who_was_merged_into_a_third_meanwhile(desk, merce, other, agent):
    third = cast.person("youssef")
    plan = joining.plan_merge(merce, other)
    actions.merge(other, third, by=agent, at=cast.ago(0), reason="Un altre agent")
    today = Person.now_at(other)
    with pytest.raises(joining.Changed):
        joining.merge(merce, other, by=agent, at=cast.ago(0), reason="Tard", seen=plan.seen)
    if today != other:
        response = desk.get(f"/desk/people/{merce}/merge/{other}/")
        assert response["Location"] == f"/desk/people/{merce}/merge/{today}/"
    assert actions.drift() == []


def test_choosing_searches_and_leads_to_the_preview(desk, merce, other):
    response = desk.post(f"/desk/people/{merce}/merge/", {"q": "merce"}, follow=True)
    assert f"/desk/people/{merce}/merge/{other}/" in response.content.decode()


def split_form(client, person: uuid.UUID, leaving: list[uuid.UUID], reason: str = "Són dues") -> tuple[str, dict]:
    address = f"/desk/people/{person}/split/"
    page = preview(client, f"{address}?" + "&".join(f"record={record}" for record in leaving))
    return page, {"record": leaving, "seen": seen(page), "reason": reason}


def record_of(person: uuid.UUID, given: str, surname2: str) -> uuid.UUID:
    return next(r.id for r in cast.records(person) if (r.given_name, r.surname2) == (given, surname2))


def test_split_with_preview_keeps_them_apart(desk, merce):
    leaving = [record.id for record in cast.records(merce)[-1:]]
    page, form = split_form(desk, merce, leaving)
    assert "Se separa una fitxa" in page and "La resta conserva" in page
    response = desk.post(f"/desk/people/{merce}/split/", form, follow=True)
    assert response.redirect_chain == [(f"/desk/people/{merce}/", 302)]
    assert "ara són dues persones" in response.content.decode()
    assert f'<a href="/desk/people/{leaving[0]}/">' in response.content.decode()
    assert len(cast.records(merce)) == 4 and len(cast.records(leaving[0])) == 1
    assert actions.drift() == [] and Edge.objects.filter(kind="cannot", reason="Són dues").count() == 1


def test_when_the_oldest_leaves_the_rest_gets_the_new_address(desk, merce):
    page, form = split_form(desk, merce, [merce])
    assert "són més antigues i conserven l’adreça" in page and "Canvien de persona 7 contactes" in page
    response = desk.post(f"/desk/people/{merce}/split/", form)
    rest = uuid.UUID(response["Location"].rstrip("/").rsplit("/", 1)[1])
    assert rest != merce and len(cast.records(rest)) == 4 and len(cast.records(merce)) == 1


def test_splitting_nothing_everything_or_others_records_is_refused(desk, merce, other):
    address = f"/desk/people/{merce}/split/"
    everything = "&".join(f"record={record.id}" for record in cast.records(merce))
    assert "deixa’n almenys una" in preview(desk, f"{address}?{everything}")
    assert 'name="reason"' not in preview(desk, address)
    assert 'name="reason"' not in preview(desk, f"{address}?record={other}&record=nonsense")
    response = desk.post(address, {"record": [other], "seen": "x", "reason": "No és meva"}, follow=True)
    assert "Ha canviat alguna cosa" in response.content.decode() and len(cast.records(merce)) == 5
    assert "Només hi ha una fitxa" in preview(desk, f"/desk/people/{other}/split/")


def test_a_record_that_arrives_meanwhile_stops_the_split(desk, merce):
    _, form = split_form(desk, merce, [cast.records(merce)[-1].id])
    cast.say(
        "telefon", Appearance(key="9", full_name="Mercè Puig", identifiers=[Identifier("phone", cast.MERCE_PHONE)]), 1
    )
    response = desk.post(f"/desk/people/{merce}/split/", form, follow=True)
    assert "Ha canviat alguna cosa" in response.content.decode() and len(cast.records(merce)) == 6


def test_the_database_has_the_last_word_on_documents(merce, agent):
    """Even if a document is verified between preview and act, the two never join."""
    other = cast.person("600 000 999")
    seen_before = joining.plan_merge(merce, other).seen
    again = [Identifier("phone", "600 000 999"), Identifier("national_id", "00000000T", VERIFIED)]
    cast.say("oficina", Appearance(full_name="Merce Puig", identifiers=again), 0.1, kind="visit")
    with pytest.raises((joining.Changed, actions.Refused)):
        joining.merge(merce, other, by=agent, at=cast.ago(0), reason="Tard", seen=seen_before)
