"""The ways in over HTTP: what is good comes in once; what is refused is one clear problem, and nothing is stored."""

import gzip
import json
import uuid

import pytest

from tracte.channels import actions, api
from tracte.channels.models import Interaction, InteractionKey, RawPayload, Reject
from tracte.channels.tests.letters import event, ndjson
from tracte.core import tenancy
from tracte.core.actions import issue_key, revoke_key
from tracte.core.models import ApiKey

pytestmark = pytest.mark.django_db
ONE, BATCH, LINES = "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"
SECRET = "un secret"
LONG = [event(f"C-{n}", text="a" * 200) for n in range(700)]  # more than one batch


@pytest.fixture
def key(administration):
    actions.open_account(key="centraleta", kind="cloudevents", name="Centraleta")
    return issue_key(name="centraleta", scopes=["interactions:centraleta"], by=None)


@pytest.fixture
def post(client, key):
    """`post(body)`: to the API; an event or a list of them is written as JSON, and `key=None` brings no key."""

    def send(body, content_type=BATCH, *, key=key, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers |= {} if key is None else {"Authorization": f"Bearer {key}"}
        return client.post("/api/v1/interactions", body, content_type=content_type, headers=headers)

    return send


@pytest.fixture
def deliver(client, administration):
    """`deliver(body)`: to the webhook of the Telegram account."""
    account = actions.open_account(key="telegram", kind="telegram", name="Telegram")
    actions.set_secret(account, SECRET)

    def send(body, key="telegram", secret=SECRET, host="testserver"):
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Host": host}
        return client.post(f"/hooks/{key}/", body, content_type="application/json", headers=headers)

    return send


def figures(answer):
    assert answer.status_code == 200, answer.content
    told = answer.json()
    return told["received"], told["new"], told["duplicate"], [(r["index"], r["id"]) for r in told["rejected"]]


def refusal(answer, status):
    """The one line that a refused program reads, once it is sure that the refusal is a problem of RFC 9457."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told.keys() == {"type", "title", "status", "detail"} and told["status"] == status and told["title"]
    assert told["detail"] and len(told["detail"].splitlines()) == 1
    assert not stored()
    return told["detail"]


def stored():
    return [model for model in (Interaction, InteractionKey, RawPayload, Reject) if model.objects.exists()]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (event("C-1", text="Bon dia"), ONE),
        ([event("C-1", text="Bon dia")], BATCH),
        (ndjson(event("C-1", text="Bon dia")), LINES),
        ([event("C-1", text="Bon dia")], BATCH + "; charset=utf-8"),
    ],
)
def test_each_form_comes_in_and_again_is_a_duplicate(post, body, content_type):
    assert figures(post(body, content_type)) == (1, 1, 0, [])
    assert figures(post(body, content_type)) == (1, 0, 1, [])
    assert Interaction.objects.get().text == "Bon dia" and not Reject.objects.exists()


def test_the_same_event_in_another_form_is_still_the_same(post):
    assert figures(post([event("C-1"), event("C-2")])) == (2, 2, 0, [])
    assert figures(post(ndjson(event("C-2"), event("C-3")), LINES)) == (2, 1, 1, [])
    assert figures(post(event("C-1", source="/una altra"), ONE)) == (1, 1, 0, []), "another source is another event"


def test_a_bad_row_never_sinks_its_neighbours(post):
    bad = [event(""), {**event("C-3"), "time": "demà"}, event("C-4", direction="amunt"), "res", event("C-6", tema="x")]
    answer = post([event("C-1"), *bad, event("C-7")])
    assert figures(answer) == (7, 2, 0, [(1, ""), (2, "C-3"), (3, "/centraleta C-4"), (4, ""), (5, "C-6")])
    reasons = [reject["reason"] for reject in answer.json()["rejected"]]
    assert all(len(reason.splitlines()) == 1 for reason in reasons)
    assert reasons[2].endswith("write in or out") and "known: data, direction" in reasons[4]
    assert Interaction.objects.count() == 2 and Reject.objects.count() == 5, "what could not come in is kept"


def test_a_bad_line_of_a_stream_is_a_reject_and_the_next_ones_come_in(post):
    lines = ndjson(event("C-1"), b'{"id": "\xff\xfe"}', b"{", b"", event("C-2"), b'{"id": NaN}', event("C-3"))
    answer = post(lines, LINES)
    assert figures(answer) == (6, 3, 0, [(1, ""), (2, ""), (4, "")])
    assert "is not UTF-8" in answer.json()["rejected"][0]["reason"]


def test_a_long_stream_is_received_in_several_batches(post):
    lines = ndjson(*(event(f"C-{n}") for n in range(600)), b"{", *(event(f"C-{n}") for n in range(500, 1100)))
    assert figures(post(lines, LINES)) == (1201, 1100, 100, [(600, "")])


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b" ", "not JSON"),
        (b'[{"specversion": "1.0",', "line 1 column"),
        (b'[{"id": "Merc\xe8"}]', "byte 14 is not UTF-8"),
        (b"\xff\xfe\x00\x01", "byte 1 is not UTF-8"),
        (b"[NaN]", "NaN is not a JSON number"),
        (b"[" * 100_000, "nested too deeply"),
        (gzip.compress(b"[]"), "is not UTF-8"),
    ],
    ids=["empty", "cut off", "latin-1", "binary", "NaN", "deep", "gzip"],
)
@pytest.mark.parametrize("content_type", [ONE, BATCH])
def test_a_body_that_is_no_json_is_refused_whole(post, body, line, content_type):
    assert line in refusal(post(body, content_type), 400)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", "?"])
def test_another_content_type_is_refused_with_those_that_are_known(post, content_type):
    assert refusal(post([event("C-1")], content_type), 415).endswith(f"{ONE}, {BATCH}, {LINES}")


@pytest.mark.parametrize("content_type", [BATCH, LINES])
def test_a_body_over_the_limit_is_refused_before_it_is_read(post, settings, content_type):
    settings.TRACTE_API_MAX_BYTES = 200_000
    body = ndjson(*LONG) if content_type == LINES else LONG
    assert "over 200,000 bytes" in refusal(post(body, content_type), 413)


def test_a_body_that_hides_its_length_is_counted_as_it_comes(post, settings, monkeypatch):
    """What came in before the limit counts, and the whole can be sent again in parts."""
    monkeypatch.setattr(api.Limited, "declared", lambda self: None)
    settings.TRACTE_API_MAX_BYTES = 200_000
    answer = post(ndjson(*LONG), LINES)
    assert answer.status_code == 413 and Interaction.objects.count() == 500
    assert figures(post(ndjson(*LONG[:400]), LINES)) == (400, 0, 400, [])
    assert figures(post(ndjson(*LONG[400:]), LINES)) == (300, 200, 100, [])


def of_vic(other):
    """A live key of the other administration, which has an account of the same name."""
    with tenancy.acting_for(other):
        actions.open_account(key="centraleta", kind="cloudevents", name="Centraleta de Vic")
        return issue_key(name="vic", scopes=["interactions:centraleta"], by=None)


WRONG_KEYS = {
    "none": lambda key, other: None,
    "empty": lambda key, other: "",
    "not a key": lambda key, other: "contrasenya",
    "one letter more": lambda key, other: key + "a",
    "of nobody": lambda key, other: f"tr_{uuid.UUID(int=7).hex}_{'a' * 43}",
    "another scope": lambda key, other: issue_key(name="desk", scopes=["people:read"], by=None),
    "a scope of another kind": lambda key, other: issue_key(name="x", scopes=["centraleta"], by=None),
    "no scope": lambda key, other: issue_key(name="res", scopes=[], by=None),
    "unknown channel": lambda key, other: issue_key(name="x", scopes=["interactions:tancada"], by=None),
    "another administration": lambda key, other: of_vic(other),
    "ours, said to be theirs": lambda key, other: f"tr_{other.hex}_{key.split('_', 2)[2]}",
}


@pytest.mark.parametrize("wrong", WRONG_KEYS)
def test_without_a_key_of_the_account_nothing_comes_in(post, key, other_administration, wrong):
    answer = post([event("C-1")], key=WRONG_KEYS[wrong](key, other_administration))
    assert "live key" in refusal(answer, 401) and answer["WWW-Authenticate"] == "Bearer"
    with tenancy.acting_for(other_administration):
        assert not stored()
    assert figures(post([event("C-1")])) == (1, 1, 0, [])


def test_a_revoked_key_opens_nothing_any_more(post, key):
    assert figures(post([event("C-1")])) == (1, 1, 0, [])
    revoke_key(ApiKey.objects.get(), by=None)
    answer = post([event("C-2")])
    assert answer.status_code == 401 and "live key" in answer.json()["detail"]
    assert Interaction.objects.count() == InteractionKey.objects.count() == 1


def test_a_key_opens_its_own_account_only(post, key):
    actions.open_account(key="correu", kind="cloudevents", name="Correu")
    mail = issue_key(name="correu", scopes=["people:read", "interactions:correu"], by=None)
    assert figures(post([event("C-1")])) == figures(post([event("C-1")], key=mail)) == (1, 1, 0, [])
    assert sorted(Interaction.objects.values_list("account__key", flat=True)) == ["centraleta", "correu"]


def update(number, **message):
    chat = {"id": 5, "type": "private"}
    said = {"message_id": number, "date": 1772442720, "chat": chat, "text": "Bon dia", **message}
    return json.dumps({"update_id": number, "message": said}).encode()


def test_a_delivery_of_a_webhook_comes_in_once(deliver):
    assert deliver(update(1)).json() == {"received": 1, "new": 1, "duplicate": 0, "rejected": 0}
    assert deliver(update(1)).json() == {"received": 1, "new": 0, "duplicate": 1, "rejected": 0}
    assert Interaction.objects.get().text == "Bon dia"


@pytest.mark.parametrize("body", [b"", b"{", b'{"update_id": 1}', b"\xff\xfe\0", b"[" * 10_000, update(1, date="ahir")])
def test_what_a_webhook_cannot_read_is_kept_with_its_reason_and_not_sent_again(deliver, body):
    assert deliver(body).json() == {"received": 1, "new": 0, "duplicate": 0, "rejected": 1}
    assert Reject.objects.get().reason and not Interaction.objects.exists()


WRONG_DELIVERIES = {
    "wrong secret": ({"secret": "un altre"}, 403),
    "longer secret": ({"secret": SECRET + " "}, 403),
    "not ascii": ({"secret": "ç\xff"}, 403),
    "no secret": ({"secret": ""}, 403),
    "unknown key": ({"key": "telegran"}, 403),
    "no webhook": ({"key": "centraleta"}, 403),
    "another administration": ({"host": "vic.testserver"}, 403),
}


@pytest.mark.parametrize("wrong", WRONG_DELIVERIES)
def test_a_wrong_delivery_is_refused_in_the_same_words(deliver, key, other_administration, wrong):
    """Whoever tries names learns none."""
    changes, status = WRONG_DELIVERIES[wrong]
    assert refusal(deliver(update(1), **changes), status) == "unknown webhook, or its secret is wrong"


def test_an_empty_secret_opens_nothing(deliver):
    actions.set_secret(actions.open_account(key="telegram", kind="telegram", name="Telegram"), "")
    refusal(deliver(update(1), secret=""), 403)


def test_a_delivery_over_the_limit_is_refused(deliver, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert "over 1,000 bytes" in refusal(deliver(update(1, text="a" * 1_000)), 413)
    assert deliver(update(1)).json()["new"] == 1
