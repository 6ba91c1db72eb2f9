"""Merge and split by hand: what the preview says is what happens, and what an agent said stands."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from tracte.core.clock import now
from tracte.core.models import Event
from tracte.core.sql import run
from tracte.people import actions
from tracte.people.models import Edge, Identifier, Membership, Person, RecordIdentifier
from tracte.people.tests.cast import MERCE, PERE, VERA, appears, arrive, persons, who

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "600 000 417", "anna@exemple.cat"


@pytest.fixture
def merge(agent):
    return lambda a, b, reason="": actions.merge(a, b, by=agent, at=now(), reason=reason)


@pytest.fixture
def unmerge(agent):
    return lambda person, records: actions.unmerge(person, records, by=agent, at=now())


def three():
    """Three strangers, by the order in which they came."""
    return who(appears("Anna", key="1"), appears("Joan", key="2"), appears("Pere", key="3"))


def test_a_merge_does_what_its_preview_said(agent, merge):
    anna, joan, pere = three()
    preview = actions.preview_merge(joan, anna)
    assert (preview.survivor, preview.moving, preview.refusal) == (anna, [joan], "")
    before = dict(Membership.objects.live().values_list("record_id", "person_id"))
    assert merge(joan, anna, reason="ha trucat") == preview.survivor
    after = dict(Membership.objects.live().values_list("record_id", "person_id"))
    assert [record for record in before if before[record] != after[record]] == preview.moving
    edge = Edge.objects.get()
    assert (edge.kind, edge.a_id, edge.b_id, edge.by, edge.rule, edge.reason) == (
        "must", anna, joan, agent, "hand", "ha trucat",
    )  # fmt: skip
    assert Event.objects.get(name="people.person.merged").ids["survivor"] == str(anna)
    assert pere not in (anna, joan) and not actions.drift()


def test_a_split_does_what_its_preview_said(merge, unmerge):
    anna, joan, pere = three()
    merge(merge(anna, joan), pere)
    for leaving, moving in (([joan, pere], [joan, pere]), ([anna], [joan, pere]), ([joan, anna], [pere])):
        with transaction.atomic():
            preview = actions.preview_unmerge(anna, leaving)
            before = dict(Membership.objects.live().values_list("record_id", "person_id"))
            result = unmerge(anna, leaving)
            after = dict(Membership.objects.live().values_list("record_id", "person_id"))
            assert sorted(record for record in before if before[record] != after[record]) == preview.moving == moving
            assert result == sorted(set(after.values())) and result[0] == preview.survivor == anna
            assert not actions.drift()
            transaction.set_rollback(True)


def test_each_side_of_a_split_stays_together(merge, unmerge):
    """Joan and Pere were joined only through Anna: whoever took Anna away saw them both and left them together."""
    anna, joan, pere = three()
    merge(anna, joan)
    merge(anna, pere)
    assert unmerge(anna, [anna]) == [anna, joan]
    assert persons([anna, joan, pere]) == [anna, joan, joan]
    assert not actions.drift()


@pytest.mark.parametrize(
    ("who_and_who", "why"),
    [
        (lambda anna, joan: (anna, anna), "same"),
        (lambda anna, joan: (anna, uuid.uuid4()), "gone"),
        (lambda anna, joan: (uuid.UUID(int=1), joan), "gone"),
    ],
)
def test_what_is_no_pair_of_persons_is_refused(merge, who_and_who, why):
    anna, joan, _ = three()
    pair = who_and_who(anna, joan)
    assert actions.preview_merge(*pair).refusal == why
    with pytest.raises(actions.Refused, match=why):
        merge(*pair)
    assert not Edge.objects.exists()


def test_who_was_absorbed_is_no_person_to_merge_with(merge):
    """Their id leads on: a merge must name who they are now, or the log would say more than the memberships."""
    anna, joan, pere = three()
    merge(anna, joan)
    with pytest.raises(actions.Refused, match="gone"):
        merge(joan, pere)
    assert not actions.drift()


def test_nothing_or_everything_cannot_leave(unmerge, merge):
    anna, joan, pere = three()
    merge(anna, joan)
    for leaving in ([], [anna, joan], [pere], [uuid.uuid4()]):
        assert actions.preview_unmerge(anna, leaving).refusal == "nothing"
        with pytest.raises(actions.Refused, match="nothing"):
            unmerge(anna, leaving)
    with pytest.raises(actions.Refused):
        unmerge(joan, [joan])


def test_two_verified_documents_are_not_merged_by_hand(merge):
    mercè, pere = who(appears("Mercè", document=MERCE), appears("Pere", document=PERE))
    assert actions.preview_merge(mercè, pere).refusal == "documents"
    with pytest.raises(actions.Refused, match="documents"):
        merge(mercè, pere)
    assert len(set(persons([mercè, pere]))) == 2 and not Edge.objects.exists()


def test_a_declared_document_does_not_stop_a_merge(merge):
    merge(*who(appears("Mercè", document=MERCE), appears("M.", document="?" + PERE)))
    assert not actions.drift()


def test_merged_with_one_they_take_over_the_documents(merge):
    mercè, nobody, pere = who(appears("Mercè", document=MERCE), appears("M.", key="m"), appears("Pere", document=PERE))
    merge(mercè, nobody)
    with pytest.raises(actions.Refused, match="documents"):
        merge(mercè, pere)
    # … and so does the engine: the account of the merged record shows the other document
    arrive(appears("M.", key="m", document=PERE))
    assert persons([mercè, nobody, pere]) == [mercè, mercè, pere] and not actions.drift()


@pytest.fixture
def two_documents(administration):
    return who(appears("Mercè", document=MERCE), appears("Pere", document=PERE), appears("Vera", document=VERA))


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO people_membership (record_id, person_id, from_seq) VALUES (%(b)s, %(a)s, 1)",
        "INSERT INTO people_membership (record_id, person_id) VALUES (%(b)s, %(a)s)",
        "UPDATE people_membership SET person_id = %(a)s WHERE record_id = %(b)s",
        "UPDATE people_membership SET to_seq = NULL, person_id = %(a)s WHERE record_id = %(b)s",
        "INSERT INTO people_recordidentifier (record_id, identifier_id, assurance, at) "
        "VALUES (%(a)s, %(document)s, 3, now())",
        "INSERT INTO people_recordidentifier (record_id, identifier_id, assurance, at) "
        "VALUES (%(a)s, %(document)s, 1, now());"
        "UPDATE people_recordidentifier SET assurance = 3 WHERE record_id = %(a)s",
    ],
)
def test_the_database_itself_refuses_two_verified_documents_in_one_person(two_documents, attempt):
    """Whatever a program writes: raw statements, with the rights of the application."""
    a, b, _ = two_documents
    document = RecordIdentifier.objects.get(record_id=b).identifier_id
    with transaction.atomic():
        if attempt.startswith("INSERT INTO people_membership"):
            run("UPDATE people_membership SET to_seq = 1 WHERE record_id = %s", b)
        refused = pytest.raises(DatabaseError, match=r"two different verified documents|never changed")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt, {"a": a, "b": b, "document": document})
        transaction.set_rollback(True)
    assert len(set(persons(two_documents))) == 3


def test_the_same_document_twice_is_no_conflict_for_the_database(administration):
    a, b = who(appears("Mercè", document=MERCE), appears("", document=MERCE, key="b"))
    assert a == b and Identifier.objects.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE people_edge SET kind = 'unlink'", "DELETE FROM people_edge"])
def test_the_log_cannot_be_rewritten(merge, statement):
    anna, joan, _ = three()
    merge(anna, joan)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_was_kept_apart_stays_apart_for_later_arrivals(unmerge):
    anna = appears("Anna", phone=PHONE, key="1")
    first, second = (arrive(one)[0] for one in (anna, appears("Anna", phone=PHONE, key="2")))
    assert persons([first, second]) == [first, first]
    assert unmerge(first, [second]) == [first, second]
    arrive(anna)  # they come again, and somebody else whom both could be
    (third,) = arrive(appears("Anna", phone=PHONE, key="3"))
    assert persons([first, second]) == [first, second] and persons([third]) == [third]
    assert not actions.drift()


def test_must_after_cannot_joins_again_and_opens_the_way(merge, unmerge):
    first, second = (arrive(appears("Anna", phone=PHONE, key=key))[0] for key in "12")
    unmerge(first, [second])
    assert merge(first, second) == first
    (third,) = arrive(appears("Anna", phone=PHONE, key="3"))
    assert persons([first, second, third]) == [first] * 3 and not actions.drift()


def test_a_later_split_keeps_what_was_apart_apart(unmerge):
    """Pere's two records were parted from Anna's: each of them stays apart from Anna when they part in their turn."""
    records = [arrive(appears("Anna", phone=PHONE, email=EMAIL, key=key))[0] for key in "1234"]
    unmerge(records[0], records[2:])
    unmerge(records[0], [records[1]])
    assert persons(records) == [records[0], records[1], records[2], records[2]]
    for key in "1234":
        arrive(appears("Anna", phone=PHONE, email=EMAIL, key=key))
    assert persons(records) == [records[0], records[1], records[2], records[2]]
    assert not actions.drift()


def test_an_old_id_leads_to_whom_they_are_now(merge, unmerge):
    anna, joan, pere = three()
    assert Person.now_at(joan) == joan and Person.now_at(uuid.uuid4()) is None
    merge(joan, pere)
    assert Person.now_at(pere) == joan
    merge(anna, joan)
    assert [Person.now_at(one) for one in (anna, joan, pere)] == [anna] * 3
    unmerge(anna, [joan, pere])
    assert [Person.now_at(one) for one in (anna, joan, pere)] == [anna, joan, joan]
    unmerge(joan, [pere])
    assert [Person.now_at(one) for one in (anna, joan, pere)] == [anna, joan, pere]


def test_the_memberships_tell_who_was_who_at_each_moment(merge, unmerge):
    anna, joan, _ = three()
    merge(anna, joan)
    unmerge(anna, [joan])
    history = Membership.objects.filter(record_id=joan).order_by("id").values_list("person_id", "from_seq", "to_seq")
    seqs = list(Edge.objects.order_by("seq").values_list("seq", flat=True))
    assert list(history) == [(joan, None, seqs[0]), (anna, seqs[0], seqs[-1]), (joan, seqs[-1], None)]


def test_nothing_is_left_of_a_merge_that_fails(merge, monkeypatch):
    anna, joan, _ = three()
    monkeypatch.setattr(actions.writing, "move", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        merge(anna, joan)
    assert not Edge.objects.exists() and not actions.drift()


def test_drift_sees_a_membership_that_the_log_does_not_tell(administration):
    anna, joan, _ = three()
    run("UPDATE people_membership SET to_seq = 1 WHERE record_id = %s", joan)
    Membership.objects.create(record_id=joan, person_id=anna, from_seq=1)
    assert actions.drift() == [joan]
