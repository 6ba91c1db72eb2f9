"""How names of places and topics are written, and when two writings are the same name."""

from __future__ import annotations

import re
import unicodedata

_CATALAN = ("el", "la", "els", "les", "l'", "lo")
_ARTICLES = (*_CATALAN, "los", "las", "es", "sa", "ses", "s'", "eth", "era")
_LEADING = frozenset(article.rstrip("'") for article in _ARTICLES)
LONGEST = 200  # an index holds no longer key, and no name needs one
_WORD = re.compile(r"[^\W_]+")


def natural(name: str) -> str:
    """The name as people write it: "Montmell, El" is "el Montmell". Other commas stay: "Cruïlles, Monells i ..."."""
    head, comma, tail = name.strip().rpartition(",")
    article = tail.strip().replace("’", "'")
    if not comma or not head.strip() or article.lower() not in _ARTICLES:
        return name.strip()
    if article.lower() in _CATALAN:  # Aranese writes its article with a capital (Es Bòrdes): left as it comes
        article = article.lower()
    return f"{article}{'' if article.endswith(chr(39)) else ' '}{head.strip()}"


def key(name: str) -> str:
    """What two writings of one name share: no accents, case, punctuation, leading article, or leading zeros of a code.

    A name that is nothing but an article (Les, in Aran) stays. No letters or digits at all: the empty string.
    """
    plain = unicodedata.normalize("NFKD", natural(name).casefold())
    words = _WORD.findall("".join(c for c in plain if not unicodedata.combining(c) and c != "·"))
    if len(words) > 1 and words[0] in _LEADING:
        del words[0]
    if len(words) == 1 and words[0].isdecimal():
        return words[0].lstrip("0") or "0"
    return " ".join(words)[:LONGEST]
