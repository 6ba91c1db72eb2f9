"""Our form: what is written comes in once, with a code; a mistake is told in one line, and loses nothing."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tracte.channels import actions, codes
from tracte.channels.actions import submitting
from tracte.channels.models import Attachment, FollowUp, Interaction, InteractionKey, Knock
from tracte.core import uploads as measured
from tracte.portal import uploads
from tracte.portal.tests.filling import code_of, fill, token_of
from tracte.vocabularies.actions import load


def summary(page):
    """(where, what) of the box at the top."""
    box = re.search(r'id="problemes".*?</ul>', page.content.decode(), re.S)
    return re.findall(r'<li>(?:<a href="#([^"]*)">)?([^<]+)<', box[0]) if box else []


def file(name="foto.jpg", body=b"\xff\xd8\xff foto"):
    return SimpleUploadedFile(name, body, "image/jpeg")


def test_what_is_written_comes_in_with_a_code(client, account):
    page = fill(client, phone="", municipality="Riudeclar")
    assert page.status_code == 200 and "merce@exemple.org" in page.content.decode()
    one = Interaction.objects.get()
    assert (one.kind, one.direction, one.subject, one.language) == ("form", "in", "Fanal fos", "ca")
    assert one.text.startswith("El fanal") and one.data["answer_by"] == "email" and one.record_id
    code = code_of(page)
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code) and codes.read(code) == code
    kept = FollowUp.objects.get()
    assert code.encode() not in bytes(kept.digest) and kept.external_id == InteractionKey.objects.get().external_id


def test_sent_twice_it_comes_in_once_and_shows_the_same_code(client, account):
    token = token_of(client.get("/form/formularis/"))
    first, second = fill(client, token=token), fill(client, token=token, text="Un altre text")
    assert code_of(first) == code_of(second) and Interaction.objects.count() == FollowUp.objects.count() == 1
    assert code_of(fill(client)) != code_of(first)


@pytest.mark.parametrize(
    ("wrong", "where", "what"),
    [
        ({"subject": " "}, "id_subject", "Digues en poques paraules de què es tracta."),
        ({"subject": "x" * 201}, "id_subject", "El títol és massa llarg: com a molt, 200 lletres."),
        ({"text": ""}, "id_text", "Explica’ns què ha passat o què necessites."),
        ({"answer_by": None}, "id_answer_by", "Tria com vols que et contestem."),
        ({"answer_by": "fax"}, "id_answer_by", "Tria com vols que et contestem."),
        ({"email": ""}, "id_email", "Escriu a quin correu t’hem de contestar."),
        ({"email": "merce@"}, "id_email", "Escriu el correu sencer, com ara nom@exemple.cat."),
        ({"answer_by": "phone"}, "id_phone", "Escriu a quin telèfon t’hem de trucar."),
        ({"phone": "61234"}, "id_phone", "Escriu un telèfon amb totes les xifres, com ara 612 345 678."),
        ({"topic": "cap-tema"}, "id_topic", "Tria un dels temes de la llista, o cap."),
        ({"files": SimpleUploadedFile("x.jpg", b"MZ\x90")}, "id_files", "x.jpg és un programa, i no n’acceptem."),
        ({"token": "curt"}, "", "Aquesta pàgina ha caducat: torna a enviar el formulari."),
        ({"contact_me": "spam"}, "", "No hem pogut comprovar que siguis una persona: torna-ho a enviar."),
    ],
)
def test_a_mistake_is_one_line_at_the_field_and_a_link_at_the_top(client, account, wrong, where, what):
    page = fill(client, **wrong)
    html = page.content.decode()
    assert page.status_code == 422 and summary(page) == [(where, what)] and not Interaction.objects.exists()
    if where:
        assert f'id="{where}"' in html and f'id="{where}-error"' in html
    if "text" not in wrong:
        assert "El fanal del carrer de la Font no fa llum." in html, "what was typed stays"
    again = dict.fromkeys(wrong) | ({"files": None} if "files" in wrong else {})
    mended = {"subject": "Fanal", "text": "Fosc", "answer_by": "page", "token": token_of(page)}
    assert fill(client, **again | mended).status_code == 200


def test_a_file_survives_a_mistake_and_leaves_with_the_form(client, account):
    page = fill(client, text="", files=file())
    assert page.status_code == 422 and "Envia foto.jpg" in page.content.decode()
    [kept] = re.findall(r'name="kept" value="([^"]+)"', page.content.decode())
    assert fill(client, token=token_of(page), kept=kept, files=file("dos.jpg")).status_code == 200
    one = Interaction.objects.get()
    assert sorted(Attachment.objects.of(one.id).values_list("name", flat=True)) == ["dos.jpg", "foto.jpg"]
    assert [named["name"] for named in one.data["attachments"]] == ["foto.jpg", "dos.jpg"]


def test_nobody_takes_the_file_of_another_form(client, account):
    page = fill(client, text="", files=file())
    [kept] = re.findall(r'name="kept" value="([^"]+)"', page.content.decode())
    fill(client, kept=kept)
    fill(client, kept="x" + kept)
    assert Interaction.objects.count() == 2 and Attachment.objects.get().interaction is None


def test_too_many_files_and_too_large_ones_are_refused(client, account, monkeypatch):
    page = fill(client, files=[file(f"{n}.jpg") for n in range(uploads.MOST + 1)])
    assert summary(page) == [("id_files", "Com a molt, 10 fitxers.")]
    monkeypatch.setattr(uploads.attaching, "LARGEST_TOGETHER", 10)
    page = fill(client, files=file(body=b"x" * 11))
    assert summary(page) == [("id_files", "Els fitxers junts són massa grans: com a molt, 25 MB.")]
    monkeypatch.setattr(uploads.attaching, "LARGEST", 5)
    assert summary(fill(client, files=file(body=b"x" * 6))) == [
        ("id_files", "foto.jpg és massa gran: com a molt, 10 MB.")
    ]


def test_a_body_that_says_it_is_huge_is_not_read(client, account, monkeypatch):
    monkeypatch.setattr(measured, "MOST", 1000)
    assert fill(client, files=file(body=b"x" * 2000)).status_code in (400, 413)
    assert not Attachment.objects.exists() and fill(client).status_code == 200


def test_one_address_does_not_flood_us_and_nobody_keeps_addresses(client, account, monkeypatch):
    monkeypatch.setitem(submitting.LIMITS, "form", 2)
    assert [fill(client).status_code for _ in range(3)] == [200, 200, 429]
    page = fill(client)
    assert "El fanal del carrer" in page.content.decode() and Interaction.objects.count() == 2
    assert all(b"127.0.0.1" not in bytes(knock.digest) for knock in Knock.objects.all())
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert fill(client).status_code == 200


def test_a_form_that_nobody_attends_is_not_offered(client, account):
    assert client.get("/form/formularis/").status_code == 200
    actions.attend(account, None)
    assert client.get("/form/formularis/").status_code == 404 and client.post("/form/formularis/").status_code == 404
    actions.attend(actions.open_account(key="bustia", kind="email", name="Bústia"), account.attended_since)
    assert client.get("/form/bustia/").status_code == 404


def test_the_front_page_leads_to_the_form_while_somebody_attends_it(client, account):
    assert 'href="/form/formularis/"' in client.get("/").content.decode()
    actions.attend(account, None)
    page = client.get("/").content.decode()
    assert "/form/" not in page and 'href="/desk/"' in page


def test_the_end_of_a_line_is_one_letter_as_browsers_count(client, account):
    text = "x" * 99 + "\r\n"
    assert fill(client, text=text * 200).status_code == 200
    assert fill(client, text=text * 201).status_code == 422


def test_a_topic_and_a_place_of_the_vocabularies_are_understood(client, account, tmp_path):
    listed = tmp_path / "topics.yml"
    listed.write_text(
        "scheme: topics\nlabels: {ca: Temes}\nconcepts:\n"
        "  - code: via-publica\n    labels: {ca: Via pública, es: Vía pública}\n"
    )
    load(listed, scheme="topics")
    page = client.get("/form/formularis/", headers={"Accept-Language": "es"})
    assert '<option value="via-publica">Vía pública</option>' in page.content.decode()
    fill(client, topic="via-publica", municipality="Enlloc")
    one = Interaction.objects.get()
    assert one.topic.code == "via-publica" and one.data["territory_as_written"] == "Enlloc"


@pytest.mark.parametrize(("language", "title"), [("es", "Escríbenos"), ("oc", "Escriu-mos"), ("en", "Write to us")])
def test_it_speaks_four_languages(client, account, language, title):
    assert title in client.get("/form/formularis/", headers={"Accept-Language": language}).content.decode()
