"""Personal names as Catalan and Spanish sources write them: one form to compare, and parts from a whole name."""

from __future__ import annotations

import functools
import re
import unicodedata

# Words that belong to the surname after them.
PARTICLES = frozenset(
    "de del dels d la las los les i y e el al ben bin ibn abu van von da do dos das di san sant santa".split()
)
# Second halves of compound given names, where a third word could be taken for a surname.
SECOND_GIVEN = frozenset(
    "maria jose josep joan antoni antonio anna ana lluis luis carles carlos carme carmen pilar dolors dolores "
    "angels angeles angel miquel miguel manel manuel ramon francesc francisco javier xavier ignasi ignacio "
    "isabel teresa mercedes rosa pau pere jordi eulalia victoria cristina elena helena luisa lluisa jesus "
    "alberto andres enrique rafael".split()
)
_word = re.compile(r"[^\W\d_]+(?:['’·\-][^\W\d_]+)*\.?")


@functools.lru_cache(maxsize=65536)
def normalise(name: str) -> str:
    """Lower case, no accents, no punctuation, one space: `Gabriel·la d’Íscar` -> `gabriella d iscar`."""
    plain = unicodedata.normalize("NFKD", name.replace("·", "").replace("ŀ", "l")).casefold()
    plain = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(plain.split())


@functools.lru_cache(maxsize=65536)
def split(full_name: str) -> tuple[str, str, str]:
    """Given name, first and second surname. One word alone is a given name, and so is what cannot be told apart."""
    if "," in full_name:
        surnames, _, given = full_name.partition(",")
        first, second = _two(_groups(surnames))
        return given.strip(), first, second
    groups = _groups(full_name)
    if len(groups) < 2:
        return " ".join(groups), "", ""
    size = 1 if len(groups) <= 3 else len(groups) - 2
    if len(groups) == 3 and normalise(groups[1]) in SECOND_GIVEN and normalise(groups[0]) in SECOND_GIVEN:
        size = 2
    return " ".join(groups[:size]), *_two(groups[size:])


def _groups(text: str) -> list[str]:
    """Words, each with the particles before it."""
    groups: list[str] = []
    held: list[str] = []
    for word in _word.findall(text):
        held.append(word)
        if normalise(word) not in PARTICLES:
            groups.append(" ".join(held))
            held = []
    if held:
        groups.append(" ".join(held))
    return groups


def _two(groups: list[str]) -> tuple[str, str]:
    return (groups[0] if groups else ""), " ".join(groups[1:])


@functools.lru_cache(maxsize=65536)
def surname_key(surname: str) -> str:
    """A surname without its particles: `i Ferrer`, `de la Torre` -> `ferrer`, `torre`."""
    words = normalise(surname).split()
    return " ".join([word for word in words if word not in PARTICLES] or words)
