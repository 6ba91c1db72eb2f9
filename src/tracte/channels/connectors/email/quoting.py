"""New text apart from the text it answers, in plain mail and in HTML turned to text.

Mail programs mark what they quote in three ways: `> ` before each line, a line that attributes it ("El dl., 28 de set.
2026 a les 9:12, Mercè va escriure:"), or a block of headers ("De: ... Enviat: ... Per a: ... Assumpte: ..."). Patterns
for Catalan, Spanish, Occitan, French, English, and the neighbours' (pt, it, de, ru) where they cost nothing.
"""

from __future__ import annotations

import re

_LONGEST = 400  # characters of an attribution
_QUOTED = re.compile(r" ?>")
_SEPARATOR = re.compile(
    r"\s*[-_*]{2,}\s*(original message|reply message|missatge original|mensaje original|messatge original"
    r"|message d'origine|message original|messatge d'origina|mensagem original|messaggio originale"
    r"|urspr[üu]ngliche nachricht|исходное сообщение)\s*:?\s*[-_*]{2,}\s*$",
    re.I,
)
# What somebody forwards is new to this conversation: it stays.
_FORWARD = re.compile(
    r"\s*(-{2,}\s*(forwarded message|missatge reenviat|mensaje reenviado|messatge transmés|message transf[ée]r[ée])"
    r"|(begin forwarded message|inicia? (el|del) missatge reenviat|inicio del mensaje reenviado"
    r"|d[ée]but du message (transf[ée]r[ée]|réexpédié))\s*:)",
    re.I,
)
_RULE = re.compile(r"\s*[-_=*]{5,}\s*$")
_WROTE = re.compile(
    r"(wrote|writes|va escriure|ha escrit|escrigué|escriu|va dir|escribi[óo]|escribe|ha escrito|a écrit|écrivait"
    r"|a escrich|escriguèt|escreveu|ha scritto|schrieb\b.*|написал\(?а?\)?|пишет)\s*:\s*$",
    re.I,
)
_OPENING = re.compile(
    r"\s*(-{2,3}\s*)?(on|el|la|lo|le|a|al|dia|em|il|am|en|na|missatge de|mensaje de|message de|messatge de)\b", re.I
)
_MESSAGE_FROM = re.compile(r"\s*(missatge de|mensaje de|messatge de)\s.{3,200}\b(del?|lo) (dia|d[ií]a|jorn)\b", re.I)
_DATED = re.compile(r"\d{1,4}[:/.\-]\d|\b\d{1,2}\b.*\b(19|20)\d\d\b|\d{1,2} ?h ?\d{2}", re.S)
_HINT = re.compile(r":|--|__|\*\*")  # most lines have none of these: look no further
_DATE_FIRST = re.compile(r"\s*\d{1,4}[./-]\d{1,2}")
_LABELS = {
    "from": "from, de, da, von, от, remitent",
    "sent": "sent, enviat, enviat el, enviada, enviado, enviado el, envoyé, mandat, отправлено",
    "date": "date, data, fecha, datum, дата",
    "to": "to, per a, a, para, à, per, an, кому",
    "other": "cc, a/c, bcc, cco, reply-to, respon a, importance, importància, importancia",
    "subject": "subject, assumpte, tema, asunto, objet, subjècte, objècte, assunto, oggetto, betreff, тема",
}
_LABEL = {name: kind for kind, names in _LABELS.items() for name in names.split(", ")}
_FIELD = re.compile(r"\s*\*?([\w/-]{1,12}(?: [ae]l?)?)\s?:\*?(?:\s|$)")


def split(text: str) -> tuple[str, bool]:
    """The new text, and whether something was quoted. Never empty when `text` is not: what only quotes is kept."""
    lines = text.split("\n")
    end = _cut(lines)
    kept = _without_marks(lines[:end])
    if end == len(kept) == len(lines):
        return text.strip(), False
    new = "\n".join(kept).strip()
    return new or text.strip(), True


def _cut(lines: list[str]) -> int:
    """The first line from which nothing is new; the number of lines when there is none."""
    for number, line in enumerate(lines):
        if _QUOTED.match(line) or not (_HINT.search(line) or _OPENING.match(line)):
            continue
        if _FORWARD.match(line):
            break
        if _SEPARATOR.match(line) or _header_block(lines, number):
            return _rule_above(lines, number)
        length = _attribution(lines, number)
        if length and not _quoted_next(lines, number + length):
            return number
    return len(lines)


def _rule_above(lines: list[str], number: int) -> int:
    """Outlook draws a line of underscores above its block: it goes with it."""
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above]) else number


def _header_block(lines: list[str], number: int) -> bool:
    """Three kinds of header, together, one of them a sender's. A journey also has De, A and Data: so an address, a
    subject or a moment of sending must be there too."""
    if _label(lines[number]) not in ("from", "date", "subject"):
        return False
    kinds: list[str] = []
    strangers = 0
    block = [line for line in lines[number : number + 16] if line.strip()][:9]
    for line in block:
        kind = _label(line)
        strangers = 0 if kind else strangers + 1
        if strangers > 2 or kind in kinds:
            break
        kinds += [kind] if kind else []
    known = {"date" if kind == "sent" else kind for kind in kinds} - {"other"}
    if "from" not in known or len(known) < 3:
        return False
    return "subject" in known or "sent" in kinds or any("@" in line for line in block)


def _label(line: str) -> str:
    found = _FIELD.match(line)
    return _LABEL.get(found[1].lower(), "") if found else ""


def _attribution(lines: list[str], number: int) -> int:
    """How many lines the attribution that starts here takes (mail programs wrap it); 0 when none does."""
    if not _OPENING.match(lines[number]):
        return 0
    whole = ""
    for length, line in enumerate(lines[number : number + 4], start=1):
        if not line.strip():
            return 0
        whole = f"{whole} {line.strip()}"
        if line.rstrip().endswith(":"):
            wrote = len(whole) < _LONGEST and (_WROTE.search(whole) or _MESSAGE_FROM.match(whole))
            return length if wrote and _DATED.search(whole) else 0
    return 0


def _quoted_next(lines: list[str], number: int) -> bool:
    following = next((line for line in lines[number : number + 4] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _without_marks(lines: list[str]) -> list[str]:
    """Drop each `> ` block and the attribution above it; answers written between the blocks stay."""
    kept: list[str] = []
    quoting = False
    for line in lines:
        if _QUOTED.match(line):
            if not quoting:
                _drop_attribution(kept)
            quoting = True
        elif line.strip() or not quoting:
            quoting = False
            kept.append(line)
    return kept


def _drop_attribution(kept: list[str]) -> None:
    """Above a quoted block any line in any language that ends in a colon and names a moment, an address or the act."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    if not end or not kept[end - 1].rstrip().endswith((":", "：")):
        return
    named = False
    for start in range(end - 1, max(-1, end - 4), -1):
        if not kept[start].strip():
            break
        whole = " ".join(kept[start:end])[:_LONGEST]
        named = bool("@" in whole or _DATED.search(whole) or _WROTE.search(whole))
        opens = (
            start == 0 or not kept[start - 1].strip() or _OPENING.match(kept[start]) or _DATE_FIRST.match(kept[start])
        )
        if opens and named:
            del kept[start:]
            return
    if named:
        del kept[end - 1 :]
