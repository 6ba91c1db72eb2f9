"""Alarms ring once, of what stands, for who has it and who leads; digests go at their hour, once, with numbers only."""

from __future__ import annotations

import datetime as dt
import email
import email.policy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.threads import together
from tracte.channels.models import Interaction
from tracte.channels.outgoing import DEFERRED, DELIVERED, Result
from tracte.core import tenancy
from tracte.core.calendars.actions import close_on, set_calendar
from tracte.core.clock import now
from tracte.core.models import Calendar, Event, Role, Unit
from tracte.core.sql import rows
from tracte.inbox import alarming, digesting
from tracte.inbox.actions import alarms, digests, handling
from tracte.inbox.actions.cases import pausing
from tracte.inbox.checking import Refused
from tracte.inbox.models import Alarm, Conversation, Digest, DigestMail, Notice, Promise, Watch
from tracte.inbox.tests import cast, town

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
OFFICE = [[["09:00", "14:00"]]] * 5 + [[], []]


@pytest.fixture
def unit(administration):
    return Unit.objects.get(code="govern")


@pytest.fixture
def promise(conversation, agent, supervisor):
    """Jordi has Mercè's conversation; Aina leads. Its promise has rung for nothing yet."""
    handling.assign(conversation, by=agent, at=now(), agent=agent)
    assert alarms.ring(at=now()) == 1
    return conversation.promises.get()


def rung() -> list[tuple[str, str]]:
    return sorted(Notice.objects.values_list("alarm__kind", "user__full_name"))


def test_a_new_promise_says_nothing_and_is_asked_again_near_its_end(promise):
    assert rung() == [] and alarms.ring(at=now()) == 0
    assert promise.rings_at == promise.due_at - (promise.due_at - promise.since) / 4


def test_near_and_broken_are_told_once_to_who_has_it_and_who_leads(promise):
    near = [("near", "Aina Soler"), ("near", "Jordi Serra")]
    for moment, told in (
        (promise.rings_at - HOUR, []),
        (promise.rings_at, near),
        (promise.rings_at + HOUR, near),
        (promise.due_at, [("broken", "Aina Soler"), ("broken", "Jordi Serra"), *near]),
        (promise.due_at + 100 * HOUR, [("broken", "Aina Soler"), ("broken", "Jordi Serra"), *near]),
    ):
        alarms.ring(at=moment)
        alarms.ring(at=moment)
        assert rung() == told
    assert Event.objects.filter(name="inbox.notices.changed").count() == 2
    assert Promise.objects.get().rings_at is None


def test_when_nobody_looked_in_between_only_what_is_true_now_is_told(promise):
    alarms.ring(at=promise.due_at + HOUR)
    assert {kind for kind, _ in rung()} == {"broken"}


def test_what_is_kept_or_closed_or_paused_rings_nothing(promise, conversation, supervisor):
    pausing.pause(promise, by=supervisor, at=now(), reason="Esperem el padró")
    alarms.ring(at=promise.due_at + 1000 * HOUR)
    assert rung() == []
    pausing.resume(promise, by=supervisor, at=now())
    handling.close(conversation, by=supervisor, at=now(), how="unneeded")
    alarms.ring(at=promise.due_at + 1000 * HOUR)
    assert rung() == []


def test_who_goes_on_after_a_pause_is_told_by_the_new_date(promise, supervisor):
    pausing.pause(promise, by=supervisor, at=now(), reason="Esperem el padró")
    alarms.ring(at=now())
    pausing.resume(promise, by=supervisor, at=now() + dt.timedelta(days=3))
    promise.refresh_from_db()
    alarms.ring(at=promise.due_at)
    assert {kind for kind, _ in rung()} == {"broken"}


def test_the_unit_says_what_near_is(promise, unit, supervisor, agent):
    with pytest.raises(Refused, match="role"):
        alarms.set_watch(unit, by=agent, at=now(), near_hours=1)
    with pytest.raises(Refused, match="near"):
        alarms.set_watch(unit, by=supervisor, at=now())
    alarms.set_watch(unit, by=supervisor, at=now(), near_hours=3)
    alarms.ring(at=now())
    promise.refresh_from_db()
    assert promise.rings_at == promise.due_at - 3 * HOUR


def test_cases_ring_too(case, supervisor, agent):
    alarms.ring(at=case.due_at + HOUR)
    assert Alarm.objects.filter(promise__case=case, kind="broken").exists()


def test_a_unit_without_a_supervisor_is_watched_from_above(case, supervisor):
    assert list(alarms.supervisors([case.unit_id])[case.unit_id]) == [supervisor.pk]


