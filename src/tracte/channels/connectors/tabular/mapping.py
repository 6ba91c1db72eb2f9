"""What a mapping says: which column of a table means what."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

FORMATS = ("csv", "ndjson", "json", "xml", "parquet")
TYPES = ("text", "number", "integer", "boolean", "date", "datetime", "point")
MESSAGE_FIELDS = ("direction", "kind", "subject", "text", "topic", "territory", "language", "channel_detail")
NAMES = ("key", "full_name", "given_name", "surname", "surname2", "address", "postcode", "language")
WHO_FIELDS = (*NAMES, "birth_date", "phone", "email", "national_id", "assurance")
FILE_KEYS = ("format", "delimiter", "encoding", "header", "columns", "optional", "values", "null", "timezone")
KEYS = (*FILE_KEYS, "id", "at", *MESSAGE_FIELDS, "who", "data")
SOURCES = ("column", "columns", "template", "value", "lat", "lon")
SPEC_KEYS = (
    *SOURCES,
    *(
        "join",
        "type",
        "formats",
        "timezone",
        "decimal",
        "min",
        "max",
        "inside",
        "values",
        "null",
        "suspect",
        "expected",
    ),
)
FIXED = {
    "direction": ("in", "out"),
    "kind": ("message", "call", "visit", "form", "request", "post", "alert"),
    "who.assurance": ("declared", "proved", "verified"),
}
NULLS = ("", "null", "NULL", "None")


class MappingError(ValueError):
    """A mapping that cannot work; one clear line: what, where, how to mend."""


@dataclass(slots=True, frozen=True)
class Spec:
    """Where one value comes from and what it must look like. `where` is its place in the YAML, for messages."""

    where: str
    columns: tuple[str, ...] = ()
    template: str = ""
    join: str = " "
    value: str = ""
    type: str = "text"
    formats: tuple[str, ...] = ("iso",)
    timezone: str = ""
    decimal: str = "."
    low: float | None = None
    high: float | None = None
    inside: tuple[float, ...] = (-180.0, -90.0, 180.0, 90.0)
    values: dict[str, str] = field(default_factory=dict)
    null: frozenset[str] | None = None
    suspect: frozenset[str] = frozenset()
    expected: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns if self.expected in ("", "true") else (*self.columns, self.expected)


@dataclass(slots=True, frozen=True)
class Mapping:
    """A whole mapping, its keys checked; columns are checked when a file is there."""

    name: str
    format: str
    delimiter: str
    encodings: tuple[str, ...]
    header: str
    columns: tuple[str, ...]
    optional: frozenset[str] | None  # None: every column but those of id and at
    timezone: ZoneInfo
    null: frozenset[str]
    values: dict[str, dict[str, str]]
    id: Spec | None
    at: Spec | None
    message: dict[str, Spec]
    who: dict[str, Spec]
    data: dict[str, Spec]

    def specs(self) -> list[Spec]:
        own = [spec for spec in (self.id, self.at) if spec]
        return [*own, *self.message.values(), *self.who.values(), *self.data.values()]

    def required(self) -> dict[str, str]:
        """Columns that the file must have -> where the mapping names them."""
        specs = self.specs() if self.optional is not None else [spec for spec in (self.id, self.at) if spec]
        found: dict[str, str] = {}
        for spec in specs:
            for column in spec.needs:
                if column not in (self.optional or ()):
                    found.setdefault(column, spec.where)
        return found


def near(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when something known is close, else a full stop."""
    known = list(known)
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean '{folded[close[0]]}'?" if close else "."


def placeholders(template: str) -> list[str]:
    """`{street}, {number}` -> street, number."""
    return [piece.partition("}")[0] for piece in template.split("{")[1:] if "}" in piece]
