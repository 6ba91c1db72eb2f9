"""The inbox as an agent meets it: lists in the order of what was promised, one conversation, and its acts."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracte.channels.models import Dispatch
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.keys import keyring
from tracte.inbox.actions import handling
from tracte.inbox.models import Closure, Conversation, Draft, Note, Snooze
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.people.appearance import Appearance
from tracte.privacy.actions import install_purposes
from tracte.privacy.models import Read

MOST_QUERIES = 15


@pytest.fixture
def inbox(signed_in, agent, administration):
    install_purposes()
    cast.clock()
    return signed_in(agent)


@pytest.fixture
def one(inbox):
    return write("bustia", message(cast.merce(), "Em falta un document?", id="a@exemple.org", hours=2))[0]


def page(client, path="/desk/inbox/", status=200):
    response = client.get(path)
    assert response.status_code == status, response
    return response.content.decode()


def act(client, conversation, name, status=302, **fields):
    response = client.post(f"/desk/inbox/{conversation.id}/{name}/", fields)
    assert response.status_code == status, response.content.decode()[:2000]
    conversation.refresh_from_db()
    return response


def answer(client, conversation, text="Et falta el padró.", **more):
    fields = {"text": text, "seen": conversation.turns_count, "key": uuid.uuid4()} | more
    return act(client, conversation, "reply", **fields)


def test_the_desk_begins_at_the_inbox_and_says_what_to_do_when_it_is_empty(inbox):
    assert inbox.get("/desk/").url == "/desk/inbox/"
    text = page(inbox)
    assert "Cap conversa en aquesta vista." in text and "Sense assignar" in text


def test_lists_are_in_the_order_of_what_was_promised(inbox):
    for n, hours in enumerate((30, 90, 2)):
        write("bustia", message(Appearance(full_name=f"Persona {'ABC'[n]}", key=str(n)), f"Text {n}", hours=hours))
    text = page(inbox, "/desk/inbox/?view=free")
    places = [text.index(f"Persona {n}") for n in "BAC"]
    assert places == sorted(places) and "Fora de termini" in text


def test_each_view_shows_its_own_with_its_count(inbox, one, agent, supervisor):
    other, third = (write("telegram", message(cast.on_telegram(n, f"Nom {n}"), hours=n))[-1] for n in (5, 1))
    handling.assign(one, by=agent, at=now(), agent=agent)
    handling.assign(other, by=agent, at=now(), agent=agent)
    handling.assign(third, by=agent, at=now(), agent=supervisor)
    handling.snooze(other, by=agent, at=now(), until=now() + dt.timedelta(days=1))
    for view, whom in {"mine": one, "snoozed": other, "team": third}.items():
        assert f"/desk/inbox/{whom.id}/" in page(inbox, f"/desk/inbox/?view={view}")
    assert f"/desk/inbox/{one.id}/" not in page(inbox, "/desk/inbox/?view=free")
    assert "Ajornades <span>1</span>" in page(inbox)
    act(inbox, one, "close", how="unneeded")
    assert f"/desk/inbox/{one.id}/" in page(inbox, "/desk/inbox/?view=closed")


def letters(n):
    return "".join(chr(97 + int(digit)) for digit in f"{n:03}").capitalize()


def test_a_page_ends_and_the_next_begins_there(inbox):
    write("bustia", *(message(Appearance(full_name=f"Nom {letters(n)}", key=str(n)), hours=n + 1) for n in range(120)))
    seen, address = [], "/desk/inbox/?view=free"
    while address:
        text = page(inbox, address)
        seen += [line.split('"')[0] for line in re.split('class="item-who"[^>]*>', text)[1:]]
        more = text.split('class="button" href="')[-1].split('"')[0].replace("&amp;", "&")
        address = more if "after=" in more else ""
    names = [one.split("<")[0] for one in seen]
    assert len(names) == len(set(names)) == 120
    assert letters(119) in page(inbox, "/desk/inbox/?view=free&after=broken"), "from the first, when it was cut"


def test_a_conversation_shows_what_was_said_and_writes_down_who_looked(inbox, one, agent):
    text = page(inbox, f"/desk/inbox/{one.id}/")
    assert "Em falta un document?" in text and "Mercè Puig Ferrer" in text and "Vam prometre contestar:" in text
    read = Read.objects.get()
    assert (read.user, read.purpose, read.what) == (agent, "attend", "conversation")


def test_each_way_to_read_it_is_written_down(inbox, one):
    file = attach(one, verdict="clean")
    inbox.get(f"/desk/inbox/{one.id}/?part=thread", headers={"HX-Request": "true"})
    inbox.get(f"/desk/inbox/{one.id}/files/{file.id}/")
    assert list(Read.objects.order_by("id").values_list("what", flat=True)) == ["thread", "attachment"]


def test_whose_name_nobody_knows_is_read_on_the_record_too(inbox):
    [unknown] = write("formularis", message(None, "Anònim"))
    page(inbox, f"/desk/inbox/{unknown.id}/")
    assert Read.objects.get().subject == unknown.id


def test_an_answer_and_its_undo(inbox, one):
    answer(inbox, one)
    dispatch = Dispatch.objects.get()
    text = page(inbox, f"/desk/inbox/{one.id}/")
    assert "Et falta el padró." in text and "espera per sortir" in text and "No l’enviïs encara" in text
    inbox.post(f"/desk/inbox/{one.id}/turns/{dispatch.id}/take-back/")
    text = page(inbox, f"/desk/inbox/{one.id}/")
    assert "El text torna a ser al teu esborrany." in text and ">Et falta el padró.</textarea>" in text


def test_answered_and_closed_at_once_and_taken_back_it_is_open_again(inbox, one):
    answer(inbox, one, then="close")
    assert one.closure.how == "answered"
    inbox.post(f"/desk/inbox/{one.id}/turns/{Dispatch.objects.get().id}/take-back/")
    one.refresh_from_db()
    assert one.is_open and one.waiting_since


def test_whoever_is_overtaken_loses_nothing_and_is_told(inbox, one):
    write("bustia", message(cast.merce(), "Ja l’he trobat!", hours=0.1))
    response = answer(inbox, one, status=409)
    text = response.content.decode()
    assert "ha arribat un missatge més" in text and ">Et falta el padró.</textarea>" in text
    assert (
        "Ja l’he trobat!" in text and not Dispatch.objects.exists() and Draft.objects.get().text == "Et falta el padró."
    )
    seen = text.split('name="seen" value="')[1].split('"')[0]
    answer(inbox, one, seen=int(seen))
    assert Dispatch.objects.count() == 1


def test_a_draft_is_kept_while_it_is_typed_and_others_are_seen(inbox, one, supervisor):
    from tracte.inbox.actions.drafting import look

    look(one, by=supervisor, at=now(), is_writing=True)
    response = act(inbox, one, "draft", status=200, text="Hola, Merc", seen=1)
    assert "Desat" in response.content.decode() and "Aina Soler hi escriu" in response.content.decode()
    assert ">Hola, Merc</textarea>" in page(inbox, f"/desk/inbox/{one.id}/")
    assert "cosa nova" in act(inbox, one, "draft", status=200, text="Hola", seen=0).content.decode()


def test_notes_are_shown_apart(inbox, one):
    act(inbox, one, "note", note="Li falta la segona pàgina")
    text = page(inbox, f"/desk/inbox/{one.id}/")
    assert "només ho veu l’equip" in text and "Li falta la segona pàgina" in text and Note.objects.count() == 1


def test_what_cannot_be_says_why(inbox, one):
    refused = act(inbox, one, "close", status=409, how="answered")
    assert "Espera resposta. Contesta-la" in refused.content.decode()
    refused = act(inbox, one, "close", status=409, how="unanswered", reason="x")
    assert "Només ho pot fer qui supervisa." in refused.content.decode()
    act(inbox, one, "close", how="unneeded")
    text = page(inbox, f"/desk/inbox/{one.id}/")
    assert "Torna-la a obrir" in text and 'name="text"' not in text
    act(inbox, one, "reopen")
    assert one.is_open and Closure.objects.count() == 1


@pytest.mark.parametrize("until", ["hours", "tomorrow", "monday"])
def test_it_is_put_off_until_a_sensible_time(inbox, one, until):
    act(inbox, one, "snooze", until=until)
    ends = Snooze.objects.get().until
    assert now() < ends < now() + dt.timedelta(days=8)


@pytest.mark.parametrize("name", ["reply", "assign", "close", "snooze", "draft"])
def test_a_form_that_was_tampered_with_is_no_act(inbox, one, name):
    act(inbox, one, name, status=404, how="x", until="x", seen="x", agent="x", key="x")
    assert one.is_open and not Dispatch.objects.exists()


def test_another_units_and_anothers_administrations_are_not_there(inbox, one, other_administration):
    from tracte.core.actions import add_unit
    from tracte.core.models import Unit

    apart = add_unit(code="a-part", name="A part", since=now().date(), parent=None)
    Conversation.objects.filter(id=one.id).update(unit=apart)
    assert Unit.objects.count() > 1
    page(inbox, f"/desk/inbox/{one.id}/", status=404)
    act(inbox, one, "note", status=404, note="hola")
    with tenancy.acting_for(other_administration):
        assert not Conversation.objects.exists()


def test_the_dpo_has_no_inbox(signed_in, dpo, administration):
    page(signed_in(dpo), status=403)


def test_queries_do_not_grow(inbox, agent):
    def queries(path):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(inbox, path)
        return len(asked)

    [one] = write("bustia", message(cast.merce(), id="a@exemple.org", hours=300))
    few = queries("/desk/inbox/?view=free"), queries(f"/desk/inbox/{one.id}/?view=free")
    write("bustia", *(message(cast.merce(), f"Missatge {n}", hours=200 - n) for n in range(150)))
    write("bustia", *(message(Appearance(full_name=f"P {n}", key=str(n)), hours=n + 1) for n in range(60)))
    for _ in range(5):
        handling.assign(one, by=agent, at=now(), agent=agent)
    many = queries("/desk/inbox/?view=free"), queries(f"/desk/inbox/{one.id}/?view=free")
    assert many[0] == few[0] <= MOST_QUERIES and many[1] <= few[1], (few, many)
    assert "Mostra els d’abans" in page(inbox, f"/desk/inbox/{one.id}/")


def attach(conversation, name="avis.pdf", verdict=None):
    from tracte.channels.models import Attachment, Scan

    ring = keyring(conversation.administration_id)
    turn = conversation.turns.first()
    told = {"name": name, "content_type": "application/pdf", "size": 4, "digest": b"d", "interaction": turn.interaction}
    file = Attachment.objects.create(body_sealed=ring.seal(b"%PDF"), **told)
    if verdict:
        Scan.objects.create(attachment=file, verdict=verdict)
    return file


def test_a_clean_file_is_saved_and_never_shown(inbox, one):
    file = attach(one, verdict="clean")
    assert "avis.pdf" in page(inbox, f"/desk/inbox/{one.id}/")
    answer = inbox.get(f"/desk/inbox/{one.id}/files/{file.id}/")
    assert answer.content == b"%PDF" and answer["Content-Disposition"] == 'attachment; filename="avis.pdf"'
    assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("verdict", [None, "infected", "unscanned"])
def test_what_is_in_quarantine_says_why_and_is_not_given(inbox, one, verdict):
    file = attach(one, verdict=verdict)
    assert file.why_not in page(inbox, f"/desk/inbox/{one.id}/").replace("&#x27;", "'")
    page(inbox, f"/desk/inbox/{one.id}/files/{file.id}/", status=404)


def test_a_file_of_another_conversation_is_not_given(inbox, one):
    [_, other] = write("bustia", message(cast.anna(), hours=1))
    file = attach(other, verdict="clean")
    page(inbox, f"/desk/inbox/{one.id}/files/{file.id}/", status=404)
    page(inbox, f"/desk/inbox/{other.id}/files/{file.id}/")
