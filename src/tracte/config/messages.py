"""Texts into catalogs and catalogs into what Django reads, in plain Python: nobody needs GNU gettext.

`python -m tracte.config.messages` (part of `make fix`) extracts every marked text, merges it into `locale/*/django.po`
and compiles the `.mo` beside it. Catalan is the source: its own catalog holds only what libraries say (`borrowed`).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract as read_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tracte.config.borrowed import TEXTS

SOURCE = Path(__file__).resolve().parents[1]
CATALOGS = Path(__file__).resolve().parent / "locale"
PLURALS = {"ca": "n != 1", "es": "n != 1", "oc": "n > 1", "en": "n != 1"}

# (context, singular, plural): what makes two texts the same text.
Key = tuple[str | None, str, str | None]

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def templates() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("templates/**/*") if path.suffix in (".html", ".txt"))


def extract() -> dict[Key, list[str]]:
    """Every marked text of our own templates and modules, with the files that say it."""
    found: dict[Key, set[str]] = {}
    modules = [path for path in SOURCE.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]
    for path in [*templates(), *modules]:
        for key in _texts(path):
            found.setdefault(key, set()).add(path.relative_to(SOURCE).as_posix())
    return {key: sorted(places) for key, places in sorted(found.items(), key=str)}


def wanted(language: str) -> dict[Key, list[str]]:
    """What a catalog must say: our texts unless it is their source, and the libraries' unless it is English."""
    texts = {} if language == "ca" else extract()
    if language != "en":
        pairs = (text if isinstance(text, tuple) else (text, None) for text in TEXTS)
        texts |= {(None, *pair): ["config/borrowed.py"] for pair in pairs}
    return texts


def read(language: str) -> Catalog:
    """The catalog as committed; a new one begins with its plural rule, without which Django would crash."""
    path = _po(language)
    forms = f"nplurals=2; plural=({PLURALS[language]});"
    start = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {forms}\\n"\n'
    catalog = read_po(io.BytesIO(path.read_bytes() if path.exists() else start.encode()), locale=language)
    # One instant for all: the same texts make the same bytes.
    catalog.creation_date = catalog.revision_date = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    catalog.project, catalog.version, catalog.fuzzy = "tracte", "1", False
    return catalog


def update() -> None:
    """Write `.po` files that hold exactly what is wanted: translations stay, unused texts go, new ones wait empty."""
    for language in PLURALS:
        catalog, texts = read(language), wanted(language)
        for message in [one for one in catalog if one.id and _key(one) not in texts]:
            catalog.delete(message.id, message.context)
        for (context, singular, plural), places in texts.items():
            text = singular if plural is None else (singular, plural)
            catalog.add(text, context=context)
            if stored := catalog.get(text, context):
                stored.locations = [(place, 0) for place in places]
        out = io.BytesIO()
        write_po(
            out, catalog, width=120, omit_header=False, sort_output=True, ignore_obsolete=True, include_lineno=False
        )
        _po(language).parent.mkdir(parents=True, exist_ok=True)
        _po(language).write_bytes(_without_dates(out.getvalue()))


def compiled(language: str) -> bytes:
    """The `.mo` of a committed `.po`."""
    out = io.BytesIO()
    write_mo(out, read(language))
    return out.getvalue()


def compile() -> None:
    for language in PLURALS:
        _po(language).with_suffix(".mo").write_bytes(compiled(language))


def untranslated(language: str) -> list[Key]:
    """Texts that the committed catalog lacks or leaves empty."""
    said = {_key(one): _forms(one.string or "") for one in read(language) if one.id}
    return [key for key in wanted(language) if not all(said.get(key, [""]))]


def _po(language: str) -> Path:
    return CATALOGS / language / "LC_MESSAGES" / "django.po"


def _key(message) -> Key:
    singular, plural = message.id if isinstance(message.id, tuple) else (message.id, None)
    return (message.context, singular, plural)


def _forms(string: str | tuple[str, ...] | list[str]) -> list[str]:
    return [string] if isinstance(string, str) else list(string)


def _texts(path: Path) -> Iterator[Key]:
    source = path.read_text()
    if path.suffix != ".py":
        # Templates become lines of calls; their indentation means nothing to Python.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
    for _, text, _, context in read_python("python", io.BytesIO(source.encode()), KEYWORDS):
        singular, plural = text if isinstance(text, tuple) else (text, None)
        yield (context, singular, plural)


def _without_dates(po: bytes) -> bytes:
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To)[^\n]*\n',
        b"",
        po,
    )


def main() -> int:
    update()
    compile()
    missing = {language: len(untranslated(language)) for language in PLURALS}
    sys.stderr.write(f"texts still to translate: {missing}\n")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
