import datetime as dt
import json
from pathlib import Path

import pytest

from tracte.channels.connectors.telegram.parse import parse, read
from tracte.channels.connectors.tests.real_data import real
from tracte.channels.message import IN, OUT, Message, Reject
from tracte.people.appearance import PROVED, Identifier

FIXTURE = Path(__file__).parents[1] / "fixtures" / "updates.ndjson"
OWN = frozenset({"900"})


@pytest.fixture(scope="module")
def updates():
    with FIXTURE.open("rb") as stream:
        return dict(enumerate(read(stream, own=OWN), 1001))


def one(update, own=OWN):
    (found,) = parse(json.dumps(update).encode(), own=own)
    return found


def said(**more):
    user = {"id": 5, "is_bot": False, "first_name": "Mercè"}
    message = {
        "message_id": 1,
        "from": user,
        "chat": {"id": 5, "type": "private"},
        "date": 1614590000,
        "text": "Bon dia",
    }
    return {"update_id": 7, "message": message | more}


def test_a_command_is_kept_with_who_said_it(updates):
    message = updates[1001]
    assert (message.external_id, message.direction, message.kind) == ("5550101:11", IN, "message")
    assert message.at == dt.datetime(2021, 3, 1, 9, 13, 20, tzinfo=dt.UTC)
    assert (message.text, message.data["command"]) == ("/start beques", "start")
    assert (message.who.key, message.who.full_name, message.who.language) == ("5550101", "Mercè Puig i Ferrer", "ca")
    assert message.data["entities"][0]["type"] == "bot_command"
    assert json.loads(message.raw)["update_id"] == 1001


def test_a_contact_is_proof_only_of_its_owner(updates):
    assert updates[1002].who.identifiers == [Identifier("phone", "+34600111222", PROVED)]
    assert updates[1003].who.identifiers == []
    assert updates[1003].data["contact"]["phone_number"] == "34600333444"


def test_a_photo_is_a_word_its_largest_file_and_the_message_it_answers(updates):
    message = updates[1004]
    assert (message.text, message.in_reply_to) == ("[foto]", ["5550101:10"])
    assert [file["file_id"] for file in message.data["media"]] == ["gran"]
    assert updates[1005].text == "El fanal de la plaça no s'encén"


def test_an_edit_is_a_message_of_its_own(updates):
    message = updates[1006]
    assert message.external_id == "5550101:15:1614590300" and message.flags == ["edited"]
    assert message.data["edits"] == updates[1005].external_id
    assert message.at == dt.datetime(2021, 3, 1, 9, 18, 20, tzinfo=dt.UTC)


def test_a_place(updates):
    assert updates[1007].text == "[ubicació]"
    assert updates[1007].data["coordinates"] == {"lat": 41.93, "lon": 2.2545}


@pytest.mark.parametrize("own", [frozenset({"900"}), frozenset({"atenciobot"}), frozenset({"@atenciobot"})])
def test_what_the_bot_wrote_goes_out_to_the_citizen(own):
    update = json.loads(FIXTURE.read_text().splitlines()[7])
    update["message"]["from"]["is_bot"] = False  # only `own` tells
    message = one(update, own)
    assert (message.direction, message.who.key, message.who.full_name) == (OUT, "5550101", "Mercè Puig i Ferrer")


def test_groups_channels_and_forwards(updates):
    group, post, anonymous = updates[1009], updates[1010], updates[1015]
    assert group.external_id == "-1001234567890:18" and group.flags == ["forwarded"]
    assert group.who.key == "5550101" and group.data["chat"]["title"] == "Veïns de Vic"
    assert group.data["forward"]["forward_origin"]["sender_user"]["first_name"] == "Nil"
    assert (post.kind, post.direction, post.who) == ("post", IN, None)
    assert (anonymous.who, anonymous.flags) == (None, [])  # the group itself speaks, not a bot


def test_a_post_of_our_own_channel_goes_out():
    update = json.loads(FIXTURE.read_text().splitlines()[9])
    assert one(update, frozenset({"@ajuntament"})).direction == OUT


def test_a_button_is_an_answer(updates):
    message = updates[1011]
    assert (message.external_id, message.text, message.at) == ("update:1011", "[botó] resolt:si", None)
    assert message.in_reply_to == ["5550101:17"] and message.flags == ["date_missing"]


