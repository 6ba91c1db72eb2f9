import pytest

from tracte.channels.connectors.email.tests.letters import fixture, letter, one


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"auto_submitted": "auto-replied"}, "auto_reply"),
        ({"auto_submitted": "auto-replied; owner-email=x@y"}, "auto_reply"),
        ({"auto_submitted": "auto-generated"}, "notification"),
        ({"return_path": "<>"}, "notification"),
        ({"return_path": "<MAILER-DAEMON@x.cat>"}, "notification"),
        ({"list_unsubscribe": "<mailto:x@y.cat>"}, "list"),
        ({"precedence": "list"}, "list"),
        ({"precedence": "Bulk"}, "bulk"),
        ({"precedence": "junk"}, "bulk"),
        ({"precedence": "auto_reply"}, "auto_reply"),
        ({"x_auto_response_suppress": "DR, OOF, AutoReply"}, "notification"),
        ({"x_auto_response_suppress": "All"}, "notification"),
        ({"x_autoreply": "yes"}, "auto_reply"),
        ({"x_autorespond": "Fora"}, "auto_reply"),
        ({"x_loop": "atencio@vic.example"}, "notification"),
        ({"From": "MAILER-DAEMON@x.cat"}, "notification"),
        ({"From": "Postmaster <postmaster@x.cat>"}, "notification"),
        ({"From": "Mail Delivery Subsystem <mds@x.cat>"}, "notification"),
        ({"Subject": "Resposta automàtica: Una beca"}, "auto_reply"),
        ({"Subject": "Fora de l'oficina"}, "auto_reply"),
        ({"Subject": "Fora de l’oficina: torno dilluns"}, "auto_reply"),
        ({"Subject": "Respuesta automática: Una beca"}, "auto_reply"),
        ({"Subject": "Fuera de la oficina"}, "auto_reply"),
        ({"Subject": "Automatic reply: Una beca"}, "auto_reply"),
        ({"Subject": "Out of Office: Una beca"}, "auto_reply"),
        ({"Subject": "Out of the office"}, "auto_reply"),
        ({"Subject": "Réponse automatique : Une bourse"}, "auto_reply"),
        ({"Subject": "Absence du bureau"}, "auto_reply"),
    ],
)
def test_machines_are_recognised(fields, kind):
    message = one(letter(**fields))
    assert message.data["auto"]["kind"] == kind
    assert message.data["auto"]["reason"]
    assert message.who is None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"auto_submitted": "no"},
        {"return_path": "<merce@exemple.cat>"},
        {"precedence": "first-class"},
        {"x_auto_response_suppress": "DR, RN, NRN"},
        {"x_autoreply": "no"},
        {"Subject": "Re: Resposta automàtica: Una beca"},
        {"Subject": "Fora de l'oficina no hi ha rampa"},
        {"Subject": "Out of office hours, where do I go?"},
        {"Subject": "Delivery failed: my parcel did not arrive"},
        {"From": "Jordi Postmaster Pla <jordi@x.cat>"},
        {"references": "<a@b> <c@d>", "in_reply_to": "<c@d>"},
    ],
)
def test_people_are_not_machines(fields):
    message = one(letter("Mail to pau@x.cat could not be delivered, what do I do?", **fields))
    assert "auto" not in message.data
    assert "bounce" not in message.data
    assert message.who is not None


def test_reports_of_machines():
    assert one(fixture("receipt.eml")).data["auto"]["kind"] == "receipt"
    assert one(fixture("list.eml")).data["auto"] == {
        "kind": "list",
        "reason": "list-id: Veïns <veins.llista.exemple.cat>",
    }
    body = "--b\n\nspam\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    complaint = one(letter(body, content_type="multipart/report; report-type=feedback-report; boundary=b"))
    assert complaint.data["auto"]["kind"] == "complaint"


def test_an_alert_of_ours_still_has_its_recipient():
    raw = letter(From="avisos@vic.example", To="merce@exemple.cat", auto_submitted="auto-generated")
    message = one(raw, frozenset({"avisos@vic.example"}))
    assert message.who.identifiers[0].value == "merce@exemple.cat"
