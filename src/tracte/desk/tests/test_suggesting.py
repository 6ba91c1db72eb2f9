"""What is suggested at the desk: a topic with yes and no, answers and templates while one writes, its page."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.tests.test_inbox import act, answer, page
from tracte.inbox.actions.templating import set_template
from tracte.inbox.models import Draft, Template, TopicLabel
from tracte.inbox.suggesting import training
from tracte.inbox.tests import cast, history
from tracte.knowledge import actions as knowledge
from tracte.knowledge.answers.models import AnswerUse
from tracte.privacy.actions import install_purposes

TEXT = "Quina fiança demana el propietari pel lloguer del pis?"


@pytest.fixture
def known(administration, tmp_path):
    install_purposes()
    cast.clock()
    return history.topics(tmp_path)


@pytest.fixture
def one(known):
    return cast.write("bustia", cast.message(cast.merce(), TEXT, subject="El lloguer", hours=2))[0]


@pytest.fixture
def trained(known):
    history.write(240)
    return training.train(at=now())


@pytest.fixture
def kept(known):
    """An answer about rents in two languages, and one that has expired."""
    unit, day = Unit.objects.get(code="govern"), now().date()
    facts = {"owner": unit, "by": None, "at": now()}
    later, before = day + dt.timedelta(days=90), day - dt.timedelta(days=9)
    good = knowledge.write(
        title="Quina fiança es paga pel lloguer?", body="Hola, {nom}: una mensualitat.", review_on=later, **facts
    )
    knowledge.rewrite(good, "es", title="¿Qué fianza?", body="Hola, {nom}: una mensualidad.", seen=0, by=None, at=now())
    old = knowledge.write(
        title="Fiança del lloguer fins al 2020", body="Dues.", review_on=before, expires_on=before, **facts
    )
    return good, old


def address(conversation):
    return f"/desk/inbox/{conversation.id}/"


def test_a_topic_is_suggested_and_a_yes_is_kept(trained, one, known, signed_in, agent):
    client = signed_in(agent)
    text = page(client, address(one))
    assert "Sembla: Habitatge" in text and "badge-proposed" in text
    act(client, one, "topic", topic=known["habitatge"].id, suggested=known["habitatge"].id)
    said = TopicLabel.objects.get()
    assert one.topic == known["habitatge"] == said.topic == said.suggested and said.probability > 0.5
    text = page(client, address(one))
    assert "Sembla: Habitatge" not in text and "Canvia el tema" in text


def test_a_no_is_not_suggested_again_and_another_may_be_chosen(trained, one, known, signed_in, agent):
    client = signed_in(agent)
    act(client, one, "topic", topic="", suggested=known["habitatge"].id)
    assert one.topic is None and "Sembla: Habitatge" not in page(client, address(one))
    act(client, one, "topic", topic=known["transport"].id)
    assert one.topic == known["transport"] and TopicLabel.objects.count() == 2


def test_what_nobody_suggested_is_not_written_as_if_it_had_been(trained, one, known, signed_in, agent):
    client = signed_in(agent)
    act(client, one, "topic", topic=known["habitatge"].id, suggested=one.id)
    assert TopicLabel.objects.get().suggested is None
    refused = act(client, one, "topic", status=409, topic="x")
    assert "Tria un tema de la llista." in refused.content.decode()


def test_without_a_model_the_topic_can_be_said(one, known, signed_in, agent):
    text = page(signed_in(agent), address(one))
    assert "Sembla: " not in text and "Digues de què va" in text and "Sembla escrit en català" in text


def test_answers_are_found_by_what_they_wrote(one, kept, signed_in, agent):
    client, (good, old) = signed_in(agent), kept
    text = page(client, f"{address(one)}?help=1")
    assert "Quina fiança es paga pel lloguer?" in text and f"use/{good.id}/" in text
    assert "Caducada" in text and f"use/{old.id}/" not in text, "shown, and never given as good"
    assert text.index(str(good.id)) < text.index(str(old.id))
    assert "Mostra respostes i plantilles" in page(client, address(one)), "a link, without a script"


def test_answers_follow_what_is_typed(one, kept, signed_in, agent):
    knowledge.write(
        title="Com es renova el bitllet", body="Amb la targeta.", owner=Unit.objects.get(code="govern"),
        review_on=now().date() + dt.timedelta(days=9), by=None, at=now(),
    )  # fmt: skip
    client = signed_in(agent)
    assert "bitllet" not in act(client, one, "help", status=200).content.decode()
    typed = act(client, one, "help", status=200, text="El bitllet es renova").content.decode()
    assert "Com es renova el bitllet" in typed and "fiança" not in typed
    assert "fiança" in act(client, one, "help", status=200, text="zzzz").content.decode()


def test_an_answer_goes_into_the_draft_and_is_counted(one, kept, signed_in, agent):
    client, (good, old) = signed_in(agent), kept
    act(client, one, f"use/{good.id}", text="Gràcies per escriure.", seen=1)
    assert Draft.objects.get().text == "Gràcies per escriure.\n\nHola, Mercè Puig Ferrer: una mensualitat."
    assert AnswerUse.objects.get().count == 1
    act(client, one, f"use/{old.id}", status=404)
    assert AnswerUse.objects.count() == 1


def test_in_the_language_of_the_conversation(one, kept, signed_in, agent):
    type(one).objects.filter(id=one.id).update(language="es")
    act(signed_in(agent), one, f"use/{kept[0].id}")
    assert Draft.objects.get().text == "Hola, Mercè Puig Ferrer: una mensualidad."


def test_a_template_goes_into_the_draft_and_a_blank_is_not_sent(one, signed_in, agent):
    names, texts = {"ca": "Rebut"}, {"ca": "Hola, {nom}. Sobre {tramit}, {data}."}
    kept = set_template("rebut", names=names, texts=texts, by=None, at=now())
    client = signed_in(agent)
    assert "Rebut" in page(client, f"{address(one)}?help=1")
    act(client, one, f"template/{kept.id}")
    assert Draft.objects.get().text.startswith("Hola, Mercè Puig Ferrer. Sobre El lloguer, ")
    refused = answer(client, one, text="Hola, {nom}", status=409).content.decode()
    assert "un buit per omplir" in refused and ">Hola, {nom}</textarea>" in refused


def test_editors_keep_templates(signed_in, supervisor, known):
    client = signed_in(supervisor)
    assert "Encara no hi ha cap plantilla" in page(client, "/desk/templates/")
    said = {"key": "rebut", "name_ca": "Rebut", "text_ca": "Hola, {nome}"}
    refused = client.post("/desk/templates/new/", said).content.decode()
    assert "«nome», que no existeix" in refused and "Hola, {nome}" in refused and not Template.objects.exists()
    client.post("/desk/templates/new/", said | {"text_ca": "Hola, {nom}"})
    kept = Template.objects.get()
    shown = page(client, f"/desk/templates/{kept.id}/")
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    again = said | {"text_ca": "Adéu", "text_en": "Bye", "seen": seen}
    assert client.post(f"/desk/templates/{kept.id}/", again).status_code == 302
    kept.refresh_from_db()
    assert kept.texts == {"ca": "Adéu", "en": "Bye"} and "sense castellà" in page(client, "/desk/templates/")
    late = client.post(f"/desk/templates/{kept.id}/", again | {"text_ca": "Ep"}).content.decode()
    assert "ha desat aquesta plantilla mentre escrivies" in late and ">\nEp</textarea>" in late
    client.post(f"/desk/templates/{kept.id}/drop/")
    assert not Template.objects.exists()


def test_only_who_leads_or_edits(signed_in, agent, known):
    client = signed_in(agent)
    for path in ("templates/", "topics-model/", "topics-model/table.csv"):
        page(client, f"/desk/{path}", status=403)


def test_the_page_of_the_model_says_how_much_is_missing(signed_in, supervisor, known):
    history.write(60)
    client = signed_in(supervisor)
    text = page(client, "/desk/topics-model/")
    assert "Encara no n’hem après prou" in text and "En falten 140 per arribar a 200." in text
    page(client, "/desk/topics-model/table.csv", status=404)


def test_the_page_of_the_model_says_how_it_does(trained, one, known, signed_in, supervisor):
    client = signed_in(supervisor)
    act(client, one, "topic", topic=known["transport"].id, suggested=known["habitatge"].id)
    text = page(client, "/desk/topics-model/")
    assert "Qui digués sempre «Habitatge»" in text and "De 1 sugg" not in text
    assert "D’un suggeriment contestat, 0 amb un sí." in text
    table = list(csv.DictReader(io.StringIO(page(client, "/desk/topics-model/table.csv"))))
    housing = next(row for row in table if row["topic"] == "habitatge")
    assert (housing["answered"], housing["agreed"]) == ("1", "0") and sum(int(row["held_back"]) for row in table) == 48


def test_help_costs_no_more_for_a_long_message(one, kept, signed_in, agent):
    def queries(text):
        with CaptureQueriesContext(connection) as asked:
            act(client, one, "help", status=200, text=text)
        return len(asked)

    client = signed_in(agent)
    assert queries("fiança del lloguer") >= queries("La fiança del lloguer " + "paraules que no diuen res " * 200) - 2
