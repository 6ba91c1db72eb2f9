"""Who is recognised, through the database: each rule of the room, one arrival after another or all in one batch."""

import datetime as dt
import random
import uuid

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracte.core import keys, tenancy
from tracte.people import actions
from tracte.people.appearance import PROVED, VERIFIED, Appearance, Identifier
from tracte.people.models import Edge, Membership, NameToken, Person, RecordIdentifier, SourceRecord
from tracte.people.models import Identifier as IdentifierRow
from tracte.people.tests.cast import MERCE, PERE, SOURCE, appears, are_one, arrive, partition, persons, who

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]
PHONE, EMAIL = "600 000 417", "anna@exemple.cat"


def test_a_verified_document_links_whatever_the_names():
    assert are_one(
        appears("Mercè Puig Soler", document=MERCE),
        appears("M. Puch", document="12.345.678-z", birth="1984-03-12"),
        appears("", document=MERCE, birth="1984-12-03"),
    )
    assert set(Edge.objects.values_list("kind", "rule")) == {("link", "document")}


def test_a_declared_document_needs_the_name():
    assert are_one(appears("Mercè Puig", document="?" + MERCE), appears("Mercè Puig Soler", document="?" + MERCE))
    assert not are_one(appears("Pere Roca", document="?" + PERE), appears("Anna Roca", document="?" + PERE))


@pytest.mark.parametrize("field", [{"phone": PHONE}, {"email": EMAIL}])
def test_a_declared_contact_links_the_same_given_name(field):
    assert are_one(appears("Anna Puig", **field), appears("ANNA PUIG", **field, birth="1984-03-12"))


@pytest.mark.parametrize("field", [{"phone": PHONE}, {"email": EMAIL}])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Anna Puig"}, {"name": "Joan Puig"}),
        ({"name": "Anna"}, {"name": ""}),
        ({"name": "Anna Puig", "birth": "1984-03-12"}, {"name": "Anna Puig", "birth": "1985-03-12"}),
        ({"name": "Anna Puig", "document": MERCE}, {"name": "Anna Puig", "document": PERE}),
        ({"name": "Anna Puig", "document": "?" + MERCE}, {"name": "Anna Puig", "document": PERE}),
        ({"name": "Anna Puig"}, {"name": "Anna Roca"}),
        ({"name": "Anna Puig Soler"}, {"name": "Anna Puig Vidal"}),
    ],
    ids=["given name", "no name", "birth date", "documents", "declared document", "surname", "second surname"],
)
def test_a_declared_contact_links_nobody_who_conflicts(one, other, field):
    assert not are_one(appears(**one, **field), appears(**other, **field))


def test_swapped_surnames_are_no_conflict():
    assert are_one(appears("Anna Puig Soler", phone=PHONE), appears("Anna Soler Puig", phone=PHONE))


@pytest.mark.parametrize(("other", "is_one"), [("Anna", True), ("", True), ("Joan", False)])
def test_a_contact_proved_on_both_sides_links_but_for_another_name(other, is_one):
    assert are_one(appears("Anna", phone=PHONE, sure=PROVED), appears(other, phone=PHONE, sure=PROVED)) == is_one


def test_twins_with_everything_shared_but_the_name_stay_two():
    twins = [appears(f"{name} Puig Soler", phone=PHONE, email=EMAIL, birth="2004-05-01") for name in ("Jana", "Júlia")]
    assert not are_one(*twins)
    assert not are_one(*(appears(f"{one.full_name} ", phone=PHONE, sure=PROVED, birth="2004-05-01") for one in twins))


def test_father_and_son_of_one_name_stay_two():
    father, son = "Josep Puig Soler", "Josep Puig Vidal"
    assert not are_one(appears(father, phone=PHONE), appears(son, phone=PHONE))
    dates = [appears("Pere Roca", phone="600000418", birth=born) for born in ("1950-01-01", "1980-01-01")]
    assert not are_one(*dates)


def test_whom_two_could_be_is_neither():
    """The telephone leads to one Anna, the e-mail to another who was born on another day."""
    one = appears("Anna", phone=PHONE, birth="1984-03-12")
    other = appears("Anna", email=EMAIL, birth="1990-01-01")
    found = who(one, other, appears("Anna", phone=PHONE, email=EMAIL))
    assert len(set(found)) == 3


