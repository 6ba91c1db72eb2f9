"""Whatever comes, a mail is understood or refused; nothing raises. `understand` has no safety net: `parse` has."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.channels.connectors.email.mail import understand
from tracte.channels.connectors.email.parse import message
from tracte.channels.connectors.email.tests.letters import FIXTURES
from tracte.channels.connectors.email.text import from_html

MAILS = [path.read_bytes() for path in sorted(FIXTURES.iterdir())]
PIECES = [
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\n\n",
        b"--",
        b"\xff\xfe",
        b"\xc3",
        b"=?",
        b"?=",
        b"=?utf-8?B?",
        b'"',
        b"<",
        b">",
        b"(",
        b";",
    ),
    *(b"Content-Type: multipart/mixed; boundary=fora\n", b"Content-Type: message/rfc822\n", b"charset=utf-16;"),
    *(
        b"Content-Transfer-Encoding: base64\n",
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999\n",
        b"filename*9*=x''%;",
        b"boundary=",
    ),
]


def check(raw: bytes) -> None:
    mail = understand(raw)
    if mail is None:
        return
    made = message(mail, raw)
    told = json.dumps(
        [made.external_id, made.subject, made.text, made.in_reply_to, made.flags, made.data], ensure_ascii=False
    )
    told += (made.who.full_name + "".join(known.value for known in made.who.identifiers)) if made.who else ""
    assert "\0" not in told and "\\u0000" not in told
    told.encode("utf-8")
    assert made.external_id and len(made.external_id) <= 255
    assert made.text.rstrip().endswith(made.data["signature"]) or made.data["quoted"]
    assert bool(made.data["reply_text"].strip()) == bool(made.text.strip())


@given(st.binary(max_size=4000))
def test_random_bytes(raw):
    check(raw)
    check(b"From: a@b.cat\n" + raw)
    check(b"From: a@b.cat\nContent-Type: text/html\n\n" + raw)


@settings(max_examples=300)
@given(st.data())
def test_mails_with_something_broken(data):
    raw = data.draw(st.sampled_from(MAILS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + data.draw(st.integers(0, 60)))
        other = data.draw(st.sampled_from(MAILS))
        patch = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20), st.just(other[start:stop])))
        raw = raw[:start] + patch + raw[stop:]
    check(raw)


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<blockquote>", "</blockquote>", "<br", "<td>", "x &amp; ", "<!--", "\n"]))
)
def test_random_tags(tags):
    assert isinstance(from_html("".join(tags)), str)


def test_nothing_raises_on_fixtures_cut_anywhere():
    for raw in MAILS:
        for end in range(0, len(raw), 7):
            check(raw[:end])
