"""Which language a message seems to be in, and what comes before that guess."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.inbox.suggesting.languages import guess
from tracte.inbox.tests import cast
from tracte.people.appearance import Appearance, Identifier

SHORT = {
    "Bon dia, quan em direu alguna cosa de la meva beca?": "ca",
    "Hola, quiero saber cuándo me van a contestar": "es",
    "Adiu, qué cau hèr entà auer era ajuda ath loguèr?": "oc",
    "When will my certificate be ready?": "en",
    "Bonjour, je viens d’arriver et je cherche un logement": "",
    "Bună ziua, cum mă pot programa la primărie?": "",
    "Доброго дня, де можна отримати довідку?": "",
    "ok": "",
    "": "",
    "12345 67": "",
    "🙂🙂🙂": "",
}


@pytest.mark.parametrize(("text", "language"), SHORT.items())
def test_ours_are_told_apart_and_others_are_not_ours(text, language):
    assert guess([text]) == [language]


def test_capitals_and_typographic_apostrophes_change_nothing():
    text = "no m'heu dit res de l'ajut al lloguer, què falta?"
    assert guess([text, text.upper(), text.replace("'", "’")]) == ["ca"] * 3


def test_signatures_and_addresses_say_nothing():
    said = "Encara no he rebut cap resposta"
    assert guess([f"{said}\n\nSent from my iPhone with Outlook for iOS, get it at the store"]) == ["ca"]
    assert guess([f"{said}\n-- \nThe Best Company in the World Limited, we are the leaders of the market"]) == ["ca"]
    assert guess(["the.office.of.the.mayor@exemple.com https://exemple.com/the/way/of/the/world"]) == [""]


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_ours_or_nothing(text):
    [said] = guess([text])
    assert said in ("", "ca", "es", "oc", "en") and guess([text, "x"])[0] == said


@pytest.mark.parametrize(("file", "language"), [("cat", "ca"), ("spa", "es"), ("eng", "en")])
def test_a_text_that_nobody_here_wrote(real_data, file, language):
    """The file that is named as Occitan there is Francoprovençal, so it measures nothing of ours."""
    page = html.unescape(real_data(f"langid_udhr/{file}.html").read_text())
    lines = [line.strip() for line in re.sub(r"<[^>]*>", "\n", page).split("\n")]
    lines = [line for line in lines if len(line) >= 40]
    assert len(lines) > 30 and sum(said == language for said in guess(lines)) >= 0.98 * len(lines)


def begun(who, text="Quan em direu alguna cosa de la beca del menjador?", **more):
    return cast.write("bustia", cast.message(who, text, **more))[-1]


def test_a_conversation_begins_with_what_it_seems(administration):
    one = begun(cast.merce())
    assert (one.language, one.seems_language, one.spoken) == ("", "ca", "ca")


def test_what_the_channel_says_is_not_guessed(administration):
    one = begun(cast.merce(), language="es")
    assert (one.language, one.seems_language) == ("es", "")


def test_what_the_person_said_of_themselves_comes_first(administration):
    from tracte.people import actions as people
    from tracte.people.models import Membership

    mail = Identifier("email", "anna.roca@exemple.cat")
    cast.write("formularis", cast.message(Appearance(full_name="Anna Roca", language="oc", identifiers=[mail])))
    one = begun(
        Appearance(full_name="Anna Roca", identifiers=[mail]), "Quiero saber cómo va mi solicitud", language="es"
    )
    first, last = (Membership.objects.live().get(record=record).person_id for record in _records(one))
    if first != last:
        people.merge(first, last, by=None, at=cast.ago(0), reason="test")
        one = begun(Appearance(full_name="Anna Roca", key="2", identifiers=[mail]), "Y ahora qué hago?")
    assert (one.language, one.seems_language, one.spoken) == ("oc", "", "oc")


def _records(one):
    from tracte.people.models import SourceRecord

    other = SourceRecord.objects.exclude(id=one.record_id).get()
    return other.id, one.record_id


def test_what_somebody_says_is_not_changed_by_what_they_write_later(administration):
    one = begun(cast.merce(), id="1@exemple.org", hours=2)
    again = begun(cast.merce(), "When will you answer me, please?", id="2@exemple.org", hours=1)
    assert again.id == one.id and again.seems_language == "ca"
