import io
import tracemalloc

import pytest

from tracte.channels.connectors.email import mbox
from tracte.channels.connectors.email.parse import read
from tracte.channels.connectors.email.tests.letters import fixture, letter
from tracte.channels.message import Message, Reject

LINE = b"From a@b.cat Mon Sep 28 09:12:00 2026\n"


def mails(raw: bytes) -> list[Message | Reject]:
    return list(read(io.BytesIO(raw)))


def test_a_mailbox_gives_each_mail_and_a_bad_one_sinks_nobody():
    first, bad, third = mails(fixture("box.mbox"))
    assert (first.external_id, third.external_id) == ("m1@exemple.cat", "m3@exemple.cat")
    assert first.text.startswith("From ahir no tinc llum.\n>From aquí tampoc.")
    assert "From Girona vaig venir ahir" in first.text
    assert (bad.position, type(bad)) == (2, Reject)


def test_a_single_mail_is_not_searched_for_separators():
    raw = letter(b"hola\n\n" + LINE + b"adeu\n")
    (message,) = mails(raw)
    assert message.text.endswith("adeu")
    assert message.raw == raw


def test_mails_of_a_mailbox_come_as_they_were():
    raw = letter("Bon dia\n")
    assert [message.raw for message in mails(LINE + raw + b"\n" + LINE + raw + b"\n")] == [raw, raw]


def test_nothing_gives_nothing():
    assert mails(b"") == []


@pytest.mark.parametrize("line_end", [b"\n", b""])
def test_a_huge_mail_is_skipped_with_flat_memory(monkeypatch, line_end):
    monkeypatch.setattr(mbox, "MAX_BYTES", 1 << 20)
    stream = io.BytesIO(
        LINE + letter() + b"\n" + LINE + letter((b"x" * 999 + line_end) * 20_000) + b"\n\n" + LINE + letter()
    )
    tracemalloc.start()
    first, huge, last = read(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(first, Message) and isinstance(last, Message)
    assert (huge.position, huge.reason[:16]) == (2, "mail over 1 MiB ")
    assert peak < 6 << 20


def test_a_huge_single_mail_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(mbox, "MAX_BYTES", 1 << 20)
    stream = io.BytesIO(letter(b"x" * (5 << 20)))
    (reject,) = read(stream)
    assert reject.reason.startswith("mail over 1 MiB")
    assert stream.tell() < 2 << 20
