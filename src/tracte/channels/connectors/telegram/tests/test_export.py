import io
import json
from pathlib import Path

from tracte.channels.connectors.telegram.parse import read
from tracte.channels.message import IN, OUT, Message, Reject

FIXTURE = Path(__file__).parents[1] / "fixtures" / "result.json"


def test_an_export_of_all_chats():
    with FIXTURE.open("rb") as stream:
        asked, answered, voice, call, broken, group = read(stream, own=frozenset({"900"}))
    assert asked.text == "Bon dia, miro https://exemple.cat i no s'obre"
    assert (asked.external_id, asked.direction, asked.who.key) == ("5550101:1", IN, "5550101")
    assert (answered.direction, answered.who.full_name) == (OUT, "Mercè Puig i Ferrer")
    assert answered.in_reply_to == ["5550101:1"]
    assert (voice.text, voice.flags) == ("[missatge de veu]", ["timezone_assumed"])
    assert voice.at.utcoffset().seconds == 3600
    assert isinstance(call, Reject) and call.position == 4 and "phone_call" in call.reason
    assert isinstance(broken, Reject) and "id must be a whole number" in broken.reason
    assert (group.external_id, group.text) == ("-1001234567890:18", "[foto]")
    assert group.flags == ["edited", "forwarded"] and group.who.key == "5550999"


def test_an_export_of_one_chat_compact_or_indented():
    chat = json.loads(FIXTURE.read_text())["chats"]["list"][0]
    for indent in (None, 2):
        found = list(read(io.BytesIO(json.dumps(chat, indent=indent).encode())))
        assert [type(item) for item in found] == [Message, Message, Message, Reject, Reject]


def test_a_truncated_export_keeps_what_came_before():
    text = FIXTURE.read_bytes()
    found = list(read(io.BytesIO(text[: text.index(b'"id": 3')])))
    assert [type(item) for item in found] == [Message, Message, Reject]
    assert found[2].reason.startswith("after 2 messages: ")


def test_a_long_export_is_streamed():
    """Only as much of the file has been read as the messages taken needed."""
    message = {"id": 1, "type": "message", "date_unixtime": "1614589200", "from_id": "user5", "text": "x" * 1000}
    chat = {"name": "Mercè", "type": "personal_chat", "id": 5, "messages": [message | {"id": n} for n in range(5000)]}
    stream = io.BytesIO(json.dumps(chat).encode())
    messages = read(stream)
    assert next(messages).external_id == "5:0"
    assert stream.tell() < 500_000
    assert sum(1 for _ in messages) == 4999
