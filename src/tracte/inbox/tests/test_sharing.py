"""What comes in finds an agent by itself, where a unit wants it so."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.threads import together
from tracte.channels.actions import receive_many
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.core.sql import column, rows
from tracte.inbox.actions import answering, handling, sharing
from tracte.inbox.checking import ATTENDS, Refused
from tracte.inbox.models import Assignment, Closure, Conversation
from tracte.inbox.sharing import reading, words
from tracte.inbox.tests import cast, town
from tracte.people.appearance import Appearance, Identifier
from tracte.vocabularies.models import Concept, Scheme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_commit(request, monkeypatch):
    """In a test that never commits, what waits for the commit is done at once."""
    if not request.node.get_closest_marker("django_db").kwargs.get("transaction"):
        monkeypatch.setattr(transaction, "on_commit", lambda do, **_: do())


def somebody(n: int) -> Appearance:
    return Appearance(full_name=f"Persona {n}", identifiers=[Identifier("email", f"p{n}@exemple.cat")])


def arrive(amount: int, first: int = 0, **more) -> None:
    account = cast.door("bustia")
    told = [cast.message(somebody(first + n), hours=amount - n, **more) for n in range(amount)]
    assert receive_many(account, told).new == amount


@pytest.fixture
def unit(administration):
    return Unit.objects.get(code="govern")


@pytest.fixture
def team(unit, agent, supervisor):
    """Jordi and Núria are there, by capacity, two each."""
    nuria = town.hired("Núria Pla", unit)
    sharing.set_sharing(unit, by=supervisor, at=now(), way="by_capacity", continuity_days=30)
    for one in (agent, nuria):
        able(one, supervisor)
        sharing.say_there(one, by=one, at=now(), is_there=True)
    return agent, nuria


def able(user, supervisor, most=2, languages=(), topics=()) -> None:
    sharing.set_hand(user, by=supervisor, at=now(), most=most, languages=languages, topics=topics)


def held(user) -> int:
    return Conversation.objects.filter(agent=user).count()


def test_by_hand_nothing_moves_by_itself(unit, agent):
    sharing.say_there(agent, by=agent, at=now(), is_there=True)
    arrive(3)
    assert not Assignment.objects.exists()


def test_what_comes_in_is_shared_and_what_finds_no_room_waits(team):
    arrive(5)
    assert [held(one) for one in team] == [2, 2]
    [left] = Conversation.objects.filter(agent=None)
    assert left.due_at == max(Conversation.objects.values_list("due_at", flat=True))


def test_when_room_appears_the_oldest_promise_goes_first(team):
    arrive(7)
    waiting = list(Conversation.objects.filter(agent=None).order_by("due_at", "id"))
    mine = Conversation.objects.filter(agent=team[0]).first()
    answering.reply(mine, by=team[0], at=now(), text="Fet.", seen=1, key=uuid.uuid4())
    waiting[0].refresh_from_db()
    assert waiting[0].agent == team[0]
    handling.close(Conversation.objects.filter(agent=team[1]).first(), by=team[1], at=now(), how=Closure.How.SPAM)
    waiting[1].refresh_from_db()
    waiting[2].refresh_from_db()
    assert waiting[1].agent == team[1] and waiting[2].agent is None


def test_who_went_away_is_given_nothing_and_who_comes_is(team):
    for one in team:
        sharing.say_there(one, by=one, at=now(), is_there=False)
    arrive(2)
    assert not Assignment.objects.exists()
    sharing.say_there(team[1], by=team[1], at=now(), is_there=True)
    assert held(team[1]) == 2


def test_who_speaks_it_gets_it_and_the_reason_is_said(team, supervisor):
    able(team[1], supervisor, languages=["oc"])
    handling.assign(start(), by=team[1], at=now(), agent=team[1])
    account = cast.door("bustia")
    receive_many(account, [cast.message(somebody(50), language="oc", hours=1)])
    made = Assignment.objects.latest("at")
    assert made.agent == team[1] and made.by is None
    assert words.said(made.why) == "parla aranès, en tenia 1 de 2"
    able(team[0], supervisor, languages=["ca"])
    receive_many(account, [cast.message(somebody(51), language="oc", hours=1)])
    made = Assignment.objects.latest("at")
    assert made.agent == team[0] and words.said(made.why).startswith("ningú amb lloc no parla aranès")


def start() -> Conversation:
    arrive(1, first=40)
    return Conversation.objects.latest("opened_at")


def test_a_topic_is_known_with_all_that_is_beneath_it(team, supervisor, unit):
    scheme = Scheme.objects.create(key="topics", labels={"ca": "Temes"})
    housing = Concept.objects.create(scheme=scheme, code="habitatge", labels={"ca": "Habitatge"})
    rent = Concept.objects.create(scheme=scheme, code="lloguer", parent=housing, labels={"ca": "Lloguer"})
    able(team[1], supervisor, topics=[housing])
    handling.assign(start(), by=team[1], at=now(), agent=team[1])
    sharing.set_sharing(unit, by=supervisor, at=now(), way="by_hand")
    arrive(1)
    Conversation.objects.filter(agent=None).update(topic=rent)
    sharing.set_sharing(unit, by=supervisor, at=now(), way="by_capacity")
    made = Assignment.objects.latest("at")
    assert made.agent == team[1] and words.said(made.why, "Habitatge").startswith("coneix el tema Habitatge")


def test_who_answered_them_lately_gets_them_again(team, administration):
    able_ = Conversation.objects
    arrive(1)
    first = able_.get()
    holder = first.agent
    answering.reply(first, by=holder, at=now(), text="Fet.", seen=1, key=uuid.uuid4())
    handling.close(first, by=holder, at=now(), how=Closure.How.ANSWERED)
    arrive(1, first=60)
    other = able_.latest("opened_at")
    handling.assign(other, by=holder, at=now(), agent=holder)
    receive_many(cast.door("bustia"), [cast.message(somebody(0), hours=0)])
    again = able_.filter(follows=first).first() or able_.latest("opened_at")
    assert again.agent == holder
    assert "continuity" in again.assignments.get().why


def test_given_back_with_a_reason_it_goes_to_another(team):
    arrive(1)
    one = Conversation.objects.get()
    first = one.agent
    with pytest.raises(Refused, match="given_back"):
        handling.assign(one, by=first, at=now(), agent=None)
    handling.assign(one, by=first, at=now(), agent=None, reason="La conec de fa anys")
    one.refresh_from_db()
    assert one.agent == next(who for who in team if who != first)
    handling.assign(one, by=one.agent, at=now(), agent=None, reason="Jo també")
    one.refresh_from_db()
    assert one.agent is None


def test_turns_go_round(team, supervisor, unit):
    sharing.set_sharing(unit, by=supervisor, at=now(), way="round_robin")
    nuria = team[1]
    able(nuria, supervisor, most=50)
    arrive(1)
    arrive(1, first=10)
    assert sorted([held(one) for one in team]) == [1, 1]


def test_only_who_leads_says_how(team, unit, agent):
    with pytest.raises(Refused, match="role"):
        sharing.set_sharing(unit, by=agent, at=now(), way="by_hand")
    with pytest.raises(Refused, match="role"):
        sharing.set_hand(team[1], by=agent, at=now(), most=200, languages=[], topics=[])
    with pytest.raises(Refused, match="role"):
        sharing.say_there(team[1], by=agent, at=now(), is_there=False)


def test_it_costs_the_same_however_much_waits_and_is_closed(team):
    def cost(first: int) -> int:
        arrive(30, first)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sharing.share_out(at=now())
        return len(asked)

    assert cost(0) == cost(100) <= 8


def test_every_question_goes_by_an_index(team, unit):
    door = cast.door("bustia")
    Conversation.objects.bulk_create(
        Conversation(
            account=door,
            unit=unit,
            agent=team[0] if n % 2 else None,
            opened_at=now(),
            last_at=now(),
            waiting_since=None if n % 20 > 1 else now(),
        )
        for n in range(3000)
    )
    connection.cursor().execute("ANALYZE inbox_conversation")
    ids = column("uuid", [unit.id])
    plans = [
        "\n".join(line for (line,) in rows("EXPLAIN " + statement, *asked))
        for statement, asked in (
            (reading.TRAY, (ids, 5)),
            (reading.AGENTS, (ids, column("text", ATTENDS), 8, 8)),
            (reading.ANSWERED, (ids, column("timestamptz", [now()]))),
        )
    ]
    assert "conversation_to_give" in plans[0] and "conversation_in_hand" in plans[1], plans
    for plan in plans:
        assert "Seq Scan on inbox_conversation" not in plan, plan


@pytest.mark.django_db(transaction=True)
def test_arrivals_at_once_never_give_anybody_more_than_they_can_hold(administration, agent, supervisor):
    with tenancy.acting_for(administration):
        cast.clock()
        unit = Unit.objects.get(code="govern")
        sharing.set_sharing(unit, by=supervisor, at=now(), way="by_capacity")
        able(agent, supervisor, most=3)
        able(supervisor, supervisor, most=2)
        for one in (agent, supervisor):
            sharing.say_there(one, by=one, at=now(), is_there=True)
        cast.door("bustia")

    def act(n: int):
        def arrives() -> None:
            with tenancy.acting_for(administration):
                arrive(3, first=10 * n)

        return arrives

    together(*[act(n) for n in range(6)])
    with tenancy.acting_for(administration):
        assert held(agent) == 3 and held(supervisor) == 2
        assert Conversation.objects.filter(agent=None).count() == 18 - 5
        assert Assignment.objects.count() == 5