def test_a_business_account_speaks_for_us(updates):
    assert (updates[1014].direction, updates[1014].who.key) == (OUT, "5550101")


def test_what_nobody_said_is_refused_by_name(updates):
    assert isinstance(updates[1012], Reject) and updates[1012].external_id == "update:1012"
    assert updates[1012].reason == "my_chat_member: the user blocked the bot"
    assert updates[1013].reason.startswith("message.new_chat_members:")


@pytest.mark.parametrize("kind", ["inline_query", "poll", "poll_answer", "chat_join_request", "message_reaction"])
def test_other_kinds_are_refused_by_name(kind):
    assert one({"update_id": 1, kind: {"id": "1"}}).reason.startswith(f"{kind}: ")


def test_an_unknown_kind_is_named():
    assert "holograma" in one({"update_id": 1, "holograma": {}}).reason


@pytest.mark.parametrize(
    ("update", "told"),
    [
        (said(message_id="1"), "message.message_id must be a whole number, it is '1'"),
        (said(message_id=True), "message.message_id must be a whole number"),
        (said(date="1614590000"), "message.date must be a whole number"),
        (said(date=0), "message.date 0 is not a time"),
        (said(date=99999999999), "message.date 99999999999 is not a time"),
        (said(chat=None), "message.chat must be an object, it is missing"),
        (said(chat={"type": "private"}), "message.chat.id must be a whole number, it is missing"),
        (said(text=["a"]), "message.text must be text"),
        (said(**{"from": {"id": "5", "first_name": "x"}}), "message.from.id must be a whole number"),
        ({"update_id": "7"}, "update_id must be a whole number"),
        ({"update_id": 7}, "unknown kind of update: nothing"),
        ({}, "not an Update"),
        ([], "not an Update"),
        (7, "not an Update"),
    ],
)
def test_wrong_shapes_are_refused_in_one_line(update, told):
    found = one(update)
    assert isinstance(found, Reject) and told in found.reason and "\n" not in found.reason and found.raw


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 5000, b'{"update_id": NaN}', b"1e999"])
def test_what_is_no_json_is_refused(raw):
    (found,) = parse(raw)
    assert isinstance(found, Reject) and "\n" not in found.reason


def test_text_that_a_database_would_refuse_is_cleaned():
    (message,) = parse(json.dumps(said(text="a\0b\ud800c 😀")).encode())
    assert message.text == "ab\ufffdc 😀"


def test_unknown_content_is_kept_and_flagged():
    update = said(hologram={"x": 1})
    del update["message"]["text"]
    message = one(update)
    assert message.flags == ["unknown_content"] and "hologram" in message.data["fields"]


def test_one_bad_line_does_not_sink_its_neighbours(tmp_path):
    path = tmp_path / "updates.ndjson"
    good = json.dumps(said()).encode()
    path.write_bytes(good + b"\n\n{bad\n" + b"\xff\n" + good + b"\n")
    with path.open("rb") as stream:
        found = list(read(stream))
    assert [type(item) for item in found] == [Message, Reject, Reject, Message]
    assert [item.position for item in found if isinstance(item, Reject)] == [3, 4]


def test_an_array_of_updates_reads_the_same(tmp_path):
    path = tmp_path / "updates.json"
    path.write_text(json.dumps([said(), said(message_id=2)], indent=1))
    with path.open("rb") as stream:
        assert [message.external_id for message in read(stream)] == ["5:1", "5:2"]


def test_the_answer_of_get_updates_reads_the_same(tmp_path):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"ok": True, "result": [said(), said(message_id=2)]}))
    with path.open("rb") as stream:
        assert [message.external_id for message in read(stream)] == ["5:1", "5:2"]


def test_the_objects_of_a_library_become_interactions_or_named_refusals():
    kinds = {"message": 0, "update": 0, "other": 0}
    with real("webhooks/telegram/telegram_objects.jsonl").open() as lines:
        for number, line in enumerate(lines, 1):
            item = json.loads(line)
            kinds[item["kind"]] += 1
            wrapped = {"update_id": number, "message": item["json"]}
            found = one(wrapped if item["kind"] == "message" else item["json"])
            if item["kind"] == "other":
                assert isinstance(found, Reject) and found.reason.startswith(
                    "not an Update: it has no update_id, only "
                )
            else:
                assert isinstance(found, Message) and found.text, item["test"]
    assert kinds == {"message": 12, "update": 5, "other": 14}
