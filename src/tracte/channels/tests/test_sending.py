"""Out, at most once: idempotent, held, taken back, tried again when it surely did not arrive, and never otherwise."""

import datetime as dt
import socket

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.threads import together
from tracte.channels import actions, delivery, tokens
from tracte.channels.actions import delivering
from tracte.channels.actions.sending import CannotSend, recall, resend, send
from tracte.channels.connectors.telegram.twin import TOKEN, telegram
from tracte.channels.models import Account, Dispatch, Interaction, InteractionKey, Outcome
from tracte.channels.outgoing import DELIVERED, UNKNOWN, Result
from tracte.channels.tests.servers import mailroom
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.models import Event

NO_TIME = dt.timedelta(0)


@pytest.fixture
def room():
    with mailroom() as room:
        yield room


@pytest.fixture
def box(administration, room):
    account = actions.open_account(key="bustia", kind="email", name="Bústia de contacte", own=["bustia@exemple.cat"])
    actions.set_way_out(account, {"url": room.url})
    return account


def sends(box, key="a", **more):
    given = {"record": None, "to": "merce@exemple.org", "subject": "La teva queixa", "text": "Bon dia, Mercè."}
    given |= {"by": None, "at": now(), "hold": NO_TIME} | more
    return send(box, key=key, **given)


def out(dispatch, administration):
    """Its job is done; how it stands."""
    Dispatch.objects.filter(id=dispatch.id).update(not_before=now() - dt.timedelta(seconds=1))
    delivery.deliver(administration, dispatch.id)
    return Dispatch.objects.get(id=dispatch.id)


def events():
    ours = Event.objects.filter(name__startswith="channels.dispatch").order_by("id")
    return list(ours.values_list("name", flat=True))


def words(dispatch):
    return list(Outcome.objects.filter(attempt__dispatch=dispatch).order_by("at", "id").values_list("kind", flat=True))


def test_from_dispatch_to_server_to_outcome(administration, box, room):
    dispatch = sends(box, in_reply_to="abc@exemple.org")
    assert dispatch.state == "held" and b"merce" not in bytes(dispatch.to_sealed) and dispatch.to == "merce@exemple.org"
    job = ProcrastinateJob.objects.get(task_name="tracte.channels.tasks.deliver")
    assert job.args == {"administration": str(administration), "dispatch": str(dispatch.id)}
    assert out(dispatch, administration).state == "sent"
    [mail] = room.mails
    assert mail["To"] == "merce@exemple.org" and mail["In-Reply-To"] == "<abc@exemple.org>"
    assert mail.get_content().splitlines() == ["Bon dia, Mercè."]
    assert tokens.read(mail["Message-ID"].upper()) == dispatch.id
    happened = Interaction.objects.get(id=dispatch.id)
    assert (happened.direction, happened.kind, happened.text) == ("out", "message", "Bon dia, Mercè.")
    assert happened.data == {"dispatch": str(dispatch.id), "in_reply_to": ["abc@exemple.org"]}
    assert words(dispatch) == ["delivered"] and dispatch.last_word().external_id == mail["Message-ID"].strip("<>")
    assert events() == ["channels.dispatch.sent"]


def test_a_copy_of_our_own_mail_that_comes_back_is_a_duplicate(administration, box, room):
    from tracte.channels import connectors

    out(sends(box), administration)
    items = list(connectors.parse("email", room.came[0], frozenset(box.own)))
    report = actions.receive_many(box, items)
    assert (report.new, report.duplicate) == (0, 1) and Interaction.objects.count() == 1


def test_the_same_key_is_the_same_dispatch_and_is_sent_once(administration, box, room):
    first, second = sends(box), sends(box, text="Un altre text")
    assert first.id == second.id and second.text == "Bon dia, Mercè." and Dispatch.objects.count() == 1
    for _ in range(3):
        out(first, administration)
    assert len(room.came) == 1 and first.attempts.count() == 1


def test_it_waits_for_its_time(administration, box, room):
    dispatch = sends(box, hold=dt.timedelta(hours=1))
    delivery.deliver(administration, dispatch.id)
    assert Dispatch.objects.get().state == "held" and not room.came and not Interaction.objects.exists()


def test_what_is_taken_back_never_leaves(administration, box, room, agent):
    dispatch = sends(box, by=agent, hold=dt.timedelta(hours=1))
    assert recall(dispatch, by=agent, at=now()) and not recall(dispatch, by=agent, at=now())
    assert out(dispatch, administration).state == "recalled" and not room.came
    assert dispatch.interventions.get().by == agent and events() == ["channels.dispatch.recalled"]


def test_what_left_cannot_be_taken_back(administration, box, room, agent):
    dispatch = sends(box)
    out(dispatch, administration)
    assert not recall(dispatch, by=agent, at=now()) and not dispatch.interventions.exists()


