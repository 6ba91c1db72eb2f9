import json

import pytest

from tracte.channels.connectors.email import mime
from tracte.channels.connectors.email.tests.letters import letter, one

MIXED = 'multipart/mixed; boundary="b"'


def test_charsets_that_lie():
    def read(data, charset):
        message = one(letter(data, content_type=f"text/plain; charset={charset}"))
        return message.text, message.flags

    catalan = "L’Àngel diu que són 20 €"
    assert read(catalan.encode(), "utf-8") == (catalan, [])
    assert read(catalan.encode(), "uft-8") == (catalan, [])
    assert read(catalan.encode(), "iso-8859-1") == (catalan, ["charset_lies"])
    assert read(catalan.encode("cp1252"), "iso-8859-1") == (catalan, ["charset_lies"])
    assert read(catalan.encode("cp1252"), "utf-8") == (catalan, ["charset_lies"])
    assert read(catalan.encode("cp1252"), "windows-1252") == (catalan, [])
    assert read(catalan.encode("cp1252"), "ansi_x3.110-1983") == (catalan, ["charset_unknown"])
    assert read("Àngel".encode("latin-1"), "iso-8859-1") == ("Àngel", [])
    assert read("Àngel".encode("utf-7"), "unicode-1-1-utf-7") == ("Àngel", [])
    assert read("Привет".encode("koi8-r"), "koi8-r") == ("Привет", [])
    assert read("中文".encode("gb18030"), "gb2312") == ("中文", [])
    assert read("Àngel".encode(), "idna") == ("Àngel", ["charset_unknown"])
    assert read("Àngel".encode(), "zip") == ("Àngel", ["charset_unknown"])
    assert read("Bona nit, Àngel és aquí ".encode() + b"\xc3", "utf-8")[0].startswith("Bona nit, Àngel és aquí ")


def test_a_charset_missing_is_guessed():
    assert one(letter("Àngel", content_type=None)).text == "Àngel"
    assert one(letter("Àngel".encode("latin-1"), content_type=None)).flags == ["charset_missing"]


def test_headers_with_raw_bytes():
    raw = letter().replace(b"Merce Puig", "Mercè Puig".encode("latin-1"))
    message = one(raw)
    assert message.who.full_name == "Mercè Puig"
    assert message.flags == ["header_charset_lies"]
    assert one(letter(From="Mercè <m@x.cat>")).flags == []


def test_encoded_words():
    def subject(value):
        return one(letter(Subject=value)).subject

    assert subject("=?utf-8?B?w6A=?= =?utf-8?Q?=C3=A9?=") == "àé"
    assert subject("=?utf-8?Q?=C3?= =?utf-8?Q?=A0?=") == "à"
    assert subject("=?iso-8859-1*ca?Q?=E0?= b") == "à b"
    assert subject("=?nope?Q?abc?=") == "abc"
    assert subject("=?utf-8?B?***?= queda") == "queda"
    assert subject("=?utf-8?Q?sense final") == "=?utf-8?Q?sense final"


def test_folded_and_broken_headers():
    raw = letter().replace(b"Subject: Una beca", b"Subject: Una\n beca\n\tde menjador\nlinia perduda")
    message = one(raw)
    assert message.subject == "Una beca de menjador linia perduda"
    assert message.flags == ["header_malformed"]
    assert message.data["to"] == ["atencio@vic.example"]


def test_a_body_that_no_empty_line_separates():
    message = one(b"From: a@b.cat\nSubject: x\nBon dia, aixo es el text\ni prou\n")
    assert message.text == "Bon dia, aixo es el text\ni prou"
    assert "header_malformed" in message.flags


def test_parts_without_the_end_or_with_another_boundary():
    part = "Content-Type: text/plain\n\nBon dia\n"
    assert one(letter(f"--b\n{part}", content_type=MIXED)).flags == ["boundary_not_closed"]
    lost = one(letter(f"--altra\n{part}--altra--\n", content_type=MIXED))
    assert (lost.text, lost.flags) == ("Bon dia", ["boundary_missing"])
    none = one(letter("Bon dia\n", content_type=MIXED))
    assert (none.text, none.flags) == ("Bon dia", ["boundary_missing"])
    assert one(letter("Bon dia\n", content_type="multipart/mixed")).text == "Bon dia"


