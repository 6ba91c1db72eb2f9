"""Why somebody was given a conversation, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy

LANGUAGES = {
    "ca": gettext_lazy("català"),
    "es": gettext_lazy("castellà"),
    "oc": gettext_lazy("aranès"),
    "en": gettext_lazy("anglès"),
}


def said(why: Mapping[str, Any], topic: str = "") -> str:
    """«parla aranès, en té 3 de 8, és qui fa més que no en rep cap». `topic`: how that of `why` is called."""
    return ", ".join([*_fits(why, topic), *_weighs(why)])


def _fits(why: Mapping[str, Any], topic: str) -> list[str]:
    if why.get("continuity"):
        return [gettext("fa poc que va contestar a la mateixa persona")]
    parts = []
    if "language" in why:
        language = {"language": LANGUAGES.get(why["language"], why["language"])}
        known = gettext("parla %(language)s") if why["speaks"] else gettext("ningú amb lloc no parla %(language)s")
        parts.append(known % language)
    if "knows" in why:
        parts.append(gettext("coneix el tema %(topic)s") % {"topic": topic} if topic else gettext("coneix el tema"))
    return parts


def _weighs(why: Mapping[str, Any]) -> list[str]:
    parts = [gettext("en tenia %(has)s de %(most)s") % {"has": why["has"], "most": why["most"]}]
    if why.get("way") == "turns" and why["of"] > 1:
        parts.append(gettext("és qui fa més que no en rep cap"))
    elif why.get("way") == "load" and why["of"] > 1:
        parts.append(gettext("és qui en té menys per al que pot portar"))
    return parts
