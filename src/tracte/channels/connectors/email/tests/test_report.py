import json

import pytest

from tracte.channels.connectors.email import mbox
from tracte.channels.connectors.email.report import lines, paths, report
from tracte.channels.connectors.email.tests.letters import FIXTURES, fixture, letter

KEYS = {"path", "from", "subject", "message_id", "references", "text", "reply_text", "signature", "auto", "bounce"}
KEYS |= {"attachments", "defects"}


def test_one_line_has_every_key():
    line = report(fixture("reply_gmail.eml"), "a.eml")
    assert set(line) == KEYS
    assert line["path"] == "a.eml"
    assert line["from"] == "Mercè Puig Soler <merce@exemple.cat>"
    assert line["message_id"] == "horari.3@exemple.cat"
    assert line["reply_text"] == "Perfecte, hi seré a les deu."
    assert line["auto"] is None and line["bounce"] is None


@pytest.mark.parametrize(
    ("raw", "defects"),
    [(b"", ["not_a_mail", "empty"]), (b"\x89PNG\0\0", ["not_a_mail", "binary"]), (b"hola", ["not_a_mail"])],
)
def test_what_is_not_a_mail_has_its_line_too(raw, defects):
    line = report(raw, "x")
    assert set(line) == KEYS
    assert line["defects"] == defects


def test_a_page_alone_is_read_as_the_body_it_was():
    assert report(b"<div>S&iacute;</div><blockquote>no</blockquote>", "x.html")["reply_text"] == "Sí"


def test_lines_walk_folders_and_mailboxes():
    found = list(lines(FIXTURES))
    json.dumps(found)
    assert len(found) == len(list(paths(FIXTURES))) + 2
    box = [line for line in found if line["path"].endswith("box.mbox")]
    assert [line.get("position", 1) for line in box] == [1, 2, 3]
    assert box[1]["defects"] == ["not_a_mail"]


def test_a_file_that_is_missing_or_empty_or_huge_has_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "MAX_BYTES", 1 << 20)
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "huge.eml").write_bytes(letter("x" * (2 << 20)))
    missing, empty, huge = lines(tmp_path / "none.eml", tmp_path / "empty.eml", tmp_path / "huge.eml")
    assert missing["defects"] == ["unreadable"] and "none.eml: No such file" in missing["error"]
    assert "empty" in empty["defects"]
    assert "too_large" in huge["defects"] and huge["subject"] == "Una beca"
