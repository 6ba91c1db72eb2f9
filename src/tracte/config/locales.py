"""The four languages: what Django and Babel must be told about them. Catalan is the source; texts live in `locale/`."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from babel import dates
from django.conf import locale, settings
from django.utils import timezone
from django.utils.translation import get_language, gettext

from tracte.core.clock import now

# Our code -> (what a browser reads in `lang`, what Babel calls it, the clock).
LANGUAGES = {
    "ca": ("ca", "ca", "H.mm"),
    "es": ("es", "es", "H:mm"),
    "oc": ("oc-aranes", "oc_ES", "H.mm"),
    "en": ("en", "en_GB", "H:mm"),
}


# A list says the same few days again and again, and a pattern is slow to fill.
format_date = lru_cache(maxsize=4096)(dates.format_date)


def register() -> None:
    """Django ships no Occitan. Settings call this before any translation is asked for."""
    locale.LANG_INFO["oc"] = {"bidi": False, "code": "oc", "name": "Occitan (Aranese)", "name_local": "aranés"}


def current() -> str:
    """Code of the language being spoken now: one of LANGUAGES, Catalan when nothing was chosen."""
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return code if code in LANGUAGES else "ca"


def html_lang() -> str:
    return LANGUAGES[current()][0]


def day(date: dt.date, *, year: bool = True) -> str:
    """A day in words: «1 d’abril del 2026», or without its year."""
    _, babel, _ = LANGUAGES[current()]
    if year:
        words = format_date(date, "long", locale=babel)
    else:
        words = format_date(date, "d 'de' MMMM" if current() in ("es", "oc") else "d MMMM", locale=babel)
    # CLDR does not elide in Aranese: «2 de octobre».
    return re.sub(r"\bde (?=[ao])", "d’", words) if current() == "oc" else words


def clock(time: dt.datetime) -> str:
    """Hours and minutes of this place: «9.12»."""
    _, babel, pattern = LANGUAGES[current()]
    return dates.format_datetime(timezone.localtime(time), pattern, locale=babel)


def in_words(moment: dt.date | dt.datetime) -> str:
    """«avui, 9.12», «ahir, 18.03», «dimarts, 10.31», «2 d’octubre», «2 d’octubre del 2025». A date has no clock."""
    date = timezone.localtime(moment).date() if isinstance(moment, dt.datetime) else moment
    today = timezone.localtime(now()).date()
    near = {0: gettext("avui"), 1: gettext("ahir"), -1: gettext("demà")}
    ago = (today - date).days
    if ago in near:
        words = near[ago]
    elif 1 < ago < 7:
        words = format_date(date, "EEEE", locale=LANGUAGES[current()][1])
    else:
        return day(date, year=date.year != today.year)
    return f"{words}, {clock(moment)}" if isinstance(moment, dt.datetime) else words
