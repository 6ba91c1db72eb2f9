"""Catalogs are whole, compiled and true to their source; and nothing that people read was left unmarked."""

import re
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import pytest
from django.template.base import Lexer, TokenType

from tracte.config import borrowed, messages

HOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
LETTERS = re.compile(r"[^\W\d_]{2,}")
# The names of this project and of its standards are said alike everywhere.
ALIKE = {"tracte"}
# The sheet of components shows samples in Catalan, under lang="ca": nobody is served there.
SAMPLES = {"components.html"}
# Blocks of the base templates that fill an attribute which nobody reads.
NOT_READ = {"block face", "block frame_class", "block home", "block main_class"}


@pytest.mark.parametrize("language", messages.PLURALS)
def test_the_compiled_catalog_is_the_written_one(language):
    compiled = (messages.CATALOGS / language / "LC_MESSAGES" / "django.mo").read_bytes()
    assert compiled == messages.compiled(language), "run make fix and commit the catalogs"


@pytest.mark.parametrize("language", messages.PLURALS)
def test_everything_is_translated_and_nothing_else(language):
    assert messages.untranslated(language) == []
    written = {messages._key(one) for one in messages.read(language) if one.id}
    assert written == set(messages.wanted(language)), "run make fix"


@pytest.mark.parametrize("language", messages.PLURALS)
def test_placeholders_survive_translation(language):
    for message in messages.read(language):
        if not message.id:
            continue
        texts, strings = messages._forms(message.id), messages._forms(message.string)
        for position, string in enumerate(strings):
            held, asked = sorted(HOLDER.findall(string)), sorted(HOLDER.findall(texts[min(position, len(texts) - 1)]))
            # One may be said without its figure: «en tens una».
            allowed = [asked, sorted(HOLDER.findall(texts[-1]))] if position == 0 else [asked]
            assert held in allowed, (language, string)


@pytest.mark.parametrize("language", messages.PLURALS)
def test_spaces_and_final_stops_survive_translation(language):
    for message in messages.read(language):
        for text, string in zip(messages._forms(message.id), messages._forms(message.string), strict=True):
            if message.id:
                assert text[:1].isspace() == string[:1].isspace(), string
                assert text[-1:].isspace() == string[-1:].isspace(), string


def test_the_libraries_still_say_what_we_translate_for_them():
    roots = [Path(django.__file__).parent / part for part in ("forms", "core", "contrib/auth")]
    sources = [path for root in [*roots, Path(allauth.__file__).parent] for path in root.rglob("*.py")]
    said = {text for path in sources for _, *pair in messages._texts(path) for text in pair}
    wanted = {text for texts in borrowed.TEXTS for text in (texts if isinstance(texts, tuple) else (texts,))}
    assert wanted - said == set()


def test_extraction_reads_every_way_of_marking(tmp_path, monkeypatch):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '<p title="{% translate "Títol" %}">\n'
        "      {% blocktranslate count n=n %}Un{% plural %}{{ n }} més{% endblocktranslate %}\n"
        '  {% translate "Obre" context "botó" as open %}{{ _("Dins d’una variable") }}</p>'
    )
    (tmp_path / "words.py").write_text('x = gettext_lazy("De Python")\ny = ngettext("un", "molts", 2)\n')
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    found = messages.extract()
    assert found == {
        (None, "Títol", None): ["templates/page.html"],
        (None, "Un", "%(n)s més"): ["templates/page.html"],
        ("botó", "Obre", None): ["templates/page.html"],
        (None, "Dins d’una variable", None): ["templates/page.html"],
        (None, "De Python", None): ["words.py"],
        (None, "un", "molts"): ["words.py"],
    }


def test_updating_keeps_translations_drops_the_unused_and_is_stable(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "CATALOGS", tmp_path)
    monkeypatch.setattr(
        messages, "wanted", lambda language: {(None, "Hola", None): ["a.html"], (None, "Un", "Dos"): ["a.html"]}
    )
    messages.update()
    path = tmp_path / "oc" / "LC_MESSAGES" / "django.po"
    assert "plural=(n > 1)" in path.read_text()
    path.write_text(path.read_text().replace('msgid "Hola"\nmsgstr ""', 'msgid "Hola"\nmsgstr "Adiu"'))
    messages.update()
    once = path.read_bytes()
    messages.update()
    assert path.read_bytes() == once
    assert b'msgstr "Adiu"' in once
    assert messages.untranslated("oc") == [(None, "Un", "Dos")]
    monkeypatch.setattr(messages, "wanted", lambda language: {(None, "Un", "Dos"): ["b.html"]})
    messages.update()
    assert "Hola" not in path.read_text()
    assert "b.html" in path.read_text()
    assert "a.html" not in path.read_text()


class HumanText(HTMLParser):
    """Collects what a person reads in a page: text and spoken attributes."""

    ATTRIBUTES = ("title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt", "label")

    def __init__(self):
        super().__init__()
        self.found, self._silent = [], 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in ("script", "style")
        given = dict(attrs)
        spoken = [given[name] for name in self.ATTRIBUTES if given.get(name)]
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            spoken.append(given.get("value") or "")
        self.found += spoken

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._silent:
            self.found.append(data)


def unmarked(source: str, *, is_html: bool) -> list[str]:
    """Human words of a template outside every tag and variable, and literal words handed to a drawing tag."""
    left, quoted, inside = [], [], None
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK else None
        if inside:
            inside = None if name == f"end{inside}" else inside
        elif name in ("blocktranslate", "blocktrans", "comment") or token.contents in NOT_READ:
            inside = name
        elif name in ("field", "assurance"):
            quoted += re.findall(r"""(?<![=\w:(])["']([^"']+)["']""", token.contents)
        elif token.token_type == TokenType.TEXT:
            left.append(token.contents)
    if not is_html:
        texts = left
    else:
        parser = HumanText()
        parser.feed("".join(left))
        parser.close()
        texts = parser.found
    return [text.strip() for text in [*texts, *quoted] if set(LETTERS.findall(text)) - ALIKE]


@pytest.mark.parametrize("path", messages.templates(), ids=lambda path: path.relative_to(messages.SOURCE).as_posix())
def test_no_template_says_anything_unmarked(path):
    if path.name not in SAMPLES:
        assert unmarked(path.read_text(), is_html=path.suffix == ".html") == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hola</p>",
        '<a title="Obre">{{ name }}</a>',
        '<img alt="Un gat">',
        '<input placeholder="{{ x }} cerca">',
        '<input type="submit" value="Envia">',
        '{% if x %}<b aria-label="Tanca"></b>{% endif %}',
        '{% field form.email "Correu" %}',
        "{{ count }} persones",
    ],
)
def test_the_watch_sees_unmarked_words(source):
    assert unmarked(source, is_html=True)


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "Hola" %}',
        "{% blocktranslate %}Hola, {{ name }}{% endblocktranslate %}",
        '<p title="{% translate "Obre" %}" class="card" data-x="abc">{{ name }} · 3 %</p>',
        '<script type="application/json">{"ids": {"login": "abc"}}</script>',
        "{# un comentari #}{% comment %}un altre{% endcomment %}<kbd>/</kbd>",
        '<input type="hidden" value="abc">',
    ],
)
def test_the_watch_lets_marked_words_pass(source):
    assert unmarked(source, is_html=True) == []
