"""The small system of screens: light, self-contained, accessible in every mode, alike with and without a script."""

import gzip
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from tracte.config import messages

STATIC = settings.BASE / "config" / "static" / "tracte"
BUDGET = 60 * 1024
OUR_SCRIPTS = sorted(path for path in STATIC.glob("*.js") if not path.name.endswith(".min.js"))
MODES = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "compact": {},
    "mobile": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "forced-colours": {"forced_colors": "active"},
}


def symbols() -> set[str]:
    tree = ElementTree.parse(STATIC / "icons.svg")
    return {one.attrib["id"].removeprefix("i-") for one in tree.iter("{http://www.w3.org/2000/svg}symbol")}


def test_styles_and_scripts_fit_the_budget():
    weight = {
        path.name: len(gzip.compress(path.read_bytes(), 9))
        for path in STATIC.iterdir()
        if path.suffix in (".css", ".js")
    }
    assert sum(weight.values()) < BUDGET, weight


@pytest.mark.parametrize("path", OUR_SCRIPTS, ids=lambda path: path.name)
def test_a_behaviour_is_one_small_script(path):
    assert len(path.read_text().splitlines()) <= 30
    assert not re.search(r"\beval\b|new Function|innerHTML|document\.write", path.read_text())


def test_nothing_comes_from_another_origin():
    sources = [*messages.templates(), *STATIC.glob("*.css"), *OUR_SCRIPTS, STATIC / "icons.svg"]
    for path in sources:
        source = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"""(src|href|action|url\()\s*[=("']+\s*(https?:)?//""", source), path


@pytest.mark.parametrize("path", messages.templates(), ids=lambda path: path.relative_to(messages.SOURCE).as_posix())
def test_a_template_keeps_to_the_strict_policy(path):
    source = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script, script


def test_every_icon_asked_for_is_in_the_sprite():
    asked = {name for path in messages.templates() for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    assert asked - symbols() == set()
    shown = (Path(settings.BASE) / "config/templates/components.html").read_text()
    assert {name for name in symbols() - {"mark", "a1", "a2", "a3"} if f'{{% icon "{name}" %}}' not in shown} == set()


def test_icons_and_assurance_are_drawn_with_their_words():
    drawn = '{% icon "mail" %}|{% assurance 2 %}|{% assurance 3 "Identitat verificada" %}|{% assurance 1 "" %}'
    page = Template("{% load tracte %}" + drawn)
    with translation.override("ca"):
        mail, two, three, one = page.render(Context()).split("|")
    assert mail == '<svg class="icon" aria-hidden="true"><use href="/static/tracte/icons.svg#i-mail"/></svg>'
    assert two.endswith('#i-a2"/></svg>Comprovada</span>')
    assert three.endswith('#i-a3"/></svg>Identitat verificada</span>')
    assert one.endswith('#i-a1"/></svg><span class="vh">Declarada</span></span>')


def test_words_from_outside_are_escaped():
    page = Template("{% load tracte %}{% assurance 1 label %}")
    assert "<b>" not in page.render(Context({"label": "<b>"}))


@pytest.mark.parametrize(
    ("level", "look", "role"),
    [
        ("success", "banner banner-ok", "status"),
        ("warning", "banner banner-warn", "status"),
        ("error", "banner banner-bad", "alert"),
        ("info", "banner", "status"),
    ],
)
def test_messages_are_banners(level, look, role):
    class Said:
        level_tag = level

        def __str__(self):
            return "Fet & desat"

    html = Template('{% include "_messages.html" %}').render(Context({"messages": [Said()]}))
    assert f'<div class="{look}" role="{role}">' in html
    assert "Fet &amp; desat" in html


@pytest.mark.parametrize(("path", "mark"), [("/desk/people/", "page"), ("/desk/people/7/", "true"), ("/desk/", None)])
def test_the_masthead_says_where_you_are(path, mark, rf):
    html = Template('{% load tracte %}<a{% current "/desk/people/" %}>').render(Context({"request": rf.get(path)}))
    assert html == (f'<a aria-current="{mark}">' if mark else "<a>")


def test_the_policy_is_strict(client, administration):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.fixture(params=MODES, ids=list(MODES))
def in_mode(request, browser, live):
    """`in_mode(address)`: a page in that mode, with whatever the browser complained about."""
    context = browser.new_context(
        base_url=live, locale="ca-ES", **{"viewport": {"width": 1280, "height": 900}} | MODES[request.param]
    )

    def visit(address: str):
        page, complaints = context.new_page(), []
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        if request.param == "compact":
            page.evaluate("document.documentElement.dataset.density = 'compact'")
        page.wait_for_timeout(200)  # colours fade in 120 ms, and axe must see where they end
        return page, complaints

    yield visit
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/desk/components/", "/desk/components/?face=desk", "/", "/desk/sign-in/"])
def test_the_page_is_accessible_in_every_mode(in_mode, address):
    page, complaints = in_mode(address)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.browser
def test_icons_draw_something_under_the_policy(page):
    page.goto("/desk/components/")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelector('#k-menu').showPopover()")
    boxes = page.evaluate(
        "[...document.querySelectorAll('main svg use')].map((one) => one.getBBox().width + one.getBBox().height)"
    )
    assert len(boxes) > len(symbols())
    assert min(boxes) > 0


@pytest.mark.browser
def test_the_theme_is_remembered_before_the_first_paint(page):
    page.goto("/")
    page.click("[data-toggle=theme]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto("/desk/sign-in/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 22, 20)"


@pytest.mark.browser
def test_a_single_key_reaches_the_search_until_it_is_turned_off(page):
    page.goto("/desk/sign-in/")
    page.set_content('<input id="cerca" aria-keyshortcuts="/"><textarea id="nota"></textarea>')
    page.add_script_tag(url="/static/tracte/keys.js")
    focused = "document.activeElement.id"
    page.keyboard.press("/")
    assert page.evaluate(focused) == "cerca"
    assert page.input_value("#cerca") == ""
    page.focus("#nota")
    page.keyboard.press("/")
    assert (page.evaluate(focused), page.input_value("#nota")) == ("nota", "/")
    page.evaluate("document.activeElement.blur(); document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("/")
    assert page.evaluate(focused) != "cerca"