def test_the_fourth_person_makes_a_telephone_shared_and_it_links_no_more():
    names = ["Anna Puig", "Joan Roca", "Pere Font", "Mercè Soler"]
    who(*(appears(name, phone=PHONE) for name in names[:3]))
    assert IdentifierRow.objects.get().state == "normal"
    assert are_one(appears("Anna Puig", phone=PHONE, email=EMAIL), appears("Anna Puig", phone=PHONE))
    who(appears(names[3], phone=PHONE))
    assert IdentifierRow.objects.get(kind="phone").state == "shared"
    assert not are_one(appears("Joan Roca", phone=PHONE, birth="1980-01-01"), appears("Joan Roca", phone=PHONE))


def test_in_one_batch_it_becomes_shared_at_the_same_place():
    names = ["Anna", "Joan", "Pere", "Anna", "Mercè", "Joan"]
    records = arrive(*(appears(name, phone=PHONE, key=str(n)) for n, name in enumerate(names)))
    assert partition(records) == [0, 1, 2, 0, 4, 5]


def test_two_verified_documents_never_join_through_a_third_record():
    """Two persons with a document each, and somebody who agrees with both by telephone and by e-mail."""
    found = who(
        appears("Anna", phone=PHONE, document=MERCE),
        appears("Anna", email=EMAIL, document=PERE),
        appears("Anna", phone=PHONE, email=EMAIL),
        appears("Anna", phone=PHONE, email=EMAIL, sure=VERIFIED, key="app"),
    )
    assert found[0] != found[1] and not actions.drift()


def test_an_account_that_later_shows_another_verified_document_keeps_it_as_declared():
    anna, again = who(appears("Anna", key="app", document=MERCE), appears("Anna", key="app", document=PERE))
    assert anna == again
    sure = dict(RecordIdentifier.objects.values_list("identifier_id", "assurance"))
    ring = keys.keyring(tenancy.required())
    opened = {ring.open(one.value_sealed).decode(): sure[one.id] for one in IdentifierRow.objects.all()}
    assert opened == {MERCE: 3, PERE: 1}
    assert who(appears("Pere", document=PERE)) != [anna]
    assert are_one(appears("Anna", key="app", document=MERCE), appears("?", document=MERCE))


def test_an_account_that_is_verified_later_is_raised_and_then_links():
    first = who(appears("Anna", key="app", document="?" + MERCE), appears("A.", document=MERCE))
    assert len(set(first)) == 2
    (record,) = arrive(appears("Anna", key="app", document=MERCE))
    assert len(set(persons([record, *SourceRecord.objects.values_list("id", flat=True)]))) == 1


def test_one_appearance_with_two_verified_documents_keeps_the_first():
    who(appears("Anna", key="app", document=MERCE))
    two = Appearance(key="b", identifiers=[Identifier("national_id", one, VERIFIED) for one in (MERCE, PERE)])
    arrive(two)
    assert sorted(RecordIdentifier.objects.values_list("assurance", flat=True)) == [1, 3, 3]
    assert Membership.objects.live().values("person_id").distinct().count() == 1


def test_the_same_appearance_is_the_same_record_whenever_it_comes():
    anna = appears("Anna Puig", phone=PHONE)
    first, second = arrive(anna, appears("ANNA  PUIG", phone="+34600000417"))
    assert first == second == arrive(anna)[0]
    assert arrive(appears("Un altre nom", key="k"))[0] == arrive(appears("Anna", key="k", phone=PHONE))[0]
    elsewhere = arrive(anna, source=uuid.UUID(int=SOURCE.int + 1))[0]
    assert elsewhere != first and SourceRecord.objects.count() == 3


def test_a_name_alone_is_nobody_in_particular():
    """There are many Maria Garcias: with nothing but the name, each is a record and a person of her own."""
    assert not are_one(appears("Maria Garcia"), appears("Maria Garcia"))
    assert are_one(appears("Maria Garcia", birth="1936-03-19"), appears("Maria Garcia", birth="1936-03-19"))
    assert not are_one(appears("Joana", birth="1936-03-19"), appears("Joana", birth="1936-03-19"))


