"""Real mail that nobody here wrote; it stays outside the project (see the README of the shared data)."""

import csv
import json
import re
from pathlib import Path

import pytest

from tracte.channels.connectors.email.parse import read
from tracte.channels.connectors.email.report import lines, report
from tracte.channels.connectors.email.signature import find
from tracte.channels.connectors.tests.real_data import real


@pytest.fixture
def mail() -> Path:
    return real("mail")


def test_every_file_gives_lines_and_none_is_unreadable(mail):
    found = list(lines(mail))
    json.dumps(found).encode()
    assert len({line["path"] for line in found}) == sum(path.is_file() for path in mail.rglob("*"))
    assert not [line["path"] for line in found if "unreadable" in line["defects"]]


def test_every_file_streams_to_messages_and_rejects_with_a_reason(mail):
    for path in mail.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                for one in read(stream):
                    assert getattr(one, "reason", "x").strip()
                    assert "could not be read" not in getattr(one, "reason", "")


def test_every_expected_bounce_is_found(mail):
    with (mail / "flufl_bounce" / "expected.csv").open() as table:
        expected = list(csv.DictReader(table))
    wrong = []
    for row in expected:
        found = report((mail / "flufl_bounce" / row["file"]).read_bytes(), row["file"])["bounce"]
        want = set(row["bounced_addresses"].split())
        kind = "4" if row["is_temporary"] == "True" else "5"
        if want != set(found["recipients"] if found else ()) or (want and found["status"][0] != kind):
            wrong.append((row["file"], found))
    assert not wrong
    assert len(expected) == 73


def test_ordinary_replies_are_people_and_their_new_text_is_found(mail):
    folder = mail / "talon" / "standard_replies"
    for path in sorted(folder.glob("*.eml")):
        expected = folder / f"{path.stem}_reply_text"
        line = report(path.read_bytes(), path.name)
        assert line["reply_text"] == (expected.read_text().strip() if expected.exists() else "Hello"), path.name
        assert line["auto"] is None and line["bounce"] is None, path.name


def test_replies_in_html(mail):
    for path in sorted((mail / "talon" / "html_replies").glob("*.html")):
        reply = report(path.read_bytes(), path.name)["reply_text"]
        assert reply.split() == ["Hi.", "I", "am", "fine.", "Thanks,", "Alex"], path.name


def test_signatures(mail):
    def read_text(path):
        return re.sub(r"^#(sig|reply)#", "", path.read_text(), flags=re.M).strip()

    bodies = sorted((mail / "talon" / "signature" / "emails" / "stripped").glob("*_body"))
    assert bodies
    for path in bodies:
        sender = read_text(path.with_name(path.name.replace("_body", "_sender")))
        expected = read_text(path.with_name(path.name.replace("_body", "_signature")))
        name, address = ("", sender) if "@" in sender else (sender, "")
        assert find(read_text(path), name, address).strip() == expected, path.name


def test_complaints_and_receipts_are_machines(mail):
    folder = mail / "flanker" / "messages"
    for path in [*(folder / "complaints").iterdir(), folder / "disposition-notification.eml"]:
        assert report(path.read_bytes(), path.name)["auto"]["kind"] in ("complaint", "receipt"), path.name
    for path in (folder / "bounce").iterdir():
        assert report(path.read_bytes(), path.name)["bounce"], path.name
