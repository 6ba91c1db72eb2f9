"""From what people write to the words that are looked up: folded, split, without the words that say nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tracte.core.sql import column, rows

# Snowball stemmers of PostgreSQL; it has none of Occitan, whose words are looked up as they are.
STEMMERS = {"ca": "catalan_stem", "es": "spanish_stem", "oc": "simple", "en": "english_stem"}
LONGEST = 40
MOST = 2_000  # words of one text that are looked up
STEM = "~"  # before a stem, so that it never meets a whole word; after every letter in the order of C
_WORD = re.compile(r"[^\W_]+")
STOP = {
    "ca": frozenset(
        "a al als amb aquest aquesta aixo com d de del dels des el els en entre era es esta et ets fa fins fer ha "
        "he hi ho i jo l la les li lo m me mes meu meva molt n na ni no nos o on pel pels per perque pero puc pot "
        "pots qual quan quant quants que qui quin quina s sense ser seu seva si sobre soc son t te tinc tot un "
        "una uns us va vaig vull ja cal".split()
    ),
    "es": frozenset(
        "a al algo ante como con cual cuando cuanto de del desde donde e el ella en entre era es esta este esto "
        "ha hay he la las le lo los me mi mis mas muy ni no nos o para pero por porque puede puedo que quien "
        "quiero se ser si sin sobre son soy su sus te tengo tu un una unos y ya yo".split()
    ),
    "oc": frozenset(
        "a ath as am aguest aguesta com d de deth dera des e er era es en eth entà enta ei ena entre je jo l la "
        "les li mès mes m me n ne non o ont per perque que qui se s sense son sus t te tot un ua uns".split()
    ),
    "en": frozenset(
        "a about an and are as at be by can do does for from get have how i if in is it me my of on or s that the "
        "there this to t was we what when where which who why will with you your".split()
    ),
}


def fold(text: str) -> str:
    """Without case, accents or the middle dot of l·l: what people forget."""
    plain = unicodedata.normalize("NFKD", text.replace("\0", "").casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and letter != "·")


def split(text: str) -> list[str]:
    """The words of a text, in order; an elided article is a word by itself (l’ajut: l, ajut)."""
    return [word[:LONGEST] for word in _WORD.findall(text.replace("·", ""))]


def spoken(text: str, language: str) -> list[str]:
    """The words worth looking up, as written (lower case, with accents: a stemmer needs them)."""
    stop = STOP[language]
    words = (word.casefold() for word in split(unicodedata.normalize("NFC", text.replace("\0", ""))))
    return [word for word in words if (plain := fold(word)) not in stop and (len(plain) > 1 or plain.isdigit())]


def lexemes(language: str, words: Iterable[str]) -> dict[str, list[str]]:
    """{word: its whole form, then its stems}. One query for any number.

    The stem of the word as written and that of the word without accents, both folded: so «informacions», «informació»
    and «informacio» meet, although a stemmer reads the ending of each in its own way.
    """
    wanted = list(dict.fromkeys(words))
    if not wanted:
        return {}
    forms = list(dict.fromkeys([*wanted, *(fold(word) for word in wanted)]))
    stems = dict(
        rows(
            f"SELECT w, coalesce(ts_lexize('{STEMMERS[language]}', w), '{{}}') FROM unnest(%s::text[]) AS w",  # noqa: S608
            column("text", forms),
        )
    )
    found = {}
    for word in wanted:
        plain = fold(word)
        bare = [fold(stem) for form in (word, plain) for stem in stems[form]]
        found[word] = [plain, *dict.fromkeys(STEM + stem for stem in bare if stem and stem != plain)]
    return found
