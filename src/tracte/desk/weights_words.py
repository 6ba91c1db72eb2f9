"""What a model says, for somebody who is no statistician: comparisons, levels, weights and chances in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracte.people.linkage import guard
from tracte.people.linkage.model import Model, probability, weight

COLUMNS = {
    "given": _("Nom de pila"),
    "sur1": _("Primer cognom"),
    "sur2": _("Segon cognom"),
    "born": _("Data de naixement"),
    "documents": _("Document"),
    "national_id": _("Document"),
    "phones": _("Telèfon"),
    "phone": _("Telèfon"),
    "emails": _("Correu"),
    "email": _("Correu"),
    "postcode": _("Codi postal"),
    "place": _("Territori"),
    "address": _("Adreça"),
    "locality": _("Població"),
    "birth_place": _("Lloc de naixement"),
    "region": _("Regió"),
    "sex": _("Sexe"),
    "occupation": _("Ofici"),
    "text": _("Text"),
}
# A level is known by the label that training keeps in the model (`linkage.comparisons`).
LEVELS = {
    "unknown": _("no se sap"),
    "same": _("igual"),
    "nickname": _("forma curta de l’altre"),
    "one letter": _("una lletra de diferència"),
    "part": _("l’un és part de l’altre"),
    "initial": _("la mateixa inicial"),
    "alike": _("s’assembla"),
    "swapped": _("canviat d’ordre"),
    "one digit": _("una xifra de diferència"),
    "two digits": _("dues xifres de diferència"),
    "within a year": _("a menys d’un any"),
    "same area": _("mateixa zona"),
    "different": _("diferent"),
}
UNKNOWN, DIFFERENT = -1, 0
UNCOMMON, RARE, COMMON = 2.0, 5.0, -2.0  # bits that a value adds to, or takes from, the weight of agreeing on it
WHY = {
    "band": _("S’assemblen, però no prou per ajuntar-les sense que ningú ho miri."),
    "group": _("Encaixen, però altres fitxes d’alguna de les dues persones hi discrepen."),
    "guard": _("Hi ha una cosa que cap pes no compensa, i per això no s’han ajuntat soles."),
}
STRENGTHS = (
    (6.0, _("molt a favor")),
    (3.0, _("força a favor")),
    (1.0, _("una mica a favor")),
    (-1.0, _("gairebé no diu res")),
    (-3.0, _("una mica en contra")),
    (-6.0, _("força en contra")),
    (-math.inf, _("molt en contra")),
)
_NUMBERS = {"oc": "es", "en": "en_GB"}  # Babel writes Aranese numbers as in English


def number(value: float, pattern: str = "#,##0.#") -> str:
    """As the page's language writes it."""
    code = (get_language() or "ca").split("-")[0]
    return format_decimal(value, pattern, locale=_NUMBERS.get(code, code))


def bits(value: float) -> str:
    """«+7,1», «−2,3», «0»."""
    return number(value, "+0.0;−0.0") if abs(value) >= 0.05 else "0"


def chance(total: float) -> str:
    """How likely a total makes it, as a share: «97 %», «99,4 %», «més del 99,9 %». Never all, never nothing."""
    share = 100 * probability(total)
    if share >= 99.95:
        return gettext("més del %(share)s %%") % {"share": number(99.9)}
    if share < 0.5:
        return gettext("menys de l’1 %%") % {}
    return gettext("%(share)s %%") % {"share": number(share if share >= 99 else round(share))}


def levels(model: Model, column: str) -> dict[int, dict[str, Any]]:
    """Number of each level of a column -> the level."""
    return {place: level for name, place, level in model.levels() if name == column}


def label(model: Model, column: str, level: int) -> str:
    """What training called this level."""
    return "unknown" if level == UNKNOWN else levels(model, column).get(level, {}).get("label_for_charts", "")


