"""The one way in: each message once for ever, and nothing bad sinks its neighbours."""

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tracte.channels import actions, receive
from tracte.channels.message import Message, Reject
from tracte.channels.models import Interaction, InteractionKey, RawPayload
from tracte.channels.models import Reject as RejectRow
from tracte.channels.tests.letters import AT, anna, message
from tracte.core.models import Event
from tracte.people.appearance import Appearance, Identifier
from tracte.people.models import SourceRecord
from tracte.vocabularies import actions as vocabularies
from tracte.vocabularies.models import Concept

pytestmark = pytest.mark.django_db
TEN_MEGABYTES = 10_000_000


def figures(report):
    return report.received, report.new, report.duplicate, len(report.rejected)


def stored():
    return {one.text: one for one in Interaction.objects.all()}


def test_a_message_comes_in_whole(account):
    report = actions.receive_many(
        account,
        [
            message(
                "F-1",
                "Hi ha un forat",
                direction="out",
                kind="form",
                subject="Carrer",
                language="ca",
                who=anna(),
                data={"formulari": "vies"},
                flags=["charset_lies", "date_missing"],
                in_reply_to=["F-0"],
            )
        ],
    )
    assert figures(report) == (1, 1, 0, 0)
    one = Interaction.objects.get()
    assert [one.id] == report.interactions and one.at == AT and one.account_id == account.id
    assert (one.direction, one.kind, one.subject, one.text, one.language) == (
        "out",
        "form",
        "Carrer",
        "Hi ha un forat",
        "ca",
    )
    assert one.data == {"formulari": "vies", "in_reply_to": ["F-0"]} and one.flags == ["charset_lies", "date_missing"]
    assert one.record_id == SourceRecord.objects.get().id
    assert Event.objects.get(name="channels.batch.received").ids["count"] == 1


def test_a_listener_finds_what_is_new_by_ids_and_by_times(account):
    actions.receive_many(account, [message("F-0")])
    days = [AT - dt.timedelta(days=n) for n in (0, 40, 3)]
    items = [message(f"F-{n}", at=day) for n, day in enumerate(days, 1)]
    report = actions.receive_many(account, [message("F-0", at=AT - dt.timedelta(days=400)), *items])
    told = Event.objects.filter(name="channels.batch.received").latest("id").ids
    assert told["count"] == 3 and {told["first"], told["last"]} <= set(map(str, report.interactions))
    assert (told["earliest"], told["latest"]) == ((AT - dt.timedelta(days=40)).isoformat(), AT.isoformat())
    between = Interaction.objects.filter(
        account=account, id__range=(told["first"], told["last"]), at__range=(told["earliest"], told["latest"])
    )
    assert sorted(one.id for one in between) == sorted(report.interactions)


def test_again_is_a_duplicate_for_ever(account):
    batch = [message("F-1"), message("F-2", who=anna())]
    assert figures(actions.receive_many(account, batch)) == (2, 2, 0, 0)
    changed = [message("F-1", "un altre text"), message("F-2"), message("F-3")]
    assert figures(actions.receive_many(account, changed)) == (3, 1, 2, 0)
    assert sorted(stored()) == ["Bon dia"] and Interaction.objects.count() == 3
    assert SourceRecord.objects.count() == 1 and RawPayload.objects.count() == 3


def test_a_duplicate_inside_the_batch_is_one(account):
    report = actions.receive_many(account, [message("F-1", "u"), message("F-1", "dos"), message("F-1\0", "tres")])
    assert figures(report) == (3, 1, 2, 0) and list(stored()) == ["u"]


def test_another_account_is_another_key(account, administration):
    other = actions.open_account(key="trucades", kind="calls", name="Telèfon")
    assert actions.receive_many(account, [message("1")]).new == actions.receive_many(other, [message("1")]).new == 1


def test_very_long_ids_are_different_and_idempotent(account):
    long = "x" * TEN_MEGABYTES
    assert figures(actions.receive_many(account, [message(long + "a"), message(long + "b")])) == (2, 2, 0, 0)
    assert figures(actions.receive_many(account, [message(long + "a")])) == (1, 0, 1, 0)
    assert InteractionKey.objects.filter(external_id__startswith="sha256:").count() == 2


