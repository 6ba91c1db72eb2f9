"""Tags that every page may use: icons, assurance, time in words, the language of the page."""

from __future__ import annotations

import datetime as dt
import functools

from django import forms, template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from tracte.config import deadlines, locales
from tracte.core.clock import now

register = template.Library()

ASSURANCES = {
    1: pgettext_lazy("identitat", "Declarada"),
    2: pgettext_lazy("identitat", "Comprovada"),
    3: pgettext_lazy("identitat", "Verificada"),
}
register.simple_tag(locales.html_lang, name="html_lang")


def _use(symbol: str) -> SafeString:
    return format_html('<use href="{}#i-{}"/>', static("tracte/icons.svg"), symbol)


@register.simple_tag
@functools.lru_cache(maxsize=500)  # a page of a thread draws hundreds of them
def icon(name: str, css: str = "icon") -> SafeString:
    """One drawing of the sprite, for the eye only: the words beside it (or `aria-label`) say the same."""
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', css, _use(name))


@register.simple_tag
def assurance(level: int, label: str | None = None) -> SafeString:
    """How sure we are, from 1 to 3: filled boxes and its word. With `label=""` the word is only for screen readers."""
    word = format_html('<span class="vh">{}</span>', ASSURANCES[level]) if label == "" else label or ASSURANCES[level]
    return format_html('<span class="assurance"><svg aria-hidden="true">{}</svg>{}</span>', _use(f"a{level}"), word)


@register.simple_tag
def when(moment: dt.date | dt.datetime | None) -> SafeString | str:
    """A moment in words, in the page's language, inside `<time>`; nothing when there is none."""
    return "" if moment is None else _when(moment, *_as_of_now())


def _as_of_now() -> tuple[dt.datetime, str]:
    """What words about time depend on, to the minute: lists say the same moments again and again, and babel is slow."""
    return now().replace(second=0, microsecond=0), locales.current()


@functools.lru_cache(maxsize=20_000)
def _when(moment: dt.date | dt.datetime, _minute: dt.datetime, _language: str) -> SafeString:
    if not isinstance(moment, dt.datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), locales.in_words(moment))
    here = timezone.localtime(moment)
    exact = f"{locales.day(here.date())}, {locales.clock(moment)}"
    words = locales.in_words(moment)
    return format_html('<time datetime="{}" title="{}">{}</time>', here.isoformat(timespec="seconds"), exact, words)


@register.simple_tag
def clock(moment: dt.datetime) -> SafeString:
    """The hour alone: the day is said above it."""
    here = timezone.localtime(moment)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(timespec="seconds"), locales.clock(moment))


@register.simple_tag
def due(moment: dt.datetime, prefix: str = "") -> SafeString:
    """A deadline as a sentence, late and near ones marked; a word and an icon say what the colour says."""
    return _due(moment, prefix, *_as_of_now())


@functools.lru_cache(maxsize=20_000)
def _due(moment: dt.datetime, prefix: str, _minute: dt.datetime, _language: str) -> SafeString:
    words, state = deadlines.told(moment)
    css = f" due-{state}" if state else ""
    drawn = icon("alert" if state == "late" else "clock") if state or prefix else ""
    before = f"{prefix} " if prefix and state != "late" else ""
    return format_html('<span class="due{}">{} {}{}</span>', css, drawn, before, words)


@register.inclusion_tag("_field.html")
def field(bound: BoundField, label: str, hint: str = "", **attrs: str) -> dict[str, object]:
    """A form field with its label, hint, errors and control tied together; `attrs` go to the control as they are."""
    described = [f"{bound.auto_id}-hint"] * bool(hint) + [f"{bound.auto_id}-error"] * bool(bound.errors)
    is_check = isinstance(bound.field.widget, forms.CheckboxInput)
    control = {"class": "check" if is_check else "input", "placeholder": False, **attrs}
    control |= {"aria-describedby": " ".join(described)} if described else {}
    control |= {"aria-invalid": "true"} if bound.errors else {}
    return {
        "bound": bound,
        "label": label,
        "hint": hint,
        "is_check": is_check,
        "control": bound.as_widget(attrs=control),
    }


@register.simple_tag(takes_context=True)
def current(context: template.Context, address: str) -> SafeString | str:
    """`aria-current` for a link of the masthead: the page itself, or a page under it."""
    path = context["request"].path
    if path == address:
        return SafeString(' aria-current="page"')
    return SafeString(' aria-current="true"') if path.startswith(address) else ""
