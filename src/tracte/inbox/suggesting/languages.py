"""Which of our four languages a message seems to be in. A guess: what somebody said of their language comes before it.

py3langid weighs the letters, against our four and the others that people write to us in; small words that only one or
two of our languages have (eth, això, the) say what letters cannot in a short text, and Aranese is far from the Occitan
that the model was trained on. Whoever does not clearly write one of ours is not guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

OURS = ("ca", "es", "oc", "en")
RIVALS = ("fr", "it", "pt", "ro", "de", "nl", "pl", "ar", "uk", "ru", "bg", "zh", "ur", "pa", "hi", "bn", "eu")
SURE = 0.5  # below, nothing is guessed
READ = 1000  # characters: more say no more
SHORTEST = 3  # letters
COMMON = np.array([0.3, 0.24, 0, 0])  # of OURS, in the scale of the scores: what most people here write in
SAYS = 2.0  # what the small words weigh; chosen, as SURE and COMMON, on one half of the demo's phrases

_WORDS = {
    "ca": "el els la les amb això aquest aquesta què per al als del dels i o és no em us vaig he puc vull gràcies bon "
    "dia bona una un jo meu meva nosaltres fins molt també perquè quan on com ja sóc soc té tinc hi ho",
    "es": "el los la las con esto este esta qué por al del y o es no me os he puedo quiero gracias buenos días buenas "
    "una un yo mi mis hasta muy también porque cuando dónde cómo ya soy tiene tengo hay lo le para desde sin",
    "oc": "eth era es ath ara deth dera des tath tara enta entà ena en damb aguest aguesta açò qué qu per e o ei non "
    "sai è hè m'a vos voi mercés gràcies bon bona ua un jo mèn mia enquia fòrça tanben perque quan on coma ja soi i ac "
    "cau pòt auer èster auetz avetz sètz qu'ei s'a los lo las adiu sus mès tot que's",
    "en": "the a an and or is are to of in on for with this that what how when where i my we you your please thanks "
    "thank hello have has do does can not it at be from was me",
}
_OF = {word: [code for code in OURS if word in _WORDS[code].split()] for word in " ".join(_WORDS.values()).split()}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
# Addresses say nothing of who writes them, and what stands under the mark of a signature is its owner's, or their
# programme's: «Sent from my iPhone» is not English.
_NOISE = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\d+")
_SIGNATURE = re.compile(r"^\s*(?:--|—|_{4,}|sent (?:from|with)\b|enviad?[ot]? (?:des|amb|con)\w*\b)", re.I | re.M)


def guess(texts: Iterable[str]) -> list[str]:
    """Of each text `ca`, `es`, `oc` or `en`; nothing when it is another language, or too little to tell."""
    return [_guess(text) for text in texts]


def _guess(text: str) -> str:
    text = _written(text)
    if sum(map(str.isalpha, text[:40])) < SHORTEST:
        return ""
    scores = _scores(text)
    best = int(scores.argmax())
    share = 1 / float(np.exp(scores - scores[best]).sum())
    return OURS[best] if best < len(OURS) and share >= SURE else ""


def _written(text: str) -> str:
    """Without signature and addresses; shouting is no language."""
    text = text[:READ].replace("’", "'")
    signature = _SIGNATURE.search(text)
    if signature and text[: signature.start()].strip():
        text = text[: signature.start()]
    text = " ".join(_NOISE.sub(" ", text).split())
    return text.lower() if text.isupper() else text


def _scores(text: str) -> np.ndarray:
    """Of OURS and then RIVALS, in a scale in which they may be compared whatever the length of the text."""
    identifier, places = _identifier()
    encoded = identifier._encode(text)
    scores = identifier._raw_score(encoded)[places] / math.sqrt(len(encoded) or 1)
    scores[: len(OURS)] += COMMON
    words = _WORD.findall(text.lower())
    for word in words:
        for code in (some := _OF.get(word, ())):
            scores[OURS.index(code)] += SAYS / len(some) / math.sqrt(len(words))
    return scores


@cache
def _identifier() -> tuple[LanguageIdentifier, list[int]]:
    """Half a second and 50 MB, when a text first asks for it; with where each of our languages stands in its scores."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    made = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    made.set_languages([*OURS, *RIVALS])
    made._full_model = made.nb_ptc, made.nb_pc, made.nb_classes  # the columns of the others are let go
    return made, [made.nb_classes.index(code) for code in (*OURS, *RIVALS)]
