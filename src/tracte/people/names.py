"""Personal names as Catalan and Spanish sources write them: one form to compare, and parts from a whole name."""

from __future__ import annotations

import functools
import re
import unicodedata

# Words that belong to the surname after them.
PARTICLES = frozenset(
    "de del dels d la las los les i y e el al ben bin ibn abu van von da do dos das di san sant santa".split()
)
# Given names of two words, where the second could be taken for a surname: the first -> what follows it.
_COMPOUNDS = """
maria m ma: teresa rosa carme carmen dolors dolores angels angeles jose josep josefa lluisa luisa pilar isabel
    antonia mercedes merce victoria cristina elena helena jesus fernanda eugenia montserrat assumpcio neus nieves
    concepcio concepcion soledad amparo paz luz mar laura ines belen camila alejandra paula magdalena elisa
josep jose j: maria lluis luis antoni antonio manel manuel ramon miquel miguel joan juan carles carlos francesc
    francisco vicent vicente ignasi ignacio enric enrique angel alberto xavier javier andres rafael fernando eduardo
joan juan: carles carlos antoni antonio manel manuel josep jose francesc francisco ramon lluis luis miquel miguel
    pere pedro pau pablo maria ignasi ignacio jesus andres david diego sebastian
lluis luis: maria miquel miguel albert alberto ferran fernando carlos enrique antonio manuel angel felipe javier
    alfonso
francesc francisco fco: xavier javier jose josep manuel antonio | miquel miguel: angel | victor: manuel hugo
marc marco: antoni antonio | julio: cesar | cesar: augusto
carles carlos: albert alberto andres eduardo enrique manuel javier jose luis | angel: luis maria
manuel: jose antonio | antoni antonio: josep jose maria luis manuel | pere pedro: lluis luis jose pablo maria
jesus: maria manuel antonio | jorge jordi: luis enrique alberto
anna ana: maria isabel belen cristina rosa paula lucia carolina milena | rosa: maria ana isabel elena elvira
luz: marina maria elena dary | diana: carolina patricia marcela | paula: andrea | claudia: patricia marcela
diego: armando andres fernando alejandro | luisa: fernanda maria | sandra: milena patricia | laura: isabel
blanca: nieves | fatima: zahra ezzahra zohra
""".replace("\n    ", " ").replace("\n", " | ")
COMPOUNDS = frozenset(
    (first, second)
    for firsts, _, seconds in (each.partition(":") for each in _COMPOUNDS.split("|"))
    for first in firsts.split()
    for second in seconds.split()
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
    """Given name, first and second surname. One word alone is a given name, and so are two that make one together."""
    if "," in full_name:
        surnames, _, given = full_name.partition(",")
        first, second = _two(_groups(surnames))
        return given.strip(), first, second
    groups = _groups(full_name)
    if len(groups) < 2:
        return " ".join(groups), "", ""
    size = 1 if len(groups) <= 3 else len(groups) - 2
    if size == 1 and _is_compound(normalise(groups[0]), normalise(groups[1])):
        size = 2
    return " ".join(groups[:size]), *_two(groups[size:])


def _is_compound(first: str, second: str) -> bool:
    """Are these one given name? `Maria Teresa`, `M. Teresa`, `Josep M.`, `Maria dels Àngels`."""
    *particles, last = second.split()
    return len(first) > len(second) == 1 or ((first, last) in COMPOUNDS and PARTICLES.issuperset(particles))


def _groups(text: str) -> list[str]:
    """Words, each with the particles before it. A letter that begins a name is an initial: `E. Merino`."""
    groups: list[str] = []
    held: list[str] = []
    for word in _word.findall(text):
        held.append(word)
        is_initial = not groups and len(held) == 1 == len(normalise(word))
        if is_initial or normalise(word) not in PARTICLES:
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
