"""Vocabulary files in and out. Reading is pure: a path to what the file says, or one clear line (CannotLoad)."""

from __future__ import annotations

from pathlib import Path

from tracte.vocabularies.formats import csv_lists, skos, yaml_list
from tracte.vocabularies.vocabulary import CannotLoad, Vocabulary

MOST_BYTES = 64 * 1024 * 1024


def read(path: Path, scheme: str | None = None) -> Vocabulary:
    """By its suffix: YAML lists, CSV (official list, dated changes, crosswalk), SKOS. `scheme`: its key, when given."""
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise CannotLoad(f"{path}: cannot be read ({error.strerror}): check the path") from error
    if size > MOST_BYTES:
        raise CannotLoad(f"{path.name}: {size // 2**20} MB; a vocabulary has at most {MOST_BYTES // 2**20}: split it")
    if suffix in skos.FORMATS:
        return skos.read(data, suffix, path.name, scheme)
    text = decode(data, path.name)
    if suffix in (".yml", ".yaml"):
        return yaml_list.read(text, path.name, scheme or path.stem)
    if suffix in (".csv", ".tsv", ".txt"):
        return csv_lists.read(text, path.name, scheme)
    raise CannotLoad(f"{path.name}: unknown format {suffix!r}: use .yml, .csv, or SKOS as {', '.join(skos.FORMATS)}")


def decode(data: bytes, source: str) -> str:
    """UTF-8 with or without BOM, UTF-16 with one, else ISO-8859-1 as Windows writes it; any line ends."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise CannotLoad(f"{source}: this is not a text file: export it as CSV, YAML or Turtle")
    return text.replace("\r\n", "\n").replace("\r", "\n")
