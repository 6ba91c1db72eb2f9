"""One act on many: foreseen, carried out in batches, stopped, undone; whoever acts meanwhile keeps what they did."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from tracte.core.actions import add_unit, hire
from tracte.core.clock import now
from tracte.core.models import Event, Unit
from tracte.inbox.actions import bulk, handling, labelling
from tracte.inbox.actions.answering import note
from tracte.inbox.actions.bulk import carrying
from tracte.inbox.models import BulkAct, BulkOutcome, BulkTarget, Closure, Conversation, Snooze, TopicLabel
from tracte.inbox.tests.cast import message, write
from tracte.inbox.tests.test_answering import refusal
from tracte.people.appearance import Appearance
from tracte.vocabularies.models import Concept, Scheme

pytestmark = pytest.mark.django_db
SPAM = {"how": "spam", "reason": "Campanya"}


def many(n: int, key: str = "bustia") -> list[Conversation]:
    """Nom 0 wrote first."""
    return write(key, *(message(Appearance(full_name=f"Nom {i}", key=f"n{i}"), hours=n - i) for i in range(n)))


@pytest.fixture
def tray(administration):
    return many(7)


def planned(by, conversations, what="close", said=None, at=None):
    ids = [one.id for one in conversations]
    return bulk.plan(by=by, at=at or now(), what=what, said=said or SPAM, conversations=ids, chosen={})


def carried(act, step="start"):
    while carrying.batch(act.id, step, at=now()).is_left:
        pass


def done(by, conversations, what="close", said=None):
    act = planned(by, conversations, what, said)
    bulk.start(act, by=by, at=now())
    carried(act)
    return act


def undone(act, by):
    bulk.undo(act, by=by, at=now())
    carried(act, "undo")


def reasons(act, step="start"):
    return dict(act.outcomes.filter(step=step).exclude(reason="").values_list("conversation", "reason"))


def state(conversations):
    fields = ("id", "unit", "agent", "closure", "snooze__until", "topic", "waiting_since", "due_at")
    return list(Conversation.objects.filter(id__in=[one.id for one in conversations]).order_by("id").values(*fields))


def topic(code="habitatge"):
    scheme, _ = Scheme.objects.get_or_create(key="topics", defaults={"labels": {"ca": "Temes"}})
    return Concept.objects.create(scheme=scheme, code=code, labels={"ca": code.capitalize()})


def test_a_dry_run_does_nothing_and_says_exactly_why_not(tray, agent):
    handling.close(tray[0], by=agent, at=now(), how="spam")
    act = planned(agent, tray, said={"how": "answered", "reason": ""})
    assert dict(act.targets.values_list("conversation", "foreseen")) == {
        one.id: "closed" if one == tray[0] else "unanswered" for one in tray
    }
    act = planned(agent, tray, said={"how": "unanswered", "reason": "Massa"})
    assert set(act.targets.values_list("foreseen", flat=True)) == {"closed", "role"}
    assert Closure.objects.count() == 1 and not BulkOutcome.objects.exists() and not ProcrastinateJob.objects.exists()


def test_what_was_foreseen_is_done_and_the_rest_left_alone(tray, agent):
    handling.close(tray[0], by=agent, at=now(), how="unneeded")
    act = done(agent, tray)
    assert Closure.objects.filter(how="spam", reason="Campanya", by=agent).count() == 6
    assert act.outcomes.filter(reason="").count() == 6 and not reasons(act)
    handling.reopen(tray[0], by=agent, at=now())
    carried(act)
    assert Conversation.objects.open().get() == tray[0], "it was foreseen not to be done: it never is"


@pytest.mark.parametrize("what", ["assign", "close", "snooze", "label"])
def test_undone_all_is_as_before(tray, agent, supervisor, what):
    handling.assign(tray[1], by=agent, at=now(), agent=agent)
    handling.snooze(tray[2], by=agent, at=now(), until=now() + dt.timedelta(days=2))
    labelling.label(tray[3], by=agent, at=now(), topic=topic("feina"))
    before = state(tray)
    said = {
        "assign": {"agent": str(supervisor.pk), "unit": "", "reason": ""},
        "close": {"how": "unneeded", "reason": ""},
        "snooze": {"until": (now() + dt.timedelta(days=5)).isoformat()},
        "label": {"topic": str(topic().id)},
    }[what]
    act = done(agent, tray, what, said)
    assert not reasons(act) and state(tray) != before and act.outcomes.count() == 7
    undone(act, supervisor)
    assert not reasons(act, "undo")
    assert state(tray) == before
    if what == "label":
        assert TopicLabel.objects.get().conversation_id == tray[3].id, "a mistake teaches nothing"
    if what == "close":
        assert Conversation.objects.filter(waiting_since__isnull=False).count() == 7
        assert all(one.promises.standing().count() == 1 for one in tray)


def test_only_what_nobody_touched_since_is_undone(tray, agent, supervisor):
    act = done(agent, tray)
    handling.reopen(tray[0], by=supervisor, at=now())
    note(
        tray[1], by=supervisor, at=now() - dt.timedelta(days=1), text="De veritat és brossa"
    )  # by a clock that is behind
    write("bustia", message(Appearance(full_name="Nom 2", key="n2"), "Hola?", hours=0))
    undone(act, agent)
    assert reasons(act, "undo") == {tray[0].id: "acted", tray[1].id: "acted", tray[2].id: "taken"}
    assert set(Conversation.objects.filter(closure__isnull=False)) == {tray[1], tray[2]}
    undone_again = refusal(bulk.undo, act, by=agent, at=now())
    assert undone_again == "undone"


def test_who_acts_or_writes_after_the_dry_run_is_not_run_over(tray, agent, supervisor):
    act = planned(agent, tray)
    handling.assign(tray[0], by=supervisor, at=now(), agent=supervisor)
    write("bustia", message(Appearance(full_name="Nom 1", key="n1"), "Una cosa més", hours=0))
    apart = add_unit(code="a-part", name="A part", since=now().date(), parent=None)
    handling.assign(tray[2], by=supervisor, at=now(), agent=None, unit=apart, reason="És seva")
    bulk.start(act, by=agent, at=now())
    carried(act)
    assert reasons(act) == {tray[0].id: "acted", tray[1].id: "came", tray[2].id: "unseen"}
    assert set(Conversation.objects.open()) == set(tray[:3])


def test_given_only_to_somebody_of_it_and_to_another_unit_with_a_reason(tray, agent):
    housing = add_unit(code="habitatge", name="Habitatge", since=now().date(), parent=Unit.objects.get(code="govern"))
    nuria = hire(email="nuria@exemple.cat", full_name="Núria Vila", unit=housing, roles=["agent"])
    pol = hire(email="pol@exemple.cat", full_name="Pol Riera", unit=housing, roles=["editor"])
    for agent_id, reason, foreseen in (
        (nuria.pk, "", "reason"),
        (pol.pk, "És seva", "nobody"),
        (uuid.uuid4(), "x", "nobody"),
    ):
        said = {"unit": str(housing.pk), "agent": str(agent_id), "reason": reason}
        assert set(planned(agent, tray, "assign", said).targets.values_list("foreseen", flat=True)) == {foreseen}
    act = done(agent, tray, "assign", {"unit": str(housing.pk), "agent": str(nuria.pk), "reason": "És seva"})
    assert Conversation.objects.filter(unit=housing, agent=nuria).count() == 7
    undone(act, agent)
    assert Conversation.objects.filter(unit=tray[0].unit, agent=None).count() == 7


def test_stopped_it_ends_with_its_batch_and_can_be_undone(tray, agent, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 3)
    act = planned(agent, tray)
    assert refusal(bulk.undo, act, by=agent, at=now()) == "not_started"
    assert refusal(bulk.stop, act, by=agent, at=now()) == "over"
    bulk.start(act, by=agent, at=now())
    carrying.batch(act.id, "start", at=now())
    assert refusal(bulk.undo, act, by=agent, at=now()) == "running"
    bulk.stop(act, by=agent, at=now())
    assert carrying.batch(act.id, "start", at=now()) == (False, 0)
    assert Closure.objects.count() == act.outcomes.count() == 3
    undone(act, agent)
    assert Conversation.objects.open().count() == 7


def test_what_dies_in_the_middle_leaves_whole_items_and_is_taken_up_once(tray, agent, monkeypatch):
    monkeypatch.setattr(carrying, "BATCH", 3)
    act = planned(agent, tray)
    bulk.start(act, by=agent, at=now())
    carrying.batch(act.id, "start", at=now())
    real, calls = handling.close, []

    def dies(*args, **named):
        calls.append(args)
        if len(calls) == 2:
            raise ConnectionError("the plug was pulled")
        return real(*args, **named)

    monkeypatch.setattr(handling, "close", dies)
    with pytest.raises(ConnectionError), transaction.atomic():
        carrying.batch(act.id, "start", at=now())
    assert Closure.objects.count() == act.outcomes.count() == 3, "half a batch never was"
    monkeypatch.setattr(handling, "close", real)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")  # as the dead worker left it
    assert bulk.go_on(at=now()) == 1 and bulk.go_on(at=now()) == 0
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1
    carried(act)
    assert Closure.objects.count() == act.outcomes.count() == 7
    assert bulk.go_on(at=now()) == 0


def test_the_database_lets_no_outcome_be_twice_nor_change(tray, agent):
    act = done(agent, tray)
    told = {"act": act, "conversation": tray[0], "step": "start"}
    with pytest.raises(IntegrityError, match="bulk_outcome_once"), transaction.atomic():
        BulkOutcome.objects.create(**told, reason="acted")
    with pytest.raises(IntegrityError, match="bulk_outcome_says_what_it_made"), transaction.atomic():
        BulkOutcome.objects.create(act=planned(agent, tray), conversation=tray[0], step="start")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        BulkOutcome.objects.update(reason="acted")
    with pytest.raises(IntegrityError, match="bulk_target_once"), transaction.atomic():
        BulkTarget.objects.create(act=act, conversation=tray[0], turns=1, acts=0)


def test_who_may(tray, agent, supervisor):
    other = hire(email="lia@exemple.cat", full_name="Lia Mas", unit=Unit.objects.get(code="govern"), roles=["agent"])
    act = planned(agent, tray)
    assert not bulk.visible(supervisor).exists(), "a dry run is nobody else's"
    assert refusal(bulk.start, act, by=supervisor, at=now()) == "role"
    assert refusal(bulk.start, act, by=agent, at=now() + dt.timedelta(hours=2)) == "stale"
    bulk.start(act, by=agent, at=now())
    assert refusal(bulk.start, act, by=agent, at=now()) == "started" and ProcrastinateJob.objects.count() == 1
    assert refusal(bulk.stop, act, by=other, at=now()) == "role"
    assert not bulk.visible(other).exists() and bulk.visible(supervisor).get() == act
    agent.is_active = False
    agent.save()
    carried(act)
    assert set(reasons(act).values()) == {"unseen"}, "who left does nothing more"


def test_a_dry_run_that_nobody_started_is_forgotten(tray, agent):
    started, kept, old = planned(agent, tray), planned(agent, tray), planned(agent, tray)
    bulk.start(started, by=agent, at=now())
    BulkAct.objects.filter(id__in=[started.id, old.id]).update(at=now() - dt.timedelta(days=2))
    bulk.go_on(at=now())
    assert set(BulkAct.objects.all()) == {started, kept}
    assert not BulkTarget.objects.filter(act=old.id).exists()


def test_one_event_tells_a_batch(tray, agent):
    act = planned(agent, tray)
    bulk.start(act, by=agent, at=now())
    first = Event.objects.latest("id").id
    carried(act)
    told = Event.objects.filter(id__gt=first, name="inbox.conversations.changed")
    assert set(told.get().ids["conversations"]) == {str(one.id) for one in tray}


def test_nothing_chosen_is_no_act(agent):
    assert refusal(bulk.plan, by=agent, at=now(), what="close", said=SPAM, conversations=[], chosen={}) == "none_chosen"
    assert (
        refusal(bulk.plan, by=agent, at=now(), what="close", said=SPAM, conversations=[uuid.uuid4()], chosen={})
        == "none_chosen"
    )


def test_a_dry_run_asks_the_same_of_many_as_of_few(tray, agent):
    def asked(conversations):
        with CaptureQueriesContext(connection) as queries:
            planned(agent, conversations)
        return len(queries)

    few = asked(tray[:1])
    assert asked(many(60)) <= few


def test_snoozed_and_woken_meanwhile_stays_awake(tray, agent):
    soon = now() + dt.timedelta(hours=1)
    act = done(agent, tray, "snooze", {"until": soon.isoformat()})
    handling.wake(at=soon + dt.timedelta(hours=1))
    undone(act, agent)
    assert set(reasons(act, "undo").values()) == {"awake"} and Snooze.objects.count() == 7


def meddle(dice: random.Random, conversations, by) -> set[uuid.UUID]:
    """People do this and that to some of them; to which."""
    touched = dice.sample(conversations, dice.randrange(4))
    for one in touched:
        one.refresh_from_db()
        act_somehow(dice, one, by=by, at=now() - dt.timedelta(minutes=dice.randrange(90)))
    return {one.id for one in touched}


def act_somehow(dice: random.Random, one: Conversation, **who) -> None:
    later = now() + dt.timedelta(days=dice.randrange(1, 9))
    acts = [lambda: note(one, text="Mira-t’ho", **who)]
    if one.is_open:
        acts.append(lambda: handling.assign(one, agent=dice.choice([who["by"], None]), **who))
        acts.append(lambda: handling.close(one, how="unneeded", **who))
        acts.append(lambda: handling.snooze(one, until=later, **who))
    else:
        acts.append(lambda: handling.reopen(one, **who))
    dice.choice(acts)()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_people_do_meanwhile_stands_and_the_rest_comes_back(tray, agent, supervisor, monkeypatch, seed):
    """Before it starts, between its batches, before it is undone and between those batches too."""
    monkeypatch.setattr(carrying, "BATCH", 2)
    dice = random.Random(seed)
    what, said = dice.choice(
        [
            ("assign", {"agent": str(agent.pk), "unit": "", "reason": ""}),
            ("close", SPAM),
            ("snooze", {"until": (now() + dt.timedelta(days=20)).isoformat()}),
        ]
    )
    before = {one["id"]: one for one in state(tray)}
    act = planned(agent, tray, what, said)
    early, late = meddle(dice, tray, supervisor), set()
    bulk.start(act, by=agent, at=now())
    is_left = True
    while is_left:
        is_left = carrying.batch(act.id, "start", at=now()).is_left
        some = meddle(dice, tray, supervisor)
        ended = set(act.outcomes.values_list("conversation", flat=True))
        early |= some - ended
        late |= some & ended
    done_on = set(act.outcomes.filter(step="start", reason="").values_list("conversation", flat=True))
    assert not done_on & early and done_on == {one.id for one in tray} - early, (
        "not what somebody touched, and all else"
    )
    now_is = {one["id"]: one for one in state(tray)}
    bulk.undo(act, by=agent, at=now())
    carried(act, "undo")
    for one in state(tray):
        if one["id"] in late | early:
            assert one == now_is[one["id"]], "what somebody did stands"
        else:
            assert one == before[one["id"]], "the rest is as it was"
    assert set(reasons(act, "undo")) == done_on & late
