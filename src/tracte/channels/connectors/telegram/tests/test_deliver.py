"""Our bot writes: to its twin, which behaves like Telegram, and to the outbox, which is the demo's."""

import json
import socket
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracte.channels.connectors.telegram import bot_api, deliver
from tracte.channels.connectors.telegram.twin import TOKEN, telegram
from tracte.channels.outgoing import File, Outgoing


@pytest.fixture(scope="module")
def server():
    with telegram() as twin:
        yield twin


@pytest.fixture
def twin(server):
    server.messages, server.blocked, server.answers = [], set(), []
    return server


def outgoing(text="Bon dia, Mercè.", **more):
    return Outgoing(**{"id": uuid.UUID(int=7), "to": "5", "text": text, **more})


def sent(twin, out):
    return deliver.deliver(out, {"token": TOKEN, "api": twin.api})


@pytest.fixture(params=["twin", "outbox"])
def way(request, twin, tmp_path, monkeypatch):
    """(deliver, what arrived): the same for every twin of the service."""
    if request.param == "twin":
        return lambda out: sent(twin, out), lambda: [message.get("text") for message in twin.messages]
    monkeypatch.setenv("TRACTE_WAY_OUT", "outbox")
    monkeypatch.setenv("TRACTE_HOME", str(tmp_path))
    kept = lambda: [json.loads(path.read_text()).get("text") for path in sorted((tmp_path / "outbox").iterdir())]  # noqa: E731
    return lambda out: deliver.deliver(out, {}), kept


def test_a_message_arrives(way):
    send, arrived = way
    result = send(outgoing())
    assert result.kind == "delivered" and arrived() == ["Bon dia, Mercè."] and result.external_ids[0].startswith("5:")


def test_a_long_message_arrives_in_parts_parted_between_paragraphs(way):
    send, arrived = way
    paragraphs = [f"{n} " + "paraula " * 200 for n in range(6)]
    assert send(outgoing("\n\n".join(paragraphs))).kind == "delivered"
    assert len(arrived()) == 3 and "\n\n".join(arrived()).split() == " ".join(paragraphs).split()
    assert all(part[0].isdigit() for part in arrived())


def test_it_answers_the_message_that_is_answered(twin):
    sent(twin, outgoing(in_reply_to=["5:8", "5:9"], subject="no es diu"))
    sent(twin, outgoing(in_reply_to=["77:9"]))
    sent(twin, outgoing(subject="Assumpte"))
    assert twin.messages[0]["reply_parameters"] == {"message_id": 9, "allow_sending_without_reply": True}
    assert "reply_parameters" not in twin.messages[1] and twin.messages[0]["text"] == "Bon dia, Mercè."
    assert twin.messages[2]["text"] == "Assumpte\n\nBon dia, Mercè."


def test_files_are_documents(twin):
    result = sent(twin, outgoing(files=[File('plà"nol.pdf', "application/pdf", b"%PDF\r\n\x00")]))
    assert result.external_ids == ["5:1", "5:2"]
    assert twin.messages[1]["document"] == {"name": "plà'nol.pdf", "body": b"%PDF\r\n\x00"}


@pytest.mark.parametrize(
    ("answer", "kind", "retry_after"),
    [
        ((429, "Too Many Requests", {"retry_after": 417}), "deferred", 417.0),
        ((403, "Forbidden: bot was blocked by the user", {}), "refused", 0.0),
        ((400, "Bad Request: chat not found", {}), "refused", 0.0),
        ((401, "Unauthorized", {}), "deferred", 0.0),
        ((500, "Internal Server Error", {}), "unknown", 0.0),
        (None, "unknown", 0.0),
    ],
)
def test_what_telegram_says_instead(twin, answer, kind, retry_after):
    twin.answers = [answer]
    result = sent(twin, outgoing())
    assert (result.kind, result.retry_after) == (kind, retry_after) and not twin.messages
    assert answer is None or answer[1] in result.detail
    assert TOKEN not in result.detail


def test_who_blocked_us_is_not_written_to(twin):
    twin.blocked = {"5"}
    assert sent(twin, outgoing()).kind == "refused"


def test_nobody_listens(twin):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        result = deliver.deliver(outgoing(), {"token": TOKEN, "api": f"http://127.0.0.1:{taken.getsockname()[1]}"})
    assert result.kind == "deferred" and TOKEN not in result.detail


def test_half_a_message_is_not_sent_a_second_time(twin, monkeypatch):
    text = "\n\n".join(["paraula " * 400] * 2)
    twin.answers = [False, (403, "Forbidden", {})]
    half = sent(twin, outgoing(text))
    assert half.kind == "unknown" and half.external_ids == ["5:1"] and "part 2 of 2" in half.detail
    waited = []
    monkeypatch.setattr(deliver.time, "sleep", waited.append)
    twin.answers = [False, (429, "Too Many Requests", {"retry_after": 3})]
    assert sent(twin, outgoing(text)).kind == "delivered" and waited == [3.0]


def test_without_a_token_it_says_what_to_do():
    result = deliver.deliver(outgoing(), {})
    assert result.kind == "refused" and "tracte channel way-out" in result.detail


@pytest.mark.parametrize(("to", "is_chat"), [("5", True), ("-100417", True), ("@merce", False), ("", False)])
def test_a_chat_is_a_number(to, is_chat):
    assert bool(deliver.problem(outgoing(to=to))) != is_chat


def test_the_twin_knows_the_bot_the_webhook_and_files(twin):
    def ask(method, **fields):
        return bot_api.ask(bot_api.Call(method, fields), twin.api, TOKEN)

    assert ask("getMe").result["is_bot"]
    assert ask("setWebhook", url="https://exemple.cat/hooks/telegram/").result == {} and twin.webhook["url"]
    twin.files["f1"] = b"foto"
    assert ask("getFile", file_id="f1").result["file_path"] and ask("getFile", file_id="f2").status == 400


@given(st.text(st.sampled_from("ab \n😀é"), max_size=400).map(lambda text: text * 40))
@example("😀" * 5000)
@example("a" * 4096)
@example(" \n ")
def test_parts_lose_no_word_and_fit(text):
    parts = deliver.parts(text)
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= 4096 and part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
