"""The YAML page of a mapping, checked key by key: a mistake in it is one clear line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tracte.channels.connectors.tabular.mapping import (
    FILE_KEYS,
    FIXED,
    FORMATS,
    KEYS,
    MESSAGE_FIELDS,
    NULLS,
    SOURCES,
    SPEC_KEYS,
    TYPES,
    WHO_FIELDS,
    Mapping,
    MappingError,
    Spec,
    near,
    placeholders,
)

READY = Path(__file__).parent / "mappings"
SIZE_LIMIT = 256 << 10
_LIMITS = {"min": "low", "max": "high"}
_TEXTS = ("template", "join", "value", "timezone", "decimal", "expected")


def load_mapping(name_or_path: str | Path, *, name: str = "") -> Mapping:
    """A ready mapping by its name, or a YAML file; `name` is what messages call it. Raises MappingError."""
    path = Path(name_or_path)
    if path.suffix not in (".yml", ".yaml"):
        ready = sorted(file.stem for file in READY.glob("*.yml"))
        if str(name_or_path) not in ready:
            hint = near(str(name_or_path), ready)
            raise MappingError(f"no mapping '{name_or_path}'{hint} Ready: {', '.join(ready)}; or name a .yml file")
        path = READY / f"{name_or_path}.yml"
    try:
        with path.open("rb") as stream:
            text = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise MappingError(f"mapping {path}: cannot be opened ({error.strerror})") from None
    if len(text) > SIZE_LIMIT:
        raise MappingError(f"mapping {path}: is larger than {SIZE_LIMIT >> 10} KiB; is it the data file?")
    return parse_mapping(text, name or path.name)


def parse_mapping(text: bytes | str, name: str = "mapping") -> Mapping:
    """YAML text to a Mapping. Raises MappingError."""
    checked = _Page(name)
    try:
        # BaseLoader: every scalar stays text, so `yes`, `null` and `08019` mean what they say. It builds no objects.
        page = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except RecursionError:
        raise checked.wrong("", "nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise checked.wrong(place, f"bad YAML ({getattr(error, 'problem', None) or error})") from None
    return checked.mapping(page)


class _Page:
    """Checks one page; every message starts with its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, where: str, what: str) -> MappingError:
        return MappingError(" ".join(f"mapping {self.name}{', ' + where if where else ''}: {what}".split()))

    def table(self, value: Any, where: str, known: Iterable[str] = ()) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(where, f"needs `key: value` lines, not {value!r:.60}")
        known = list(known)
        for key in value:
            if not isinstance(key, str):
                raise self.wrong(where, f"the key {key!r:.60} is not text")
            if known and key not in known:
                raise self.wrong(where, f"unknown key '{key}'{near(key, known)} Known: {', '.join(known)}")
        return value

    def words(self, value: Any, where: str) -> tuple[str, ...]:
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise self.wrong(where, "needs a text or a list of texts")
        return tuple(items)

    def word(self, value: Any, where: str, known: Iterable[str] = ()) -> str:
        if not isinstance(value, str):
            raise self.wrong(where, f"needs one text, not {value!r:.60}")
        if known and value not in known:
            raise self.wrong(where, f"'{value}' is not one of {', '.join(known)}")
        return value

    def numbers(self, value: Any, where: str) -> tuple[float, ...]:
        try:
            return tuple(float(item) for item in self.words(value, where))
        except ValueError:
            raise self.wrong(where, f"needs numbers, not {value!r:.60}") from None

    def zone(self, value: Any, where: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.word(value, where))
        except (ValueError, OSError, KeyError):
            raise self.wrong(where, f"'{value}' is no time zone; write it like Europe/Madrid") from None

    def translations(self, value: Any, where: str) -> dict[str, str]:
        return {key: self.word(item, f"{where}.{key}") for key, item in self.table(value, where).items()}

    def mapping(self, page: Any) -> Mapping:
        page = self.table(page, "", KEYS)
        if not set(page) - set(FILE_KEYS):
            raise self.wrong("", "says nothing about the columns; start with id, at and text")
        mapping = Mapping(
            name=self.name,
            **self._file(page),
            id=self.spec(page["id"], "id") if "id" in page else None,
            at=self.spec(page["at"], "at", "datetime") if "at" in page else None,
            message={key: self.spec(page[key], key) for key in MESSAGE_FIELDS if key in page},
            who=self._who(self.table(page.get("who", {}), "who", WHO_FIELDS)),
            data={key: self.spec(v, f"data.{key}") for key, v in self.table(page.get("data", {}), "data").items()},
        )
        used = {column for spec in mapping.specs() for column in spec.columns}
        for column in mapping.values:
            if column not in used:
                raise self.wrong(f"values.{column}", f"no field reads the column '{column}'{near(column, used)}")
        return mapping

    def _file(self, page: dict[str, Any]) -> dict[str, Any]:
        """What the page says of the file as a whole."""
        header = self.word(page.get("header", "auto"), "header")
        if header not in ("auto", "none") and not (header.isdecimal() and int(header)):
            raise self.wrong("header", f"'{header}' is not auto, none or the number of a line")
        columns = self.words(page.get("columns", []), "columns")
        if header == "none" and not columns:
            raise self.wrong("header", "a file without header needs `columns: [name, ...]`")
        optional = page.get("optional", [])
        tables = self.table(page.get("values", {}), "values")
        return {
            "format": self.word(page.get("format", "csv"), "format", FORMATS),
            "delimiter": self._delimiter(page.get("delimiter", "auto")),
            "encodings": self._encodings(page.get("encoding", ["utf-8", "cp1252"])),
            "header": header,
            "columns": columns,
            "optional": None if optional == "true" else frozenset(self.words(optional, "optional")),
            "timezone": self.zone(page.get("timezone", "Europe/Madrid"), "timezone"),
            "null": frozenset(self.words(page.get("null", list(NULLS)), "null")) | {""},
            "values": {column: self.translations(value, f"values.{column}") for column, value in tables.items()},
        }

    def _who(self, page: dict[str, Any]) -> dict[str, Spec]:
        return {key: self.spec(v, f"who.{key}", "date" if key == "birth_date" else "text") for key, v in page.items()}

    def _delimiter(self, value: Any) -> str:
        value = {"tab": "\t", "\\t": "\t"}.get(value, value) if isinstance(value, str) else value
        if value != "auto" and (not isinstance(value, str) or len(value) != 1 or value in '"\r\n\0'):
            raise self.wrong("delimiter", "needs one character, `tab` or `auto`")
        return value

    def _encodings(self, value: Any) -> tuple[str, ...]:
        names = self.words(value, "encoding")
        for name in names:
            try:
                b"a,\n".decode(name)
            except (LookupError, ValueError):
                raise self.wrong("encoding", f"'{name}' is unknown or not a superset of ASCII") from None
        if not names:
            raise self.wrong("encoding", "needs at least one name, such as utf-8")
        return names

    def spec(self, value: Any, where: str, kind: str = "text") -> Spec:
        """A column name, a table saying more, or a word that is fixed there (`direction: out`)."""
        if isinstance(value, str):
            if value in FIXED.get(where, ()):
                return Spec(where, value=value)
            return Spec(where, columns=(value,), type=kind)
        page = self.table(value, where, SPEC_KEYS)
        if {"type", "lat", "lon"} & page.keys() and not where.startswith("data."):
            raise self.wrong(where, "only the columns under data have a type or a place")
        kind = self.word(page.get("type", "point" if "lat" in page else kind), f"{where}.type", TYPES)
        return Spec(
            where,
            columns=self._columns(page, where, kind),
            type=kind,
            formats=self.words(page.get("formats", ["iso"]), f"{where}.formats"),
            inside=self._inside(page, where),
            values=self.translations(page.get("values", {}), f"{where}.values"),
            null=frozenset(self.words(page["null"], f"{where}.null")) | {""} if "null" in page else None,
            suspect=frozenset(self.words(page.get("suspect", []), f"{where}.suspect")),
            **self._plain(page, where),
        )

    def _plain(self, page: dict[str, Any], where: str) -> dict[str, Any]:
        """The members of one word or one number."""
        words: dict[str, Any] = {key: self.word(page[key], f"{where}.{key}") for key in _TEXTS if key in page}
        if "timezone" in words:
            self.zone(words["timezone"], f"{where}.timezone")
        for key, name in _LIMITS.items():
            if key in page:
                words[name] = self.numbers(self.word(page[key], f"{where}.{key}"), f"{where}.{key}")[0]
        return words

    def _inside(self, page: dict[str, Any], where: str) -> tuple[float, ...]:
        inside = self.numbers(page.get("inside", ["-180", "-90", "180", "90"]), f"{where}.inside")
        if len(inside) != 4:
            raise self.wrong(f"{where}.inside", "needs four numbers: west, south, east, north")
        return inside

    def _columns(self, page: dict[str, Any], where: str, kind: str) -> tuple[str, ...]:
        if kind == "point":
            if "lat" not in page or "lon" not in page:
                raise self.wrong(where, "a point needs `lat: COLUMN` and `lon: COLUMN`")
            return self.word(page["lat"], f"{where}.lat"), self.word(page["lon"], f"{where}.lon")
        given = [key for key in SOURCES if key in page]
        if len(given) != 1 or given[0] in ("lat", "lon"):
            raise self.wrong(where, "needs one of column, columns, template, value")
        if given[0] == "value":
            return ()
        if given[0] == "template":
            found = tuple(placeholders(self.word(page["template"], f"{where}.template")))
            if not found:
                raise self.wrong(f"{where}.template", "names no column; write it like '{street}, {number}'")
            return found
        names = self.words(page[given[0]], f"{where}.{given[0]}")
        if not names:
            raise self.wrong(f"{where}.{given[0]}", "names no column")
        return names
