"""The signature at the end of what somebody wrote: by its mark, by a phone's farewell, by a closing, by the name."""

from __future__ import annotations

import re
import unicodedata

MAX_LINES = 14  # written lines; a longer tail is text
_LONGEST_LINE = 90
_MARK = re.compile(r"\s*(--|—|–|[-_=*]{4,})\s*$")
_DEVICE = re.compile(
    r"\s*(enviat (des )?del? (el )?meu|enviat amb|enviado desde (mi|el)|enviado con|sent (from|with|using)"
    r"|get outlook for|obteniu l'outlook|obtén outlook|baixa l'outlook|envoyé (depuis|de|avec) (mon|ma|yahoo|outlook)"
    r"|obtenir outlook|mandat (dempuèi|del) mon|inviato da)\b.{0,80}$",
    re.I,
)
_CLOSING = re.compile(
    r"\s*((molt(e)?s |muchas )?(gr[àa]cies|gracias|merc[eéè]s|merci|thanks|thank you)( .{0,30})?"
    r"|(ben )?(cordialment|atentament|cordialmente|atentamente|cordialement|respectuosament|coralament|amistats)"
    r"|(una? )?(salutaci(ó|ons)|salut(s)?|(cordial )?saludos?|abra[çz](ada|o))( .{0,25})?"
    r"|(rep|rebeu|reciba|reciban) .{0,50}(salutaci|saludo).{0,20}"
    r"|((best|kind|warm|many) )*(regards|wishes|thanks)|cheers|sincerely|yours( (truly|sincerely|faithfully))?|br"
    r"|bien à vous|salutations( .{0,20})?|с уважением)\s*[,.!]*\s*$",
    re.I,
)
_TELEPHONE = re.compile(r"(?<![\d+])(?:(?:\+|00) ?\d{1,3}[ .]?)?\(?\d{2,3}\)?(?:[ .\-]?\d{2,3}){2,4}(?!\d)")
MAX_TELEPHONES = 2  # more is a directory, not a sender
_NAMED_WITHIN = 4  # written lines of a signature
_PARTICLE = r"[dD][eio]l?s?|l[aeo]s?|el|els|i|y|e|van|von|ben|d['’]\w+"
_NAME = re.compile(rf"(?:(?:[^\W\d_a-z][^\W\d_]*(?:['’·-][^\W\d_]+)*\.?|{_PARTICLE}) ?){{2,7}}")
_WORD = re.compile(r"[^\W\d_]{3,}")


def find(text: str, name: str = "", address: str = "") -> str:
    """The signature as it ends `text` (so that cutting it off is `text.removesuffix`); empty when there is none.

    `name` and `address` are the sender's: their own name alone on a line near the end starts a signature.
    """
    lines = text.rstrip().split("\n")
    first = _tail(lines)
    own = _own_words(name, address)
    start = next((number for number in range(len(lines) - 1, first - 1, -1) if _MARK.match(lines[number])), None)
    if start is None:
        numbers = range(max(first, 1), len(lines))
        start = next((number for number in numbers if _starts(lines, number, own)), None)
    if start is None or not any(line.strip() for line in lines[:start]):
        return ""
    return "\n".join(lines[start:])


def telephones(signature: str) -> list[str]:
    """What is written like a telephone in a signature, as it is written; `people` says which are numbers. None when
    there are many: then it is the signature of a whole office."""
    found = [number for number in dict.fromkeys(_TELEPHONE.findall(signature)) if sum(map(str.isdigit, number)) >= 9]
    return found if len(found) <= MAX_TELEPHONES else []


def full_name(signature: str, name: str, address: str) -> str:
    """The sender's name as the signature has it, where it says more than the header's `name`; else that one.

    It must be theirs: each word of `name` is in it, of an initial the first letter; without a `name`, a word of it is
    in the address. "J. Salom", or nothing before salom.lluc@…, and a signature "Joan Salom Riba": the latter.
    """
    said, local = _fold(name).replace(".", " ").replace(",", " ").split(), _fold(address.partition("@")[0])
    for line in [line.strip(" -–—*_,.") for line in signature.split("\n") if line.strip()][:_NAMED_WITHIN]:
        words = _fold(line).split()
        if not _NAME.fullmatch(line) or len(words) < max(2, len(said) + 1 - any(len(word) == 1 for word in said)):
            continue
        left = list(words)
        if all(_take(word, left) for word in said) if said else any(len(w) > 3 and w in local for w in words):
            return line
    return name


def _take(said: str, left: list[str]) -> bool:
    """Take from the words that are left the one that was said, whole or as an initial."""
    found = next((word for word in left if word == said or (len(said) == 1 and word.startswith(said))), None)
    if found:
        left.remove(found)
    return found is not None


def _tail(lines: list[str]) -> int:
    """Where the last written lines that are short enough for a signature begin."""
    written = 0
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].strip()
        written += bool(line)
        if len(line) > _LONGEST_LINE or written > MAX_LINES:
            return number + 1
    return 0


def _starts(lines: list[str], number: int, own: set[str]) -> bool:
    line = lines[number].strip()
    if not line:
        return False
    if _DEVICE.match(line):
        return not any(rest.strip() for rest in lines[number + 1 :][:3]) or not lines[number - 1].strip()
    if _CLOSING.match(line) and len(line) < 60:
        return number + 1 < len(lines) or not lines[number - 1].strip()
    if not own or lines[number - 1].strip() or line.endswith(("?", ":", "!")):
        return False
    said = _WORD.findall(_fold(line))
    return bool(own & set(said)) and 2 * sum(word in own for word in said) >= len(said)


def _own_words(name: str, address: str) -> set[str]:
    local = address.partition("@")[0]
    return set(_WORD.findall(_fold(name))) or set(_WORD.findall(_fold(local)))


def _fold(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in flat if not unicodedata.combining(letter))
