import datetime as dt

from tracte.channels.connectors.email.parse import parse
from tracte.channels.connectors.email.tests.letters import fixture, letter, one
from tracte.channels.message import IN, OUT, Reject
from tracte.people.appearance import DECLARED, Identifier

OWN = frozenset({"atencio@vic.example", "vic@vic.example", "aina@vic.example"})


def test_a_citizens_question():
    message = one(fixture("question.eml"), OWN)
    assert message.external_id == "horari.1@exemple.cat"
    assert message.at == dt.datetime(2026, 9, 28, 7, 12, tzinfo=dt.UTC)
    assert (message.direction, message.kind) == (IN, "message")
    assert message.subject == "Horàri de l'oficina d’atenció"
    assert message.text.startswith("Bon dia,\n\nfins a quina hora és oberta")
    assert message.who.full_name == "Mercè Puig Soler"
    assert message.who.identifiers == [Identifier("email", "merce@exemple.cat", DECLARED)]
    assert message.data["to"] == ["atencio@vic.example"]
    assert message.data["signature"] == "Moltes gràcies,\nMercè Puig"
    assert "auto" not in message.data and "bounce" not in message.data
    assert message.flags == message.data["defects"] == []
    assert message.raw == fixture("question.eml")


def test_a_sender_without_a_name_is_called_as_they_sign():
    said = "Bon dia,\n\nquan obriu?\n\n-- \nMercè Puig Ferrer\n"
    assert one(letter(said, From="m.puig@exemple.cat"), OWN).who.full_name == "Mercè Puig Ferrer"
    assert one(letter(said, From="atencio@vic.example", To="m.puig@exemple.cat"), OWN).who.full_name == ""


def test_the_telephone_of_their_signature_is_declared_and_ours_is_not_theirs():
    said = "Bon dia,\n\nquan obriu?\n\n-- \nMercè Puig\nTel. 600 000 417\n"
    theirs = one(letter(said, From="Mercè Puig <merce@exemple.cat>"), OWN)
    assert theirs.who.identifiers[1:] == [Identifier("phone", "600 000 417", DECLARED)]
    ours = one(letter(said, From="atencio@vic.example", To="merce@exemple.cat"), OWN)
    assert [known.kind for known in ours.who.identifiers] == ["email"]


def test_a_reply_tells_new_text_apart_and_what_it_answers():
    message = one(fixture("reply_gmail.eml"), OWN)
    assert message.data["reply_text"] == "Perfecte, hi seré a les deu."
    assert message.data["quoted"] is True
    assert "obrim de 9 a 14 h" in message.text
    assert message.in_reply_to == ["horari.2@vic.example", "horari.1@exemple.cat"]
    assert message.data["references"] == ["horari.1@exemple.cat", "horari.2@vic.example"]


def test_a_reply_of_outlook_in_html_with_a_charset_that_lies():
    message = one(fixture("reply_outlook.eml"), OWN)
    assert message.data["reply_text"].startswith("Bon dia, Jordi,\n\nla còpia del padró és aquí. L’import són 120€.")
    assert message.data["reply_text"].endswith(message.data["signature"]) and message.data["signature"]
    assert "Us falta la còpia" in message.text
    assert message.flags == ["charset_lies"]


def test_a_reply_from_a_phone():
    message = one(fixture("reply_phone.eml"))
    assert message.data["reply_text"] == "Sí, confirmo la cita.\n\nEnviat des del meu iPhone"
    assert message.data["signature"] == "Enviat des del meu iPhone"


def test_what_our_own_address_wrote_goes_out_to_the_first_who_is_not_ours():
    message = one(fixture("answer.eml"), OWN)
    assert message.direction == OUT
    assert message.who.full_name == "Mercè Puig"
    assert message.who.identifiers[0].value == "merce@exemple.cat"
    assert message.data["cc"] == ["aina@vic.example"]


def test_what_goes_out_only_to_ourselves_is_about_nobody():
    assert one(letter(From="atencio@vic.example", To="vic@vic.example"), OWN).who is None


def test_attachments_are_named_and_counted_but_not_opened():
    message = one(fixture("attachments.eml"))
    assert message.text == "Us adjunto els papers."
    assert message.data["attachments"] == [
        {"name": "Certificat de convivència.pdf", "type": "application/pdf", "size": 15},
        {"name": "_.._còpies.zip", "type": "application/zip", "size": 304},
        {"name": "El rebut de l'aigua.eml", "type": "message/rfc822", "size": 104},
    ]