@pytest.mark.parametrize(
    ("rcpt", "data"), [("451 try later", ""), ("421 too many", ""), ("", "452 full"), ("", "421 going down")]
)
def test_what_surely_was_not_taken_is_tried_again_later(administration, box, room, rcpt, data):
    room.rcpt, room.data = [rcpt] * bool(rcpt), [data] * bool(data)
    dispatch, before = sends(box), now()
    held = Dispatch.objects.get(id=out(dispatch, administration).id)
    assert held.state == "held" and dt.timedelta(seconds=50) < held.not_before - before < dt.timedelta(seconds=90)
    assert ProcrastinateJob.objects.order_by("id").last().scheduled_at == held.not_before
    assert out(dispatch, administration).state == "sent" and words(dispatch) == ["deferred", "delivered"]
    assert len(room.came) == 1 and Interaction.objects.count() == 1


def test_nobody_listens_is_tried_again_with_longer_pauses_and_then_failed(administration, box):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        actions.set_way_out(box, {"url": f"smtp://127.0.0.1:{taken.getsockname()[1]}"})
        dispatch = sends(box)
        for n, pause in enumerate(delivering.BACK_OFF, 1):
            left = out(dispatch, administration)
            assert left.state == "held" and left.attempts.count() == n
            assert abs(left.not_before - now() - pause) < dt.timedelta(seconds=30)
        assert out(dispatch, administration).state == "failed"
    assert "SMTPConnectError" in dispatch.last_word().detail and events() == ["channels.dispatch.failed"]


@pytest.mark.parametrize(("rcpt", "data"), [("550 no such user", ""), ("", "554 we do not like it")])
def test_what_is_refused_for_good_has_failed_with_the_reason(administration, box, room, rcpt, data):
    room.rcpt, room.data = [rcpt] * bool(rcpt), [data] * bool(data)
    dispatch = sends(box)
    assert out(dispatch, administration).state == "failed" and words(dispatch) == ["refused"]
    assert dispatch.last_word().detail == rcpt + data


@pytest.mark.parametrize("moment", ["drop before", "drop after"])
def test_when_the_line_breaks_after_the_text_nobody_knows_and_nobody_sends_it_again(
    administration, box, room, moment, agent
):
    room.data = [moment]
    dispatch = sends(box)
    assert out(dispatch, administration).state == "unknown" and events() == ["channels.dispatch.unknown"]
    delivery.sweep(administration, at=now() + dt.timedelta(days=1))
    assert out(dispatch, administration).state == "unknown" and len(room.came) == (moment == "drop after")
    assert resend(dispatch, by=agent, at=now()) and not resend(dispatch, by=agent, at=now())
    assert out(dispatch, administration).state == "sent" and dispatch.interventions.get().kind == "resend"
    assert len(set(room.ids)) == 1, "under the same Message-ID: who got it twice can tell"


def test_a_sender_that_died_in_between_leaves_a_doubt(administration, box, room):
    dispatch = sends(box)
    assert delivering.start(dispatch.id, at=now())
    delivery.sweep(administration, at=now())
    assert Dispatch.objects.get().state == "sending", "it may be alive"
    delivery.sweep(administration, at=now() + delivering.PATIENCE * 2)
    assert Dispatch.objects.get().state == "unknown" and words(dispatch) == ["unknown"]


def test_a_late_word_counts(administration, box):
    dispatch = sends(box)
    started = delivering.start(dispatch.id, at=now())
    delivering.doubt(before=now() + dt.timedelta(1), at=now())
    delivering.settle(started, Result(DELIVERED, "250"), at=now())
    assert Dispatch.objects.get().state == "sent" and words(dispatch) == ["unknown", "delivered"]


def test_a_late_word_of_an_old_attempt_does_not_undo_a_newer_one(administration, box, agent):
    dispatch = sends(box)
    old = delivering.start(dispatch.id, at=now())
    delivering.doubt(before=now() + dt.timedelta(1), at=now())
    resend(dispatch, by=agent, at=now())
    new = delivering.start(dispatch.id, at=now())
    delivering.settle(new, Result(DELIVERED), at=now())
    delivering.settle(old, Result(UNKNOWN), at=now())
    assert Dispatch.objects.get().state == "sent"


def test_a_fault_of_ours_while_sending_is_a_doubt_not_a_second_mail(administration, box, monkeypatch):
    from tracte.channels.connectors.email import deliver

    def fails(out, way):
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(deliver, "deliver", fails)
    assert out(sends(box), administration).state == "unknown"


def test_held_ones_whose_worker_died_get_a_job_again(administration, box):
    dispatch = sends(box)
    ProcrastinateJob.objects.all().delete()
    delivery.sweep(administration, at=now() + dt.timedelta(minutes=5))
    assert ProcrastinateJob.objects.get().args["dispatch"] == str(dispatch.id)
    delivery.sweep(administration, at=now() + dt.timedelta(minutes=9))
    assert ProcrastinateJob.objects.count() == 1, "one that waits is enough, however long the queue"