def test_seen_is_seen(promise, agent, conversation):
    alarms.ring(at=promise.due_at)
    assert alarms.see(agent, at=now(), conversation=conversation) == 1
    assert alarms.see(agent, at=now()) == 0 and Notice.objects.filter(seen_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tasks_at_once_ring_once(administration, agent, supervisor):
    with tenancy.acting_for(administration):
        cast.clock()
        cast.write("bustia", *[cast.message(None, hours=1) for _ in range(30)])
        late = max(Promise.objects.values_list("due_at", flat=True)) + HOUR

    def act() -> None:
        with tenancy.acting_for(administration):
            alarms.ring(at=late)

    together(act, act, act)
    act()
    with tenancy.acting_for(administration):
        assert Alarm.objects.count() == 30 and Notice.objects.filter(user=supervisor).count() == 30


def test_a_task_killed_midway_has_told_nobody(promise, monkeypatch):
    monkeypatch.setattr(alarms, "announce", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        alarms.ring(at=promise.due_at)
    assert rung() == []
    monkeypatch.undo()
    alarms.ring(at=promise.due_at)
    assert len(rung()) == 2


def test_due_ones_are_found_by_their_index_and_cost_the_same(promise, supervisor):
    due = Promise.objects.standing().filter(rings_at__lte=now()).order_by("rings_at", "id")
    connection.cursor().execute("SET LOCAL enable_seqscan = off")
    plan = due.explain()
    assert "promise_to_ring" in plan and "Seq Scan" not in plan, plan

    def cost(amount: int) -> int:
        cast.write("formularis", *[cast.message(None, hours=1) for _ in range(amount)])
        late = max(Promise.objects.values_list("due_at", flat=True)) + HOUR
        with CaptureQueriesContext(connection) as asked:
            alarms.ring(at=late)
        return len(asked)

    assert cost(2) == cost(60)


@given(
    st.integers(1, 99) | st.none(),
    st.integers(1, 300),
    st.lists(st.integers(0, 400), min_size=1, max_size=12),
)
def test_whenever_it_is_asked_it_says_each_thing_once_and_in_order(percent, hours, asked):
    start = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    one = Promise(since=start, due_at=start + 200 * HOUR, rings_at=start)
    watch = Watch(near_percent=percent, near_hours=None if percent else hours)
    said = []
    for moment in sorted(start + n * HOUR for n in asked):
        while one.rings_at and one.rings_at <= moment:
            kind, one.rings_at = alarming.state(one, watch, moment)
            said += [kind] if kind else []
    last = start + max(asked) * HOUR
    assert said == sorted(set(said), key=["near", "broken"].index)
    assert ("broken" in said) == (last >= one.due_at)
    assert bool(said) == (last >= min(one.due_at, alarming.near_at(one, watch)))


# The digest.


@pytest.fixture
def office(administration):
    return set_calendar(key="oficina", names={"ca": "Oficina"}, week=OFFICE, zone="UTC", subdivision="")


@pytest.fixture
def watch(unit, supervisor, office):
    """At eight and at one of each working day; set on a Sunday."""
    return alarms.set_watch(
        unit,
        by=supervisor,
        at=dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC),
        near_percent=25,
        digest="workdays",
        hours=[dt.time(8), dt.time(13)],
        calendar=office,
    )


def on(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


def test_it_goes_at_its_hours_of_working_days(watch, office):
    assert watch.next_at == on(2, 8)
    assert digesting.next_at(watch, on(2, 8)) == on(2, 13)
    assert digesting.next_at(watch, on(6, 13)) == on(9, 8)
    close_on(office, {dt.date(2026, 3, 9): "Festa"})
    watch.calendar = Calendar.objects.get(key="oficina")
    assert digesting.next_at(watch, on(6, 13)) == on(10, 8)
    watch.digest = "weekly"
    assert digesting.next_at(watch, on(6, 13)) == on(10, 8) and digesting.next_at(watch, on(10, 13)) == on(16, 8)


def test_it_counts_and_names_nobody(watch, conversation, case, supervisor, agent, monkeypatch):
    mails = catch(monkeypatch)
    assert digests.prepare(at=now()) == 1
    assert digests.prepare(at=now()) == 0
    while digests.send_next(tenancy.required()):
        pass
    [mail] = mails
    assert mail.to == "aina@exemple.cat" and mail.sender == cast.OURS and mail.is_automatic
    assert "1 de noves, 0 fora de termini" in mail.subject
    assert f"/desk/inbox/{conversation.id}/" in mail.text and f"#{str(conversation.id)[-8:]}" in mail.text
    for word in ("Mercè", "Puig", "merce", "lloguer", "document", "fanal"):
        assert word not in mail.text + mail.subject


def catch(monkeypatch, result=None) -> list:
    mails = []
    sent = result or Result(DELIVERED)
    monkeypatch.setattr(digests.staff_mail, "hand_over", lambda mail: mails.append(mail.out) or sent)
    return mails


def test_it_leaves_as_a_mail_of_ours_that_stands_in_no_log(watch, conversation, monkeypatch, tmp_path, administration):
    monkeypatch.setenv("TRACTE_WAY_OUT", "outbox")
    monkeypatch.setenv("TRACTE_HOME", str(tmp_path))
    said = Interaction.objects.count()
    digests.prepare(at=now())
    assert digests.send_next(administration) and DigestMail.objects.get().outcome == "delivered"
    [kept] = (tmp_path / "outbox").glob("*.eml")
    mail = email.message_from_bytes(kept.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "aina@exemple.cat" and mail["Auto-Submitted"] == "auto-replied"
    assert f"/desk/inbox/{conversation.id}/" in mail.get_content() and Interaction.objects.count() == said


def test_without_a_mailbox_nothing_leaves_and_it_says_why(watch, administration):
    Watch.objects.update(is_sent_empty=True)
    digests.prepare(at=watch.next_at)
    assert digests.send_next(administration) and "no mailbox" in DigestMail.objects.get().detail


def test_what_is_late_near_and_waits_for_them_is_told(watch, conversation, case, supervisor, agent, unit):
    Role.objects.create(user=supervisor, unit=case.unit, name="supervisor")
    alarms.set_watch(case.unit, by=supervisor, at=watch.at, near_percent=99)
    late = max(conversation.due_at, case.due_at) + HOUR
    told = digesting.counts([(watch, watch.at)], late)[unit.pk]
    assert told["broken"]["n"] == 1 and told["oldest"]["items"][0][1] == str(conversation.id)
    theirs = Watch.objects.get(unit=case.unit_id)
    assert digesting.counts([(theirs, watch.at)], late)[case.unit_id]["broken"]["items"] == [
        ["case", str(case.id), case.reference]
    ]
    assert "near" in digesting.counts([(theirs, watch.at)], case.due_at - HOUR)[case.unit_id]
    pausing.pause(case.promises.get(), by=supervisor, at=now(), reason="Esperem")
    assert digesting.counts([(theirs, watch.at)], now())[case.unit_id]["citizen"]["n"] == 1


def test_nothing_to_tell_is_not_sent_unless_wished(watch, unit, supervisor):
    assert digests.prepare(at=watch.next_at) == 0
    watch.refresh_from_db()
    assert watch.next_at == on(2, 13)
    Watch.objects.update(is_sent_empty=True)
    assert digests.prepare(at=on(2, 13)) == 1 and DigestMail.objects.count() == 1


def test_on_a_holiday_set_since_nothing_goes(watch, office):
    Watch.objects.update(is_sent_empty=True)
    close_on(office, {dt.date(2026, 3, 2): "Festa"})
    assert digests.prepare(at=on(2, 8)) == 0
    watch.refresh_from_db()
    assert watch.next_at == on(3, 8)


def test_chosen_readers_get_it_instead(watch, unit, supervisor, agent, office):
    nuria = town.hired("Núria Pla", unit)
    alarms.set_watch(
        unit, by=supervisor, at=watch.at, near_percent=25, digest="workdays", hours=[dt.time(8)], calendar=office,
        is_sent_empty=True, readers=[nuria],
    )  # fmt: skip
    digests.prepare(at=on(2, 8))
    assert [one.user for one in DigestMail.objects.all()] == [nuria]


def test_who_dies_while_sending_sends_nothing_twice(watch, conversation, monkeypatch, administration):
    digests.prepare(at=now())
    monkeypatch.setattr(digests, "_settle", lambda *_, **__: None)
    mails = catch(monkeypatch)
    assert digests.send_next(administration) and not digests.send_next(administration)
    assert len(mails) == 1


def test_what_surely_did_not_arrive_is_tried_again_later(watch, conversation, monkeypatch, administration):
    digests.prepare(at=now())
    mails = catch(monkeypatch, Result(DEFERRED, "421 later"))
    assert digests.send_next(administration) and not digests.send_next(administration)
    DigestMail.objects.update(not_before=now())
    assert digests.send_next(administration) and len(mails) == 2
    assert DigestMail.objects.get().detail == "421 later"


def test_one_hour_is_one_digest(watch, unit):
    Digest.objects.create(unit=unit, slot=on(2, 8))
    with pytest.raises(Exception, match="digest_one_each_hour"), connection_savepoint():
        Digest.objects.create(unit=unit, slot=on(2, 8))


def connection_savepoint():
    from django.db import transaction

    return transaction.atomic()


def test_a_digest_costs_the_same_for_any_number_of_units(watch, supervisor, office, place, administration):
    with CaptureQueriesContext(connection) as one:
        digests.prepare(at=now())
    for unit in Unit.objects.all():
        Watch.objects.update_or_create(
            unit=unit, defaults={"digest": "workdays", "hours": [dt.time(8)], "calendar": office, "next_at": on(2, 8)}
        )
    Watch.objects.update(is_sent_empty=True)
    with CaptureQueriesContext(connection) as many:
        digests.prepare(at=now())
    assert Digest.objects.count() == Unit.objects.count() > 3
    assert len(many) <= len(one) + 4, [q["sql"][:200] for q in many]
    assert rows("SELECT count(*) FROM inbox_digestmail")[0][0] > 3
    assert Conversation.objects.count() == 0
