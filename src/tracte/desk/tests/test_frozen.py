"""Frozen persons, through the screens."""

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk.tests import cast
from tracte.people.models import Freeze, Thaw
from tracte.people.protections import freezing
from tracte.privacy.models import Read

LIST = "/desk/review/frozen/"


def freeze(monkeypatch, merce):
    monkeypatch.setattr("tracte.people.matching.MOST_RECORDS", 2)
    monkeypatch.setattr(freezing, "MOST_RECORDS", 2)
    assert freezing.sweep(now())
    return Freeze.objects.get()


def test_the_review_says_how_many_and_the_list_why_without_a_name(jordi, merce, monkeypatch):
    assert "persona aturada" not in jordi.get("/desk/review/").content.decode()
    freeze(monkeypatch, merce)
    assert "Hi ha una persona aturada" in jordi.get("/desk/review/").content.decode()
    told = jordi.get(LIST).content.decode()
    assert "Té massa fitxes" in told and "Mercè" not in told and f"/desk/people/{merce}/" in told
    assert "Deixa-la créixer" not in told and not Read.objects.exists()


def test_only_who_leads_lets_it_grow_and_says_why(jordi, merce, monkeypatch):
    found = freeze(monkeypatch, merce)
    assert jordi.post(f"{LIST}{found.id}/", {"reason": "sí"}).status_code == 403
    assert not Thaw.objects.exists()


def test_who_leads_lets_it_grow(client, administration, supervisor, merce, monkeypatch):
    found = freeze(monkeypatch, merce)
    with tenancy.acting_for(administration):
        client.force_login(supervisor)
    assert "Deixa-la créixer" in client.get(LIST).content.decode()
    client.post(f"{LIST}{found.id}/", {"reason": " "})
    assert not Thaw.objects.exists()
    assert (
        "fins al límit següent"
        in client.post(f"{LIST}{found.id}/", {"reason": "és ella"}, follow=True).content.decode()
    )
    assert Thaw.objects.get().reason == "és ella" and not freezing.standing()
    assert "Algú altre" in client.post(f"{LIST}{found.id}/", {"reason": "és ella"}, follow=True).content.decode()


def test_the_person_and_a_merge_of_them_say_it(desk, merce, monkeypatch):
    assert "persona aturada" not in desk.get(f"/desk/people/{merce}/").content.decode()
    freeze(monkeypatch, merce)
    other = cast.person("600 000 999")
    for page in (f"/desk/people/{merce}/", f"/desk/people/{other}/merge/{merce}/"):
        assert "És una persona aturada." in desk.get(page).content.decode(), page
    assert "persona aturada" not in desk.get(f"/desk/people/{other}/").content.decode()
