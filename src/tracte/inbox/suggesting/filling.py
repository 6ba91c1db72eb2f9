"""What stands between braces in a template or an answer, and what goes there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from babel.dates import format_date
from django.utils.translation import gettext_lazy as _

from tracte.inbox.models import Conversation

VARIABLES = ("nom", "tramit", "data")
LANGUAGES = {"ca": _("català"), "es": _("castellà"), "oc": _("aranès"), "en": _("anglès")}
_BABEL = {"ca": "ca", "es": "es", "oc": "oc_ES", "en": "en_GB"}
_NAMED = re.compile(r"\{([^{}\n]{0,40})\}")


def unknown(text: str) -> list[str]:
    """What it asks for and nobody can fill; a brace without its pair counts."""
    named = _NAMED.findall(text)
    loose = _NAMED.sub("", text)
    return [one for one in named if one not in VARIABLES] + [brace for brace in "{}" if brace in loose]


def unfilled(text: str) -> list[str]:
    """The variables that are still there: whoever sends it forgot them."""
    return [one for one in _NAMED.findall(text) if one in VARIABLES]


def fill(text: str, values: Mapping[str, str]) -> str:
    """A variable of which nothing is known stays, for whoever writes to see it; other braces are text."""
    return _NAMED.sub(lambda found: values.get(found[1]) or found[0], text)


def values(conversation: Conversation, language: str, *, name: str, on: dt.date) -> dict[str, str]:
    """What is known for a conversation, in that language: whom it is with, its topic or its subject, and the day."""
    topic = conversation.topic
    procedure = topic.labels.get(language) or topic.labels["ca"] if topic else conversation.subject
    day = format_date(on, "long", locale=_BABEL[language])
    day = re.sub(r"\bde (?=[ao])", "d’", day) if language == "oc" else day  # CLDR does not elide in Aranese
    return {"nom": name, "tramit": procedure, "data": day}


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """(text, language): the one asked for, else Catalan, which every template has."""
    return (texts[language], language) if texts.get(language) else (texts["ca"], "ca")
