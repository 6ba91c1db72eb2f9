"""Our mail: what its headers say, and what becomes of it whatever the server does (the rest is `test_sending`)."""

import email
import email.policy
import uuid

import pytest

from tracte.channels.connectors.email import compose, deliver, parse, server
from tracte.channels.outgoing import File, Outgoing
from tracte.channels.tests.servers import mailroom

LONG = "Una línia molt llarga que no s’ha de tallar. " * 30


@pytest.fixture(scope="module")
def room():
    with mailroom() as room:
        yield room


def outgoing(**more):
    given = {"id": uuid.UUID(int=7), "to": "merce@exemple.org", "text": "Bon dia, Mercè.", "token": "t" * 36}
    return Outgoing(**given | {"sender": "bustia@exemple.cat", "sender_name": "Bústia", "subject": "Sí"} | more)


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.fixture(params=["server", "outbox"])
def way(request, room, tmp_path, monkeypatch):
    """(deliver, the mails that arrived): the same for every twin of the service."""
    if request.param == "server":
        room.came.clear()
        return lambda out: deliver.deliver(out, {"url": room.url}), lambda: room.mails
    monkeypatch.setenv("TRACTE_WAY_OUT", "outbox")
    monkeypatch.setenv("TRACTE_HOME", str(tmp_path))
    kept = lambda: [read(path.read_bytes()) for path in (tmp_path / "outbox").iterdir()]  # noqa: E731
    return lambda out: deliver.deliver(out, {"url": "smtp://nobody.invalid"}), kept


def test_a_mail_arrives_whole(way):
    send, arrived = way
    result = send(outgoing(text=LONG, files=[File("plànol.pdf", "application/pdf", b"%PDF\r\n\x00")]))
    [mail] = arrived()
    assert result.kind == "delivered" and result.external_ids == [mail["Message-ID"].strip("<>")]
    assert mail.get_body().get_content().rstrip() == LONG.rstrip()
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("plànol.pdf", b"%PDF\r\n\x00")


def test_who_writes_and_what_it_answers():
    mail = read(compose.mail(outgoing(in_reply_to=["a@x", "", "no és cap id", "b@x"], language="ca")))
    assert str(mail["From"]) == "Bústia <bustia@exemple.cat>" and mail["Subject"] == "Sí"
    assert mail["In-Reply-To"] == "<b@x>" and mail["References"] == "<a@x> <b@x>" and mail["Content-Language"] == "ca"
    assert mail["Message-ID"] == f"<{'t' * 36}.tracte@exemple.cat>" and mail[compose.LOOP] == "t" * 36
    assert "Reply-To" not in mail


def test_long_ids_travel_as_they_are():
    host = "correu.molt.llarg." * 8 + "exemple.cat"
    raw = compose.mail(outgoing(sender=f"bustia@{host}", in_reply_to=[f"{'x' * 60}@{host}"] * 3))
    assert f"Message-ID: <{'t' * 36}.tracte@{host}>".encode() in raw
    assert raw.count(f"<{'x' * 60}@{host}>".encode()) == 4 and max(map(len, raw.splitlines())) < 998


def test_where_the_server_supports_it_the_answer_comes_to_a_token():
    mail = read(compose.mail(outgoing(), plus_addressing=True))
    assert mail["Reply-To"].addresses[0].addr_spec == f"bustia+{'t' * 36}@exemple.cat"


def test_a_long_thread_keeps_its_first_and_last():
    references = read(compose.mail(outgoing(in_reply_to=[f"{n}@x" for n in range(99)])))["References"].split()
    assert len(references) == 20 and references[0] == "<0@x>" and references[-1] == "<98@x>"


def test_a_person_and_a_machine_say_who_they_are(room):
    room.envelopes.clear()
    for is_automatic in (False, True):
        deliver.deliver(outgoing(is_automatic=is_automatic), {"url": room.url})
    person, machine = room.mails[-2:]
    assert (person["Auto-Submitted"], machine["Auto-Submitted"]) == ("no", "auto-replied")
    assert person["X-Auto-Response-Suppress"] == "OOF, AutoReply" and machine["X-Auto-Response-Suppress"] == "All"
    assert [sender for sender, _ in room.envelopes] == ["bustia@exemple.cat", "<>"]


@pytest.mark.parametrize(("is_automatic", "kind"), [(False, None), (True, "auto_reply")])
def test_another_administration_of_ours_reads_it_as_what_it_is(is_automatic, kind):
    """What a person wrote must not be taken for a machine's, for all that it asks machines not to answer."""
    [message] = parse.parse(compose.mail(outgoing(is_automatic=is_automatic)))
    assert message.data.get("auto", {}).get("kind") == kind and bool(message.who) == (kind is None)


@pytest.mark.parametrize("to", ["no", "a@", "@b", "a@b@c", "a b@c.cat", "a@b.cat\nBcc: x@y", "a@b,c@d", "<a@b.cat>"])
def test_what_is_no_address_is_refused(to):
    assert deliver.problem(outgoing(to=to))


def test_one_subject_is_one_line():
    assert deliver.problem(outgoing(subject="a\r\nBcc: x@y.cat")) and not deliver.problem(outgoing())


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://u:p%40ss@mail.exemple.cat", 587, "STARTTLS"),
        ("smtps://u:p%40ss@mail.exemple.cat", 465, "from the start"),
        ("smtp://u:p%40ss@127.0.0.1:25", 25, "none"),
        ("smtp://u:p%40ss@mail.exemple.cat:25?tls=none", 25, "none"),
    ],
)
def test_the_way_to_the_server(url, port, tls):
    assert server.parse(url) == server.Server(server.parse(url).host, port, "u", "p@ss", tls)


@pytest.mark.parametrize("url", ["mail.exemple.cat", "http://x", "smtp://", "smtp://x:secret", "smtp://x?tls=maybe"])
def test_a_wrong_way_says_how_to_write_it_and_no_password(url):
    result = deliver.deliver(outgoing(), {"url": url})
    assert result.kind == "refused" and "secret" not in result.detail and "\n" not in result.detail


def test_no_server_and_no_address_of_its_own_say_what_to_do(monkeypatch):
    monkeypatch.delenv("TRACTE_SMTP_URL", raising=False)
    assert "tracte channel way-out" in deliver.deliver(outgoing(), {}).detail
    assert "--own" in deliver.deliver(outgoing(sender=""), {}).detail


def test_the_environment_names_a_server_for_all(room, monkeypatch):
    monkeypatch.setenv("TRACTE_SMTP_URL", room.url)
    assert deliver.deliver(outgoing(), {}).kind == "delivered"