def test_what_is_stored_is_sealed_and_found_by_its_words():
    arrive(appears("Mercè Puig i Soler", phone=PHONE, document=MERCE, language="ca"))
    record = SourceRecord.objects.get()
    assert (record.given_name, record.surname, record.surname2) == ("Mercè", "Puig", "i Soler")
    assert set(NameToken.objects.values_list("token", flat=True)) == {"merce", "puig", "i", "soler"}
    for row in IdentifierRow.objects.all():
        assert b"600000417" not in bytes(row.value_sealed) and b"12345678" not in bytes(row.value_sealed)
    assert Person.objects.get().id == record.id


def test_an_endless_name_and_a_name_of_nuls_come_in():
    records = arrive(
        appears("x" * 1_000_000, phone=PHONE), appears("a\0b \0", key="nul"), appears("mot " * 100_000, key="w")
    )
    assert len(set(records)) == 3
    assert all(len(record.full_name) <= 700 for record in SourceRecord.objects.all())


def test_nobody_comes():
    assert actions.recognise_many([], at=dt.datetime.now(dt.UTC)) == []


def test_without_an_administration_it_says_so():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [tenancy.SETTING])
    with pytest.raises(LookupError, match="acting_for"):
        arrive(appears("Anna"))


SMALL = st.builds(
    appears,
    st.sampled_from(["", "Anna", "Anna Puig", "Anna Puig Soler", "Anna Soler Puig", "Anna Roca", "Joan", "Joan Puig"]),
    phone=st.sampled_from(["", "", "600000001", "600000002", "600000003"]),
    email=st.sampled_from(["", "", "a@exemple.cat", "b@exemple.cat"]),
    document=st.sampled_from(["", "", "", MERCE, PERE, "?" + MERCE, "?" + PERE]),
    sure=st.sampled_from([1, 1, 2, 3]),
    key=st.sampled_from(["", "", "k1", "k2", "k3"]),
    birth=st.sampled_from(["", "", "", "1984-03-12", "1990-01-01"]),
)


@given(crowd=st.lists(SMALL, min_size=1, max_size=14), cut=st.integers(1, 13))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_batch_of_many_gives_the_persons_of_many_batches_of_one(crowd, cut):
    """The order of arrival decides, not how it was cut into batches: so all cuts of one order agree."""
    results = []
    for size in (1, cut, len(crowd)):
        with tenancy.acting_for(tenancy.required()):
            records = []
            for start in range(0, len(crowd), size):
                records += arrive(*crowd[start : start + size])
            results.append((partition(records), stand(records)))
            assert not actions.drift()
            tenancy.take_back()
    assert results[0] == results[1] == results[2]


def stand(records):
    """What each record carries and how sure, and which identifiers are shared: what the next arrival builds on."""
    place = {record: n for n, record in reversed(list(enumerate(records)))}
    carried = RecordIdentifier.objects.values_list("record_id", "identifier_id", "assurance")
    shared = set(IdentifierRow.objects.filter(state="shared").values_list("id", flat=True))
    return {(place[record], identifier, sure) for record, identifier, sure in carried}, shared


@given(crowd=st.lists(SMALL, min_size=2, max_size=12), seed=st.integers(0, 1000))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_nobody_has_two_documents_and_the_log_agrees(crowd, seed):
    """Another order may make other persons: who comes first between two that conflict, or before a telephone is shared,
    is linked. What holds in every order is this."""
    mixed = random.Random(seed).sample(crowd, len(crowd))
    with tenancy.acting_for(tenancy.required()):
        for one in mixed:
            arrive(one)
        assert not actions.drift()
        assert not people_with_two_documents()
        assert set(Membership.objects.live().values_list("person_id", flat=True)) <= set(
            Person.objects.values_list("id", flat=True)
        )
        tenancy.take_back()


def people_with_two_documents():
    verified = RecordIdentifier.objects.filter(assurance=VERIFIED, identifier__kind="national_id")
    person = dict(Membership.objects.live().values_list("record_id", "person_id"))
    shown: dict = {}
    for record, identifier in verified.values_list("record_id", "identifier_id"):
        shown.setdefault(person[record], set()).add(identifier)
    return [one for one, documents in shown.items() if len(documents) > 1]