@pytest.mark.parametrize("to", ["", "ningú", "a b@exemple.org", "x@exemple.org\nBcc: y@z.org", "BUSTIA@exemple.cat"])
def test_what_cannot_be_sent_is_refused_at_once(administration, box, to):
    with pytest.raises(CannotSend):
        sends(box, to=to)
    assert not Dispatch.objects.exists()


def test_nothing_to_say_and_no_way_out_are_refused(administration, box):
    with pytest.raises(CannotSend, match="nothing to send"):
        sends(box, text="  ")
    with pytest.raises(CannotSend, match="has no way out"):
        sends(actions.open_account(key="sms", kind="tabular", name="SMS"), to="600000417")


@pytest.mark.parametrize(("kind", "heard"), [("calls", "call"), ("visits", "visit")])
def test_what_a_person_says_is_delivered_as_it_is_noted(administration, agent, kind, heard):
    account = actions.open_account(key=kind, kind=kind, name=kind)
    dispatch = sends(account, to="600000417", text="Li he dit que sí.", by=agent)
    assert dispatch.state == "sent" and Interaction.objects.get(id=dispatch.id).kind == heard
    assert events() == ["channels.dispatch.sent"] and not recall(dispatch, by=agent, at=now())


def test_an_answer_to_a_form_waits_at_its_page_and_goes_by_mail_to_who_left_an_address(
    administration, box, room, agent
):
    form = actions.open_account(key="formularis", kind="webform", name="Formularis")
    dispatch = sends(form, by=agent)
    copy = dispatch.copies.get()
    assert out(dispatch, administration).state == out(copy, administration).state == "sent" and len(room.came) == 1
    assert Interaction.objects.get(id=copy.id).data["copy_of"] == str(dispatch.id)
    assert tokens.read(room.ids[0]) == dispatch.id, "who answers the copy answers what was copied"
    assert not sends(form, key="b", to="").copies.exists()


def test_taking_an_answer_to_a_form_back_takes_its_mail_back(administration, box, agent):
    form = actions.open_account(key="formularis", kind="webform", name="Formularis")
    first, second = sends(form, by=agent), sends(form, key="b", by=agent)
    assert recall(first, by=agent, at=now()) and first.copies.get().state == "recalled"
    out(second.copies.get(), administration)
    assert not recall(second, by=agent, at=now()) and Dispatch.objects.get(id=second.id).state == "held"


def test_what_telegram_sent_is_known_by_the_ids_that_telegram_gave(administration):
    with telegram() as twin:
        bot = actions.open_account(key="telegram", kind="telegram", name="Telegram")
        actions.set_way_out(bot, {"token": TOKEN, "api": twin.api})
        dispatch = sends(bot, to="5", text="\n\n".join(["paraula " * 400] * 2), subject="")
        assert out(dispatch, administration).state == "sent"
    known = InteractionKey.objects.filter(interaction=dispatch.id).values_list("external_id", flat=True)
    assert sorted(known) == ["5:1", "5:2"] and dispatch.last_word().external_id == "5:1"


def test_settings_are_sealed_and_unknown_ones_refused(administration, box):
    assert b"smtp" not in bytes(Account.objects.get(key="bustia").settings_sealed)
    for wrong in ({"urll": "smtp://x"}, {"url": 7}, {"plus_addressing": "yes"}):
        with pytest.raises(ValueError, match=r"url|plus_addressing"):
            actions.set_way_out(box, wrong)


def test_administrations_do_not_send_for_each_other(administration, other_administration, box):
    dispatch = sends(box)
    with tenancy.acting_for(other_administration):
        assert delivering.start(dispatch.id, at=now()) is None
    assert InteractionKey.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_recall_and_start_exclude_each_other(administration):
    with tenancy.acting_for(administration):
        form = actions.open_account(key="formularis", kind="webform", name="Formularis")
        dispatches = [sends(form, key=str(n), to="") for n in range(12)]

    def takes_back(dispatch):
        with tenancy.acting_for(administration):
            return recall(dispatch, by=None, at=now())

    def starts(dispatch):
        with tenancy.acting_for(administration):
            return delivering.start(dispatch.id, at=now()) is not None

    for dispatch in dispatches:
        won = together(*[lambda d=dispatch: takes_back(d), lambda d=dispatch: starts(d)] * 2)
        assert sum(won) == 1


def test_no_job_has_a_queueing_lock():
    """A refused one would stop the worker that defers it each minute: see `tasks.sweep`."""
    from tracte.channels import tasks

    assert tasks.sweep.name in tasks.app.tasks
    assert not [name for name, task in tasks.app.tasks.items() if task.queueing_lock]
