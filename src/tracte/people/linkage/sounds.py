"""How a Catalan or Spanish name sounds, so that what a telephone agent heard meets what a form says.

One code for both languages: what either writes in two ways for one sound is written once. Pure and cached.
"""

from __future__ import annotations

import functools
import re

# In this order; on normalised text (lower case, no accents). `x` stands for the sound of `Xavier`, `s` for every
# sibilant, `g` for the guttural of `guerra`, `j` for what Catalan and Spanish write with j, g or x.
_RULES = [
    (r"l l|ll|ly|l·l", "l"),
    (r"ny|gn", "n"),
    (r"qu|ck|k|q", "K"),
    (r"gu(?=[ei])", "G"),
    (r"sch|tj|tg|dj|tx|ch|ix\b|ig\b|x(?=[aeiou])|g(?=[eiy])|j", "j"),
    (r"c(?=[eiy])|ss|z|tz|ts|x", "s"),
    (r"ph", "f"),
    (r"[vbw]", "b"),
    (r"h", ""),
    (r"y", "i"),
    (r"mb(?!\w)", "m"),
    (r"n(?=[bp])", "m"),
    (r"d\b|t\b", "t"),
    (r"G", "g"),
    (r"K", "c"),
    (r"(.)\1+", r"\1"),
]
_rules = [(re.compile(pattern), sound) for pattern, sound in _RULES]
_vowels = re.compile(r"(?<!^)[aeiou](?!$)")


@functools.lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """The sound of one normalised name: `ximenez`, `jimenez`, `gimenez` -> `jmns`. Unstressed vowels say little."""
    for pattern, heard in _rules:
        word = pattern.sub(heard, word)
    return _vowels.sub("", word) or word
