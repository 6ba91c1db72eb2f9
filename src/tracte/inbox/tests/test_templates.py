"""Texts that are written often: kept in four languages, filled, refused when nobody could fill them."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracte.core.clock import now
from tracte.inbox.actions.answering import reply
from tracte.inbox.actions.templating import UnknownVariable, drop_template, set_template
from tracte.inbox.checking import Refused
from tracte.inbox.models import Template
from tracte.inbox.suggesting import filling

NAMES = {"ca": "Rebut", "es": "Recibido"}
TEXTS = {"ca": "Hola, {nom}: hem rebut la petició sobre {tramit} ({data}).", "en": "Hello {nom}, thank you."}


def kept(key="rebut", **more):
    said = {"names": NAMES, "texts": TEXTS, "by": None, "at": now()} | more
    return set_template(key, **said)


def test_it_is_kept_and_written_again(administration):
    first = kept()
    again = kept(texts={"ca": "Rebut."}, seen=first.at)
    assert again.id == first.id and Template.objects.get().texts == {"ca": "Rebut."}
    drop_template(again, by=None, at=now())
    assert not Template.objects.exists()


def test_two_who_write_at_once_do_not_overwrite(administration):
    first = kept()
    with pytest.raises(Refused, match="meanwhile"):
        kept(seen=first.at - dt.timedelta(seconds=1))
    with pytest.raises(Refused, match="meanwhile"):
        kept()


@pytest.mark.parametrize("text", ["Hola {cognom}", "Hola {NOM}", "Hola {", "Hola }", "{nom", "{}", "{a b}"])
def test_what_nobody_can_fill_is_refused_in_one_line(administration, text):
    with pytest.raises(UnknownVariable) as refused:
        kept(texts={"ca": "Bé", "es": text})
    line = str(refused.value)
    assert "\n" not in line and "castellà" in line and "{nom}, {tramit}, {data}" in line


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("key", {"key": "Amb Espais"}),
        ("catalan", {"texts": {"es": "Hola"}}),
        ("catalan", {"names": {"ca": " "}}),
        ("language", {"texts": {"ca": "Hola", "fr": "Bonjour"}}),
        ("too_long", {"texts": {"ca": "a" * 5001}}),
    ],
)
def test_what_cannot_be_says_why(administration, reason, said):
    with pytest.raises(Refused, match=reason) as refused:
        kept(**said)
    assert refused.value.words


def test_it_is_filled_in_the_language_of_the_conversation(conversation):
    values = filling.values(conversation, "oc", name="Mercè", on=dt.date(2026, 10, 2))
    assert filling.fill("{nom}, {tramit}, {data}", values) == "Mercè, Ajut al lloguer, 2 d’octobre de 2026"
    assert filling.in_language(TEXTS, "en")[1] == "en" and filling.in_language(TEXTS, "oc")[1] == "ca"


@given(st.text(max_size=80), st.text(max_size=20))
def test_filling_puts_in_what_is_known_and_nothing_else(text, name):
    assert filling.fill(text.replace("{", ""), {"nom": name}) == text.replace("{", "")
    assert filling.fill("{nom}", {"nom": name}) == (name or "{nom}")


def test_a_blank_that_was_forgotten_is_not_sent(conversation, agent):
    with pytest.raises(Refused, match="unfilled"):
        reply(conversation, by=agent, at=now(), text="Hola, {nom}.", seen=1, key=uuid.uuid4())
    assert reply(conversation, by=agent, at=now(), text="Hola, {tu}.", seen=1, key=uuid.uuid4())