def test_two_levels_that_share_a_boundary():
    body = '--b\nContent-Type: multipart/alternative; boundary="b"\n\n--b\n\nBon dia\n'
    body += "--b\nContent-Type: text/html\n\n<p>no</p>\n--b--\n"
    assert one(letter(body, content_type=MIXED)).text == "Bon dia"


def test_the_plain_alternative_wins_unless_it_is_empty():
    def alternative(plain):
        body = f"--b\n\n{plain}\n--b\nContent-Type: text/html\n\n<p>web</p>\n--b--\n"
        return one(letter(body, content_type="multipart/alternative; boundary=b")).text

    assert alternative("pla") == "pla"
    assert alternative("  ") == "web"


def test_a_mail_that_is_only_another_mail():
    inner = "From: x@y.cat\nSubject: dins\n\nEl text de dins.\n"
    assert one(letter(inner, content_type="message/rfc822")).text == "El text de dins."


def test_encodings_that_lie():
    def read(body, encoding):
        message = one(letter(body, content_transfer_encoding=encoding))
        return message.text, message.flags

    assert read("Qm9uIGRpYQ==", "base64") == ("Bon dia", [])
    assert read("Qm9uIGRpYQ", "base64") == ("Bon dia", [])
    assert read("Qm9uIGRpYQ==\n-- peu de llista --", "base64") == ("Bon dia", ["base64_invalid"])
    assert read("Bon dia, aixo no es base64.", "base64") == ("Bon dia, aixo no es base64.", ["base64_invalid"])
    assert read("Bon dia=\n, =C3=A0=ZZ", "quoted-printable") == ("Bon dia, à=ZZ", [])
    assert read("Bon dia", "x-cap") == ("Bon dia", ["encoding_unknown"])
    assert read("begin 644 a\n#0F]N\n`\nend\n", "x-uuencode") == ("Bon", [])


def test_nul_bytes_and_lone_surrogates_do_not_reach_the_database():
    message = one(letter(b"a\x00b\x01 +2AA-c", Subject="x\x00y", content_type="text/plain; charset=utf-7"))
    assert (message.text, message.subject) == ("ab c", "xy")
    json.dumps(message.data, ensure_ascii=False).encode("utf-8")


def test_nesting_and_parts_have_a_limit():
    deep = "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(3000))
    assert "nesting_too_deep" in one(letter(deep, content_type='multipart/mixed; boundary="b0"')).flags
    many = one(letter("--b\n\nx\n" * 3000, content_type=MIXED))
    assert "too_many_parts" in many.flags
    assert many.text.count("x") < mime.MAX_PARTS


def test_line_ends_of_every_kind():
    raw = letter("--b\n\nBon dia\n--b--\n", content_type=MIXED)
    for end in (b"\r\n", b"\r"):
        assert one(raw.replace(b"\n", end)).text == "Bon dia"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="paper.pdf"', "paper.pdf"),
        ("attachment; filename=paper.pdf; size=3", "paper.pdf"),
        ('attachment; filename="a\\"b;c.pdf"', "a_b;c.pdf"),
        ("attachment; filename*=iso-8859-1'ca'padr%F3.pdf", "padró.pdf"),
        ("attachment; filename*1=ncia.pdf; filename*0*=utf-8''conviv%C3%A8", "convivència.pdf"),
        ('attachment; filename="/etc/passwd"', "_etc_passwd"),
        ("attachment", ""),
    ],
)
def test_names_of_attachments(value, name):
    raw = letter("x", content_type="application/pdf", content_disposition=value)
    assert one(raw).data["attachments"] == [{"name": name, "type": "application/pdf", "size": 1}]


def test_a_huge_header_is_cut():
    message = one(letter(Subject="x " * 5000, x_big="y" * (1 << 20)))
    assert {"headers_truncated", "subject_truncated"} <= set(message.flags)
    assert len(message.subject) == 998