def said(model: Model, column: str, level: int, told: float) -> str:
    """«igual, poc freqüent»: what a comparison of two records said."""
    name = label(model, column, level)
    words = str(LEVELS.get(name, name))
    return f"{words}, {rarity}" if name == "same" and (rarity := _rarity(model, column, level, told)) else words


def _rarity(model: Model, column: str, level: int, told: float) -> str:
    """How frequent the value is that both have, where that changes what it weighs."""
    more = told - weight(levels(model, column)[level])
    if more >= RARE:
        return gettext("rar")
    if more >= UNCOMMON:
        return gettext("poc freqüent")
    return gettext("molt freqüent") if more <= COMMON else ""


def held(weights: Mapping[str, tuple[int, float]]) -> list[str]:
    """Why the guard does not let such a pair be linked by itself."""
    level = {column: told[0] for column, told in weights.items()}
    found = []
    if level.get(guard.NAME, UNKNOWN) == UNKNOWN:
        found.append(gettext("D’una de les dues no se sap el nom de pila."))
    elif level[guard.NAME] == DIFFERENT:
        found.append(gettext("El nom de pila és diferent: poden ser parents que comparteixen telèfon o adreça."))
    for column in guard.NEVER_DIFFERENT:
        if level.get(column, UNKNOWN) == DIFFERENT:
            found.append(gettext("%(column)s: és diferent a cada una.") % {"column": COLUMNS[column]})
    if not guard.holds({column: told for column, told in level.items() if told != DIFFERENT} | {guard.NAME: 1}):
        found.append(gettext("Fora del nom, res de prou propi no coincideix: ni document, ni telèfon, ni correu."))
    elif level[guard.NAME] in guard.SLIPS:
        found.append(gettext("Els noms de pila s’assemblen, però tots dos són noms corrents: poden ser dues persones."))
    elif not found:
        found.append(gettext("Més d’una persona es pot dir així: el nom i el lloc no són prou."))
    return found


def agreement(weights: Mapping[str, tuple[int, float]]) -> str:
    """«Coincideixen: primer cognom, telèfon. Són diferents: nom de pila.» What, never with which value."""
    told = sorted(weights.items(), key=lambda one: -abs(one[1][1]))
    agree = ", ".join(str(COLUMNS.get(column, column)).lower() for column, (level, _) in told if level > DIFFERENT)
    differ = ", ".join(str(COLUMNS.get(column, column)).lower() for column, (level, _) in told if level == DIFFERENT)
    alike = gettext("S’assemblen en: %(columns)s.") % {"columns": agree} if agree else ""
    apart = gettext("Difereixen en: %(columns)s.") % {"columns": differ} if differ else ""
    return f"{alike} {apart}".strip()


def strength(value: float) -> str:
    """What so many bits mean: «força a favor»."""
    return str(next(words for least, words in STRENGTHS if value >= least))


def times(value: float) -> str:
    """The same as a ratio: «unes 120 vegades més sovint si són la mateixa persona»."""
    ratio = 2.0 ** abs(value)
    if ratio < 1.5:
        return gettext("tan sovint si són la mateixa persona com si no")
    much = number(_rounded(ratio))
    if value > 0:
        return gettext("unes %(times)s vegades més sovint si són la mateixa persona") % {"times": much}
    return gettext("unes %(times)s vegades menys sovint si són la mateixa persona") % {"times": much}


def one_in(prior: float) -> str:
    """The prior, in words: of so many pairs drawn at random, one is one person."""
    pairs = _rounded(1 / probability(prior))
    words = ngettext(
        "De cada parella de fitxes triada a l’atzar, una és de la mateixa persona.",
        "De cada %(pairs)s parelles de fitxes triades a l’atzar, una és de la mateixa persona.",
        int(pairs),
    )
    return words % {"pairs": number(pairs)}


def _rounded(value: float) -> float:
    """Two digits that mean something."""
    return round(value, 1 - math.floor(math.log10(value))) if value >= 10 else round(value)
