"""Saying why, and the log of reads."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tracte.core import clock
from tracte.desk import visit
from tracte.desk.tests import cast
from tracte.privacy.models import Purpose, Read


def reads(**by) -> list[tuple[str, str]]:
    return list(Read.objects.filter(**by).order_by("id").values_list("purpose", "what"))


def contact(client, merce: uuid.UUID) -> str:
    """Address of the one contact whose text does not fit."""
    page = client.get(f"/desk/people/{merce}/").content.decode()
    return re.search(r'hx-get="([^"]+/interactions/[^"]+)"', page)[1]


def test_a_person_is_not_shown_before_saying_why(jordi, merce):
    response = jordi.get(f"/desk/people/{merce}/?direction=in")
    assert response.status_code == 302
    assert response["Location"] == f"/desk/purpose/?next=%2Fdesk%2Fpeople%2F{merce}%2F%3Fdirection%3Din"
    assert "Contestar una consulta" in jordi.get(response["Location"]).content.decode()
    assert reads() == []


def test_each_opening_is_one_row_with_its_purpose(jordi, merce, agent):
    chosen = jordi.post("/desk/purpose/", {"purpose": "complaint", "next": f"/desk/people/{merce}/"})
    assert chosen["Location"] == f"/desk/people/{merce}/"
    for _ in range(2):
        assert jordi.get(f"/desk/people/{merce}/").status_code == 200
    assert reads(subject=merce, user=agent, role="agent") == [("complaint", "person")] * 2 == reads()


def test_each_part_that_is_read_is_a_row_of_its_own(desk, merce):
    address = contact(desk, merce)
    desk.get(f"/desk/people/{merce}/?direction=in", headers={"HX-Request": "true"})
    assert "Moltes gràcies" in desk.get(address).content.decode()
    assert [what for _, what in reads(subject=merce)] == ["person", "timeline", "interaction"]


def test_a_document_is_shown_whole_only_when_asked(desk, merce):
    page = desk.get(f"/desk/people/{merce}/").content.decode()
    assert cast.MERCE_DNI not in page and "•••••678Z" in page
    address = page.split('hx-post="')[1].split('"')[0]
    assert cast.MERCE_DNI in desk.post(address).content.decode()
    assert cast.MERCE_DNI in desk.post(address, headers={"HX-Request": "true"}).content.decode()
    assert [what for _, what in reads()] == ["person", "identifier", "identifier"]
    assert desk.get(address).status_code == 405
    marc = cast.person("marc vila")
    assert desk.post(address.replace(str(merce), str(marc))).status_code == 404
    assert len(reads()) == 3


def test_a_visit_ends_after_half_an_hour_however_much_it_is_used(desk, merce, monkeypatch):
    later = clock.now() + visit.LASTS - dt.timedelta(seconds=5)
    monkeypatch.setattr(visit, "now", lambda: later)
    assert desk.get(f"/desk/people/{merce}/").status_code == 200
    monkeypatch.setattr(visit, "now", lambda: later + dt.timedelta(seconds=6))
    assert desk.get(f"/desk/people/{merce}/").status_code == 302


def test_a_part_asked_for_without_a_visit_leads_to_the_question(jordi, merce):
    where = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/desk/people/{merce}/?topic=x"}
    response = jordi.get(f"/desk/people/{merce}/", headers=where)
    assert response["HX-Redirect"] == f"/desk/purpose/?next=%2Fdesk%2Fpeople%2F{merce}%2F%3Ftopic%3Dx"
    assert response.content == b"" and reads() == []


@pytest.mark.parametrize("unknown", ["administer", "audit", "curiosity", "", "\0"])
def test_only_offered_purposes_are_taken(jordi, merce, unknown):
    assert jordi.post("/desk/purpose/", {"purpose": unknown}).status_code == 404
    assert jordi.get(f"/desk/people/{merce}/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://exemple.org/", "//exemple.org", "javascript:alert(1)", "\\\\exemple.org", ""]
)
def test_the_way_back_never_leaves_the_desk(jordi, merce, elsewhere):
    response = jordi.post("/desk/purpose/", {"purpose": "attend", "next": elsewhere})
    assert response["Location"] == "/desk/people/"


def test_without_purposes_the_page_says_whom_to_ask(jordi, merce):
    Purpose.objects.all().delete()
    assert "demana a qui administra" in jordi.get("/desk/purpose/").content.decode()


def test_pages_about_people_are_not_kept_by_browsers(desk, merce):
    response = desk.get(f"/desk/people/{merce}/")
    assert "no-store" in response["Cache-Control"] and "HX-Request" in response["Vary"]
    assert "no-store" in desk.get("/desk/people/")["Cache-Control"]


@pytest.mark.parametrize(
    ("code", "one", "others"),
    [
        ("ca", "des de la 1.05", ["des de les 0.05", "des de les 2.05", "des de les 13.05", "des de les 21.05"]),
        ("es", "desde la 1:05", ["desde las 0:05", "desde las 2:05", "desde las 13:05", "desde las 21:05"]),
        ("oc", "des dera 1.05", ["des des 0.05", "des des 2.05", "des des 13.05", "des des 21.05"]),
        ("en", "since 1:05", ["since 0:05", "since 2:05", "since 13:05", "since 21:05"]),
    ],
)
def test_one_o_clock_alone_is_singular(code, one, others):
    def said(hour: int) -> str:
        since = dt.datetime(2026, 1, 8, hour, 5, tzinfo=timezone.get_default_timezone())
        request = SimpleNamespace(visit=visit.Visit("attend", {"ca": "consulta"}, since), get_full_path="/")
        return render_to_string("desk/_reason.html", {"request": request})

    with translation.override(code):
        assert f", {one}." in said(1)
        assert all(f", {other}." in said(hour) for hour, other in zip((0, 2, 13, 21), others, strict=True))
