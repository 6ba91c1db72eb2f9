"""The four languages: each one speaks on every base page, and says days and hours as its people do."""

import datetime as dt

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, ngettext

from tracte.config import locales

NOW = dt.datetime(2026, 10, 8, 8, 30, tzinfo=dt.UTC)  # a Thursday, half past ten in the morning here
CODES = [code for code, _ in settings.LANGUAGES]


@pytest.fixture(autouse=True)
def thursday(monkeypatch):
    monkeypatch.setattr(locales, "now", lambda: NOW)


def at(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=dt.UTC)


def test_there_are_four_languages_and_catalan_is_the_source():
    assert CODES == ["ca", "es", "oc", "en"] == list(locales.LANGUAGES)
    assert settings.LANGUAGE_CODE == "ca"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(2026, 10, 8, 7, 12), "avui, 9.12"),
        (at(2026, 10, 7, 16, 3), "ahir, 18.03"),
        (at(2026, 10, 9, 7, 0), "demà, 9.00"),
        (at(2026, 10, 6, 8, 31), "dimarts, 10.31"),
        (at(2026, 10, 2, 8, 31), "divendres, 10.31"),
        (at(2026, 10, 1, 8, 31), "1 d’octubre"),
        (at(2026, 4, 1, 8, 0), "1 d’abril"),
        (at(2026, 8, 14, 8, 0), "14 d’agost"),
        (at(2026, 3, 12, 8, 0), "12 de març"),
        (at(2025, 10, 2, 8, 0), "2 d’octubre del 2025"),
        (at(2026, 12, 30, 8, 0), "30 de desembre"),
        (at(2026, 10, 7, 22, 30), "avui, 0.30"),
        (dt.date(2026, 10, 7), "ahir"),
        (dt.date(1984, 3, 12), "12 de març del 1984"),
    ],
)
def test_time_is_said_in_catalan_words(moment, words):
    with translation.override("ca"):
        assert locales.in_words(moment) == words


@pytest.mark.parametrize(
    ("code", "today", "weekday", "day", "year"),
    [
        ("es", "hoy, 9:12", "martes, 10:31", "1 de abril", "2 de octubre de 2025"),
        ("oc", "aué, 9.12", "dimars, 10.31", "1 d’abriu", "2 d’octobre de 2025"),
        ("en", "today, 9:12", "Tuesday, 10:31", "1 April", "2 October 2025"),
    ],
)
def test_the_other_languages_say_it_in_theirs(code, today, weekday, day, year):
    moments = [at(2026, 10, 8, 7, 12), at(2026, 10, 6, 8, 31), at(2026, 4, 1, 8, 0), at(2025, 10, 2, 8, 0)]
    with translation.override(code):
        assert [locales.in_words(moment) for moment in moments] == [today, weekday, day, year]


def test_the_tag_gives_machines_the_instant_and_the_pointer_the_whole_day():
    page = Template("{% load tracte %}{% when moment %}")
    with translation.override("ca"):
        html = page.render(Context({"moment": at(2026, 10, 8, 7, 12)}))
    assert html == '<time datetime="2026-10-08T09:12:00+02:00" title="8 d’octubre del 2026, 9.12">avui, 9.12</time>'
    assert page.render(Context({"moment": None})) == ""
    assert page.render(Context({"moment": dt.date(2026, 10, 8)})).startswith('<time datetime="2026-10-08">')


@pytest.mark.parametrize(
    ("code", "zero", "one", "two"), [("ca", 1, 0, 1), ("es", 1, 0, 1), ("oc", 0, 0, 1), ("en", 1, 0, 1)]
)
def test_each_language_counts_by_its_own_rule(code, zero, one, two):
    with translation.override(code):
        forms = [
            ngettext("Te’n queda un.", "Te’n queden %(n)s.", 0),
            ngettext("Te’n queda un.", "Te’n queden %(n)s.", 1),
        ]
        forms.append(ngettext("Te’n queda un.", "Te’n queden %(n)s.", 2))
    assert ["%(n)s" in form for form in forms] == [bool(zero), bool(one), bool(two)]


@pytest.mark.parametrize(
    ("code", "words"),
    [("ca", "Això no pot quedar buit."), ("es", "Esto no puede quedar vacío."), ("oc", "Aquerò non pòt demorar uet.")],
)
def test_our_words_replace_those_of_the_libraries(code, words):
    with translation.override(code):
        assert gettext("This field is required.") == words


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("address", ["/", "/desk/sign-in/", "/desk/account/password/reset/", "/nowhere/"])
def test_every_language_renders_the_base_pages(client, administration, code, address):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
    page = client.get(address).content.decode()
    assert f'<html lang="{locales.LANGUAGES[code][0]}"' in page
    skip = {"ca": "Ves al contingut", "es": "Ve al contenido", "oc": "Vè ath contengut", "en": "Skip to content"}
    assert skip[code] in page


def test_somebody_chooses_a_language_and_comes_back_to_the_same_page(client, administration):
    answer = client.post("/language/", {"language": "oc", "next": "/desk/sign-in/"})
    assert answer.status_code == 302
    assert answer.url == "/desk/sign-in/"
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie.value == "oc"
    assert cookie["max-age"] == 365 * 86400
    assert '<html lang="oc-aranes"' in client.get("/desk/sign-in/").content.decode()


@pytest.mark.parametrize(
    ("asked", "given"), [("oc-aranes,en;q=0.5", "oc-aranes"), ("ca-ES", "ca"), ("de,en;q=0.8", "en"), ("de", "ca")]
)
def test_the_browser_is_listened_to(client, administration, asked, given):
    page = client.get("/", headers={"accept-language": asked}).content.decode()
    assert f'<html lang="{given}"' in page
