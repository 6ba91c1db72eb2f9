"""Bytes of a mail to text whatever charset was declared, and HTML to the plain text of mail. Never raises."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from html import unescape

import nh3

_NAME = re.compile(r"[\w.:+-]{1,40}")
# Real mail: misspellings, and old names that Python does not know.
_ALIASES = {
    "uft-8": "utf-8",
    "utf": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unknown": "ascii",
    "unknown-8bit": "ascii",
    "ks_c_5601-1987": "cp949",
    "gb2312": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
}
# Quadratic on long input, or not charsets at all: a hostile header could ask for them.
_REFUSED = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_LATIN = {"ascii", "iso8859-1", "cp1252"}
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "table"}
_LINES = {"div", "br", "li", "tr", "hr", "dt", "dd", "section", "article", "header", "footer", "address", "center"}
_CELLS = {"td", "th"}
_QUOTE = "blockquote"
_HIDDEN = {"script", "style", "title", "template", "noscript", "svg", "math"}
# nh3 (html5ever) closes what was left open and drops comments, scripts and styles: what remains is regular enough
# for one regular expression. One class stays: Outlook's "MsoNormal" is a paragraph that means a line.
_CLEANER = nh3.Cleaner(
    tags=_PARAGRAPHS | _LINES | _CELLS | {_QUOTE},
    clean_content_tags=_HIDDEN,
    attributes={},
    allowed_classes={"p": {"MsoNormal"}},
    link_rel=None,
)
_TOKEN = re.compile(r"<(/?)([a-z0-9]+)([^<>]*)>|([^<]+)|<[!?][^<>]*>?|<", re.I)
_SPACES = re.compile(r"[ \t\r\n\f]+")
# html5ever looks through every open element at each tag: ten thousand open <div> take a second, a million an age.
_MAX_NESTING = 300
_NESTING = re.compile(r"<(/?)(?!(?:p|br|hr|img|li|t[dhr]|d[dt]|meta|link|input|col|option|area|base|wbr)\b)[a-z]", re.I)


@lru_cache(maxsize=512)
def codec(name: str) -> str:
    """Python's name of a charset; empty when unknown or refused."""
    name = name.strip().strip("\"'").lower()
    if not _NAME.fullmatch(name):
        return ""
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
        b"a".decode(found)  # refuses what is not a text encoding: zip, hex, rot13
    except (LookupError, UnicodeError, ValueError):
        return ""
    return "" if found in _REFUSED else found


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Text, and the name of the lie found: `charset_lies`, `charset_unknown`, `charset_missing` or empty."""
    name = codec(declared) if declared else "ascii"
    if data.isascii() and (not name or name in _LATIN or name == "utf-8"):
        return data.decode("ascii"), "" if name else "charset_unknown"
    if name not in ("", *_LATIN):
        try:
            return data.decode(name), ""
        except (UnicodeError, ValueError):
            if name != "utf-8" and not is_utf8(data):
                return data.decode(name, "replace"), "charset_lies"
    doubt = "charset_missing" if not declared else "charset_lies" if name else "charset_unknown"
    if is_utf8(data):  # it proves itself; the rest of Western mail is Windows-1252, whatever it says
        return data.decode("utf-8", "replace"), doubt
    if name == "iso8859-1" and not any(0x80 <= byte < 0xA0 for byte in set(data)):
        return data.decode("iso8859-1"), ""
    return data.decode("cp1252", "replace"), "" if name == "cp1252" else doubt


def is_utf8(data: bytes) -> bool:
    """Valid, or nearly: a character cut in two among good ones."""
    try:
        data.decode("utf-8")
        return True
    except UnicodeError:
        text = data.decode("utf-8", "replace")
    return text.count("\ufffd") * 4 <= len(text) - len(text.encode("ascii", "ignore"))


def clean(text: str) -> str:
    """Without what neither PostgreSQL nor JSON in UTF-8 can hold; line ends are `\\n`."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub("", text) if _UNWANTED.search(text) else text


def from_html(html: str) -> str:
    """Plain text: one line per block, one blank line between paragraphs, `> ` before what was quoted."""
    page = _Page()
    kept = hidden = 0
    for token in _TOKEN.finditer(html if _too_deep(html) else _CLEANER.clean(html)):
        closing, tag, attributes, words = token.groups("")
        tag, step = tag.lower(), -1 if closing else 1
        if tag in _HIDDEN:  # only where nh3 did not clean
            hidden = max(0, hidden + step)
        elif hidden or not (words or tag):
            continue
        elif words:
            page.write(unescape(words), keep=kept > 0)
        else:
            kept = max(0, kept + (tag == "pre") * step)
            page.tag(tag, step, outlook="MsoNormal" in attributes)
    page.end_line()
    return "\n".join(page.lines)


def _too_deep(html: str) -> bool:
    depth = 0
    for tag in _NESTING.finditer(html) if html.count("<") > _MAX_NESTING else ():
        depth += -1 if tag[1] else 1
        if depth > _MAX_NESTING:
            return True
    return False


class _Page:
    """The lines written so far. `blank`: a paragraph ended, so the next words come after an empty line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.depth = 0
        self.blank = False

    def tag(self, tag: str, step: int, *, outlook: bool) -> None:
        """A tag that opens (`step` 1) or closes (-1)."""
        if tag == _QUOTE:
            self.end_line()
            self.depth = max(0, self.depth + step)
        elif tag in _CELLS:
            self.write(" ")
        elif tag == "br":
            self.end_line(force=True)
        elif tag in _PARAGRAPHS or tag in _LINES:
            self.end_line()
            self.blank |= tag in _PARAGRAPHS and not outlook and not (tag == "p" and step < 0)
            if tag == "li" and step > 0:
                self.write("- ")

    def write(self, words: str, *, keep: bool = False) -> None:
        if keep:
            *ended, words = words.split("\n")
            for line in ended:
                self.words.append(line)
                self.end_line(force=True)
        else:
            words = _SPACES.sub(" ", words)
        if words:
            self.words.append(words)

    def end_line(self, *, force: bool = False) -> None:
        line = "".join(self.words)
        self.words.clear()
        empty_paragraph = "\xa0" in line  # how Outlook leaves a line free
        line = _SPACES.sub(" ", line).replace("\xa0", " ").strip()
        if not line and not force:
            self.blank |= empty_paragraph
            return
        if line and self.blank and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.prefix.rstrip())
        self.blank = self.blank and not line
        self.lines.append((self.prefix + line).rstrip())

    @property
    def prefix(self) -> str:
        # Hostile nesting: a thousand levels would make each line a thousand marks long.
        return "> " * min(self.depth, 10)