def surrogate_name():
    return Appearance(full_name="Ann\ud800a", identifiers=[Identifier("phone", "600000417")])


BAD = {
    "no id": (lambda: message("  "), "it has no id"),
    "an id of nuls": (lambda: message("\0\0"), "it has no id"),
    "direction": (lambda: message("B", direction="amunt"), "direction is 'amunt': write in or out"),
    "surrogate in the id": (lambda: message("\udfff"), "lone surrogate"),
    "surrogate in the text": (lambda: message("B", "\ud83d"), "lone surrogate"),
    "surrogate in a name": (lambda: message("B", who=surrogate_name()), "lone surrogate"),
    "surrogate in an address": (lambda: message("B", who=Appearance(key="k", address="\ud800")), "lone surrogate"),
    "surrogate in a contact": (
        lambda: message("B", who=Appearance(identifiers=[Identifier("email", "\ud800@exemple.cat")])),
        "lone surrogate",
    ),
    "surrogate in a reply": (lambda: message("B", in_reply_to=["\ud800"]), "lone surrogate"),
    "surrogate in data": (lambda: message("B", data={"a": ["\ud800"]}), "lone surrogate"),
    "data that is no JSON": (lambda: message("B", data={"a": dt.date(2026, 1, 1)}), "cannot be kept as text and JSON"),
    "data without end": (lambda: message("B", data=_nested(100_000)), "cannot be kept as text and JSON"),
    "data that is not a number": (lambda: message("B", data={"a": float("nan")}), "cannot be kept as text and JSON"),
    "data that is a list": (lambda: message("B", data=["a"]), "data is not an object"),
    "text that is no text": (lambda: message("B", text=17), "cannot be kept as text and JSON"),
    "the database refuses its certainty": (
        lambda: message("B", who=Appearance(full_name="Anna", name_assurance=9)),
        "the database refuses it: ",
    ),
}


def _nested(depth):
    data: dict = {}
    for _ in range(depth):
        data = {"a": data}
    return data


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_one_is_kept_with_its_reason_and_its_neighbours_come_in(account, bad):
    make, reason = BAD[bad]
    batch = [message("A", who=anna(1)), make(), message("C", who=anna(2)), message("D")]
    batch[1].raw = b"com ha arribat"
    report = actions.receive_many(account, batch, first=101)
    assert figures(report) == (4, 3, 0, 1)
    (reject,) = report.rejected
    assert reason in reject.reason and "\n" not in reject.reason and reject.position == 102
    assert Interaction.objects.count() == RawPayload.objects.count() == InteractionKey.objects.count() == 3
    kept = RejectRow.objects.get()
    assert kept.position == 102 and kept.body() == b"com ha arribat"
    good = dataclasses.replace(message("B"), raw=b"com ha arribat")
    assert figures(actions.receive_many(account, [good])) == (1, 1, 0, 0)  # mended, it comes in


def test_dirt_that_can_be_kept_is_kept(account):
    """NUL, endless text, strange dates: flagged or trimmed, never refused."""
    nul = message(
        "N\0", "a\0b", subject="\0", kind="f\0", language="c\0a", topic="\0x", data={"k\0": "v\0", "b": "\\u0000"}
    )
    long = message("L", "x" * TEN_MEGABYTES, raw=b"x" * TEN_MEGABYTES)
    before = message("P", at=dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))))
    after = message("F", at=dt.datetime.max.replace(tzinfo=dt.UTC))
    naive = message("I", at=dt.datetime(2026, 3, 2))
    none = message("S", at=None)
    now = AT + dt.timedelta(days=1)
    report = actions.receive_many(account, [nul, long, before, after, naive, none], at=now)
    assert figures(report) == (6, 6, 0, 0)
    keys = dict(InteractionKey.objects.values_list("external_id", "interaction"))
    found = {key: Interaction.objects.get(id=keys[key]) for key in keys}
    assert (found["N"].text, found["N"].kind, found["N"].language) == ("ab", "f", "ca")
    assert found["N"].data == {"k": "v", "b": "\\u0000", "topic_as_written": "x"}
    assert len(found["L"].text) == receive.MAX_TEXT
    assert RawPayload.objects.get(interaction=keys["L"]).body() == b"x" * TEN_MEGABYTES
    for key, written in {"P": "0001-01-01", "F": "9999-12-31", "I": "2026-03-02"}.items():
        assert found[key].at == now and found[key].flags == ["date_out_of_range"]
        assert found[key].data["date_as_written"].startswith(written)
    assert found["S"].at == now and found["S"].flags == []


