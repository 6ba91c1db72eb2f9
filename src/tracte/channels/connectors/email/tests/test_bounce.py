import pytest

from tracte.channels.connectors.email.tests.letters import fixture, letter, one

DAEMON = "MAILER-DAEMON@mx.exemple.cat"


def bounce(body, **fields):
    return one(letter(body, **{"From": DAEMON, "Subject": "failure notice", **fields})).data.get("bounce")


def status_report(*groups):
    report = "Reporting-MTA: dns; mx\n\n" + "\n\n".join(groups)
    body = f"--b\n\nAvís\n--b\nContent-Type: message/delivery-status\n\n{report}\n--b--\n"
    return bounce(body, content_type='multipart/report; report-type="delivery-status"; boundary=b')


def test_a_delay_is_not_the_end():
    assert one(fixture("delayed.eml")).data["bounce"]["status"] == "4.4.1"
    assert one(fixture("delayed.eml")).data["bounce"]["recipients"] == ["aina@exemple.cat"]


def test_the_original_recipient_is_the_one_we_wrote_to():
    found = one(fixture("bounce.eml")).data["bounce"]
    assert found["recipients"] == ["merce+avisos@exemple.cat"]
    assert found["diagnostic"] == "smtp; 550 5.1.1 <merce+avisos@exemple.cat>: user unknown"


def test_given_up_is_permanent_whatever_the_last_attempt_said():
    found = status_report("Final-Recipient: rfc822; a@x.cat\nAction: failed\nStatus: 4.4.7")
    assert (found["recipients"], found["status"]) == (["a@x.cat"], "5.4.7")


def test_several_recipients_each_once():
    group = "Final-Recipient: rfc822; {}\nAction: failed\nStatus: 5.1.1"
    found = status_report(group.format("a@x.cat"), group.format("b@x.cat"), group.format("A@x.cat"))
    assert found["recipients"] == ["a@x.cat", "b@x.cat"]


def test_failures_hide_delays_and_a_delivery_is_no_bounce():
    delayed = "Final-Recipient: rfc822; a@x.cat\nAction: delayed"
    failed = "Final-Recipient: rfc822; b@x.cat\nAction: failed"
    delivered = "Final-Recipient: rfc822; c@x.cat\nAction: delivered\nStatus: 2.0.0"
    assert status_report(delayed, failed, delivered)["recipients"] == ["b@x.cat"]
    assert status_report(failed)["status"] == "5.0.0"
    assert status_report(delayed)["status"] == "4.0.0"
    assert status_report(delivered) is None


def test_prose_in_catalan():
    found = one(fixture("bounce_prose.eml")).data["bounce"]
    assert (found["recipients"], found["status"]) == (["pau@exemple.cat"], "5.2.2")
    assert found["diagnostic"].startswith("550 5.2.2 bustia plena")


@pytest.mark.parametrize(
    ("body", "recipients", "kind"),
    [
        ("Unable to deliver message to:\n\n<a@x.cat>:\nno such user (#5.1.1)\n", ["a@x.cat"], "5"),
        ("This is a warning message only.\nDelivery to a@x.cat has been delayed\n", ["a@x.cat"], "4"),
        ("Your message could not be delivered to a@x.cat\n--- Original message\nTo: b@x.cat\n", ["a@x.cat"], "5"),
        ("邮件无法发送\n<a@x.cat>:\n<b@x.cat>:\n", ["a@x.cat", "b@x.cat"], "5"),
        ("No es pot lliurar: a@x.cat\n", ["a@x.cat"], "5"),
        ("No se ha podido entregar el mensaje a a@x.cat\n", ["a@x.cat"], "5"),
        ("Delivery failed. Ask postmaster@mx.exemple.cat\n", [], "5"),
        ("did not reach the following recipients:\n\tmerce\n\nx", ["merce@mx.exemple.cat"], "5"),
    ],
)
def test_prose_of_mail_software(body, recipients, kind):
    found = bounce(body)
    assert found["recipients"] == recipients
    assert found["status"][0] == kind


def test_the_header_of_gmail_and_exim_names_who_failed():
    found = bounce("whatever", x_failed_recipients="a@x.cat, b@x.cat")
    assert found["recipients"] == ["a@x.cat", "b@x.cat"]


def test_a_daemon_that_tells_something_else_is_no_bounce():
    assert bounce("La bústia nova ja és oberta.", Subject="Benvinguda") is None


def test_a_person_who_forwards_a_bounce_is_a_person():
    body = "Hola, em surt això:\n\n> Delivery to a@x.cat failed permanently\n"
    message = one(letter(body, Subject="Fwd: Undeliverable: Una beca"))
    assert "bounce" not in message.data
    assert message.who is not None
