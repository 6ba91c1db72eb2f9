"""Words of the desk in its templates, and looking things up by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

from tracte.desk import weights_words, words
from tracte.knowledge.models import said

register = template.Library()
register.filter("title_of", words.title)
register.filter("why", words.why)
register.filter("lasting", words.lasting)
register.filter("number", weights_words.number)
register.simple_tag(words.bond, name="bond")
register.filter("said", said)


@register.filter
def at(mapping: Mapping, key: Any) -> Any:
    """`doors|at:record.source`: what a mapping holds under a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def word(code: Any, of: str) -> str:
    """`fact.kind|word:"FACTS"`: how a code of `words` is said; an unknown one says nothing."""
    return getattr(words, of).get(code, "")


@register.filter
def or_nameless(name: str) -> str:
    return name or gettext("Persona sense nom")