def test_only_the_row_that_the_database_refuses_falls_out(account, monkeypatch):
    """Whatever the cause: here a check that no rule of ours foresees, on three rows of 200."""
    log = receive._log

    def refusing(account, fresh, *rest):
        if any("veto" in m.text for _, m in fresh):
            raise IntegrityError("new row violates a check\nDETAIL: Failing row contains (secret).")
        log(account, fresh, *rest)

    monkeypatch.setattr(receive, "_log", refusing)
    batch = [message(f"M-{n}", "veto" if n in (0, 77, 199) else f"text {n}", who=anna(n)) for n in range(200)]
    report = actions.receive_many(account, batch)
    assert figures(report) == (200, 197, 0, 3)
    assert [(r.position, r.external_id) for r in report.rejected] == [(1, "M-0"), (78, "M-77"), (200, "M-199")]
    assert {r.reason for r in report.rejected} == {"the database refuses it: new row violates a check"}
    assert set(report.interactions) == set(Interaction.objects.values_list("id", flat=True))
    assert InteractionKey.objects.count() == SourceRecord.objects.count() == 197
    monkeypatch.setattr(receive, "_log", log)
    assert figures(actions.receive_many(account, batch)) == (200, 3, 197, 0)


def test_when_the_database_refuses_everything_nothing_is_left(account, monkeypatch):
    """It is not the rows then: no reject is made of what is good."""

    def refusing(*_):
        raise IntegrityError("no partition of relation found for row")

    monkeypatch.setattr(receive, "_log", refusing)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.receive_many(account, [message(f"M-{n}", who=anna(n)) for n in range(200)])
    for model in (InteractionKey, RawPayload, RejectRow, SourceRecord, Event):
        assert not model.objects.filter(**({"name": "channels.batch.received"} if model is Event else {})).exists()


def test_what_a_failing_transaction_leaves_is_nothing(account, monkeypatch):
    def failing(*_, **__):
        raise RuntimeError("el procés cau")

    monkeypatch.setattr(actions, "announce", failing)
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.receive_many(account, [message("A", who=anna()), message(" ")])
    for model in (Interaction, InteractionKey, RawPayload, RejectRow, SourceRecord):
        assert not model.objects.exists()
    monkeypatch.undo()
    assert figures(actions.receive_many(account, [message("A", who=anna())])) == (1, 1, 0, 0)


def test_a_reject_is_stored_once_and_recoverable(account):
    refused = [Reject(7, "línia 7: falta l'id", "", b"{malament"), Reject(9, "una altra cosa", "X", b"")]
    for _ in range(2):
        report = actions.receive_many(account, refused)
        assert figures(report) == (2, 0, 0, 2)
    first, second = RejectRow.objects.order_by("position")
    assert (first.position, first.reason, first.body()) == (7, "línia 7: falta l'id", b"{malament")
    assert (second.external_id, second.body()) == ("X", b"")
    assert b"malament" not in bytes(first.body_sealed)
    actions.receive_many(account, [Reject(7, "línia 7: falta l'id", "", b"{un altre")])
    assert RejectRow.objects.count() == 3


def test_a_reject_with_any_text_can_be_kept(account):
    odd = Reject(0, "raó \ud800 amb \0", "\udfff\0" + "x" * 1000, b"\xff\x00")
    assert figures(actions.receive_many(account, [odd])) == (1, 0, 0, 1)
    assert RejectRow.objects.get().body() == b"\xff\x00"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"curt", b"llarg " * 1000], ids=["empty", "bytes", "short", "long"])
