"""Who a person shares a home with, through the screens: how many, and names only by an opening that is written down."""

from tracte.core.clock import now
from tracte.desk.tests import cast
from tracte.people.appearance import Appearance
from tracte.people.models import Relation, SourceRecord
from tracte.people.protections import relations
from tracte.privacy.models import Read


def home():
    """Joan and Ona live together; the person of Joan and that of Ona."""
    for name in ("Joan Puig", "Ona Puig"):
        who = Appearance(key=name, full_name=name, address="Carrer Major, 8", postcode="43850")
        cast.say("formularis", who, 3, id=name)
    relations.renew(now())
    return [SourceRecord.objects.get(given_name=name).id for name in ("Joan", "Ona")]


def test_the_page_says_how_many_and_no_name(desk, merce):
    joan, _ = home()
    told = desk.get(f"/desk/people/{joan}/").content.decode()
    assert "Viu amb una persona més" in told and "Ona" not in told
    assert [read.subject for read in Read.objects.all()] == [joan]


def test_a_name_is_an_opening_like_any_other(desk, merce):
    joan, ona = home()
    relation = Relation.objects.get().id
    told = desk.get(f"/desk/people/{joan}/shares/{relation}/").content.decode()
    assert "Ona Puig" in told and f"/desk/people/{ona}/" in told
    assert {(read.subject, read.what) for read in Read.objects.all()} == {(joan, "person"), (ona, "relation")}
    assert desk.get(f"/desk/people/{merce}/shares/{relation}/").status_code == 404


def test_without_a_reason_nobody_is_named(jordi, merce):
    joan, _ = home()
    response = jordi.get(f"/desk/people/{joan}/shares/{Relation.objects.get().id}/")
    assert response.status_code == 302 and "/desk/purpose/" in response.url and not Read.objects.exists()