def test_the_name_is_no_name_when_it_repeats_the_address():
    who = one(letter(From='"merce@exemple.cat" <merce@exemple.cat>')).who
    assert (who.full_name, who.identifiers[0].value) == ("", "merce@exemple.cat")


def test_senders_of_every_form():
    def sender(value):
        who = one(letter(From=value)).who
        return who and (who.full_name, [known.value for known in who.identifiers])

    assert sender("merce@exemple.cat") == ("", ["merce@exemple.cat"])
    assert sender("merce@exemple.cat (Mercè Puig)") == ("Mercè Puig", ["merce@exemple.cat"])
    assert sender('"Puig, Mercè" <merce@exemple.cat>') == ("Puig, Mercè", ["merce@exemple.cat"])
    assert sender("=?utf-8?Q?Puig=2C_Merc=C3=A8?= <m@x.cat>") == ("Puig, Mercè", ["m@x.cat"])
    assert sender("Mercè Puig") == ("Mercè Puig", [])
    assert sender("undisclosed-recipients:;") is None
    assert sender("") is None


def test_without_message_id_every_delivery_has_the_same_identity():
    raw = fixture("no_id.eml")
    first = one(raw)
    assert first.external_id.startswith("sha256:") and len(first.external_id) == 71
    assert "message_id_missing" in first.flags
    again = raw.replace(b"from a by b; Mon, 28 Sep 2026 09:12:05", b"from c by d; Tue, 29 Sep 2026 10:00:00")
    again = b"Delivered-To: vic@vic.example\nX-Spam-Score: 1\n" + again
    assert one(again.replace(b"\n", b"\r\n")).external_id == first.external_id
    assert one(raw.replace(b"Hola", b"Adeu")).external_id != first.external_id
    assert one(raw.replace(b"28 Sep 2026 09:12:00", b"28 Sep 2026 09:12:01")).external_id != first.external_id


def test_a_message_id_too_long_to_be_a_key_is_replaced():
    assert one(letter(message_id=f"<{'x' * 300}@x>")).external_id.startswith("sha256:")


def test_dates():
    def read(value):
        message = one(letter(Date=value))
        return message.at, message.flags

    good = dt.datetime(2026, 9, 28, 7, 12, tzinfo=dt.UTC)
    assert read("Mon, 28 Sep 2026 09:12:00 +0200 (CEST)") == (good, [])
    assert read("28 Sep 2026 07:12 -0000") == (good, [])
    assert read(None) == (None, ["date_missing"])
    assert read("ahir") == (None, ["date_invalid"])
    assert read("Mon, 45 Sep 2026 09:12:00 +0200") == (None, ["date_invalid"])
    assert read("Mon, 28 Sep 0101 09:12:00 +0200")[0] is None
    assert read("Mon, 28 Sep 2626 09:12:00 +0200")[1] == ["date_future"]
    assert read("Mon, 28 Sep 1985 09:12:00 +0200")[1] == ["date_ancient"]


def test_automatic_mail_is_about_nobody():
    message = one(fixture("away.eml"), OWN)
    assert message.data["auto"] == {"kind": "auto_reply", "reason": "Subject: Resposta automàtica: La vostra cita"}
    assert message.who is None


def test_a_bounce_tells_who_was_not_reached_and_which_mail():
    message = one(fixture("bounce.eml"), OWN)
    assert message.data["bounce"]["recipients"] == ["merce+avisos@exemple.cat"]
    assert message.data["bounce"]["status"] == "5.1.1"
    assert message.data["auto"]["kind"] == "bounce"
    assert message.who is None
    assert message.in_reply_to == ["avis.77@vic.example"]


def test_what_is_not_a_mail_is_rejected_with_a_reason():
    for raw in (
        b"",
        b"\n\n\n",
        b"\x00\x01\x02" * 100,
        b"una frase i prou",
        b"a;b;c\n1;2;3\n",
        b"<html><p>hola</p></html>",
    ):
        (reject,) = parse(raw)
        assert isinstance(reject, Reject), raw
        assert (reject.position, reject.raw) == (1, raw)
        assert "not a mail" in reject.reason


def test_too_large_is_rejected_with_a_reason(monkeypatch):
    monkeypatch.setattr("tracte.channels.connectors.email.mbox.MAX_BYTES", 1 << 20)
    (reject,) = parse(letter("x" * (1 << 20)))
    assert reject.reason.startswith("mail over 1 MiB")