def test_what_came_can_be_read_again(account, raw):
    (interaction,) = actions.receive_many(account, [message("A", raw=raw)]).interactions
    payload = RawPayload.objects.get(interaction=interaction)
    assert payload.body() == raw
    assert not raw or raw not in bytes(payload.body_sealed)


TOPICS = 'scheme: topics\nconcepts:\n- {code: lloguer, labels: {ca: "Ajut al lloguer", es: "Ayuda al alquiler"}}\n'
PLACES = 'scheme: territories\nconcepts:\n- {code: "082980", kind: municipality, name: Vic}\n'


def test_topics_and_places_are_resolved_or_kept_as_written(account, tmp_path):
    for name, text in (("topics.yml", TOPICS), ("territories.yml", PLACES)):
        (tmp_path / name).write_text(text)
        vocabularies.load(tmp_path / name)
    topic, place = (Concept.objects.get(scheme__key=one) for one in ("topics", "territories"))
    actions.receive_many(
        account,
        [
            message("1", "coneguts", topic="Ayuda al alquiler", territory="VIC"),
            message("2", "desconeguts", topic="dracs", territory="Xauxa", data={"k": 1}),
            message("3", "cap"),
        ],
    )
    found = stored()
    assert (found["coneguts"].topic_id, found["coneguts"].territory_id) == (topic.id, place.id)
    assert found["coneguts"].data == {} and found["cap"].data == {}
    assert found["desconeguts"].topic_id is None
    assert found["desconeguts"].data == {"k": 1, "topic_as_written": "dracs", "territory_as_written": "Xauxa"}


def test_nobody_known_is_no_record(account):
    """An empty appearance is nobody: else all the unknown would be one person."""
    nobody = [message("1"), message("2", who=Appearance()), message("3", who=Appearance(address="Carrer Major"))]
    actions.receive_many(account, nobody)
    assert not SourceRecord.objects.exists() and Interaction.objects.filter(record=None).count() == 3


def test_they_are_recognised_in_the_order_in_which_they_came(account):
    """Not in that of their ids: at one instant the timeline tells them as they came."""
    actions.receive_many(account, [message("Z", "primer", who=anna()), message("A", "segon"), message("M", "tercer")])
    assert list(Interaction.objects.order_by("at", "id").values_list("text", flat=True)) == [
        "primer",
        "segon",
        "tercer",
    ]


def test_a_batch_of_nothing(account):
    assert figures(actions.receive_many(account, [])) == (0, 0, 0, 0)
    assert not Event.objects.filter(name="channels.batch.received").exists()


def test_an_account_opened_again_is_the_same_door(account):
    again = actions.open_account(key="formularis", kind="webform", name="Altre nom")
    assert again.id == account.id and again.name == "Altre nom"


def test_messages_are_not_changed_for_a_second_try(account):
    one = message("A", at=dt.datetime.max.replace(tzinfo=dt.UTC))
    actions.receive_many(account, [one])
    assert isinstance(one, Message) and figures(actions.receive_many(account, [one])) == (1, 0, 1, 0)
    assert one.flags == ["date_out_of_range"]


def test_each_record_keeps_the_purposes_that_its_channel_had_when_it_came(administration):
    door = {"key": "enquesta", "kind": "webform", "name": "Enquesta"}
    account = actions.open_account(**door, purposes=["complaint", "attend", "attend"])
    actions.receive_many(account, [message("F-1", who=anna())])
    assert SourceRecord.objects.get().purposes == ["attend", "complaint"]
    account = actions.open_account(**door, purposes=[])
    actions.receive_many(account, [message("F-2", who=Appearance(key="k", full_name="Pere Roca"))])
    assert SourceRecord.objects.get(given_name="Pere").purposes == []
    assert SourceRecord.objects.get(given_name="Anna").purposes == ["attend", "complaint"]


def test_a_channel_has_no_purpose_that_the_administration_has_not(administration):
    with pytest.raises(ValueError, match="unknown purpose 'curiosity': there are administer, attend"):
        actions.open_account(key="x", kind="calls", name="X", purposes=["curiosity"])
