"""One value of a row: each Spec compiled once into a function `(row, flags) -> value`."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from tracte.channels.connectors.tabular.mapping import Mapping, Spec, placeholders

Row = list[str]
Get = Callable[[Row, list[str]], Any]
_number = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_day_first = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_YES = frozenset(["1", "true", "t", "yes", "y", "sí", "si", "s", "x", "cert", "oc", "òc"])
_NO = frozenset(["0", "false", "f", "no", "n", "fals", "non"])


def compile_field(spec: Spec, name: str, mapping: Mapping, index: dict[str, int]) -> Get:
    """The function that reads `spec` from a row; `name` starts its flags (`name_invalid`, `name_missing`, ...).

    `index`: column -> place; a column that the file lacks reads as empty.
    """
    get = _point(spec, name, mapping, index) if spec.type == "point" else _text(spec, name, mapping, index)
    if spec.type not in ("text", "point"):
        get = _typed(get, name, _converter(spec, mapping))
    return _expected(get, spec.expected, name, index, mapping) if spec.expected else get


def _text(spec: Spec, name: str, mapping: Mapping, index: dict[str, int]) -> Get:
    if not spec.columns:
        constant = spec.value or spec.template
        return lambda row, flags: constant
    single = [_column(spec, column, name, mapping, index) for column in spec.columns]
    if spec.template:
        return _template(spec.template, single)
    if len(single) == 1:
        return single[0]
    return lambda row, flags: spec.join.join([text for get in single if (text := get(row, flags))])


def _column(spec: Spec, column: str, name: str, mapping: Mapping, index: dict[str, int]) -> Get:
    place = index.get(column)
    if place is None:
        return lambda row, flags: ""
    nulls = mapping.null if spec.null is None else spec.null
    values = mapping.values.get(column, {}) | spec.values
    suspect, flag = spec.suspect, f"{name}_suspect"

    def plain(row: Row, flags: list[str]) -> str:
        text = row[place].strip()
        return "" if text in nulls else text

    def translated(row: Row, flags: list[str]) -> str:
        text = row[place].strip()
        if text in suspect:
            flags.append(flag)
        return "" if text in nulls else values.get(text, text)

    return translated if values or suspect else plain


def _template(template: str, single: list[Get]) -> Get:
    pieces = [template.partition("{")[0]]
    pieces += [piece.partition("}")[2] for piece in template.split("{")[1:] if "}" in piece]
    assert len(placeholders(template)) == len(single)

    def get(row: Row, flags: list[str]) -> str:
        texts = [one(row, flags) for one in single]
        if not any(texts):
            return ""
        return (pieces[0] + "".join([a + b for a, b in zip(texts, pieces[1:], strict=True)])).strip()

    return get


def _expected(get: Get, expected: str, name: str, index: dict[str, int], mapping: Mapping) -> Get:
    """Flags the absence; `expected` is true, or the column whose presence promises this value."""
    place, flag = index.get(expected), f"{name}_missing"

    def checked(row: Row, flags: list[str]) -> Any:
        value = get(row, flags)
        if value in ("", None) and (place is None or row[place].strip() not in mapping.null):
            flags.append(flag)
        return value

    return checked


def _typed(get: Get, name: str, convert: Callable[[str], Any]) -> Get:
    """What cannot be read is flagged and kept as it was written."""
    invalid, out = f"{name}_invalid", f"{name}_out_of_range"

    def typed(row: Row, flags: list[str]) -> Any:
        text = get(row, flags)
        if not text:
            return None
        try:
            return convert(text)
        except _OutOfRange as error:
            flags.append(out)
            return error.value
        except (ValueError, OverflowError):
            flags.append(invalid)
            return text

    return typed


class _OutOfRange(ValueError):
    def __init__(self, value: float) -> None:
        self.value = value


def _converter(spec: Spec, mapping: Mapping) -> Callable[[str], Any]:
    if spec.type in ("date", "datetime"):
        zone = ZoneInfo(spec.timezone) if spec.timezone else mapping.timezone
        read = moment(spec.formats, zone)
        return functools.lru_cache(4096)((lambda text: read(text).date()) if spec.type == "date" else read)
    if spec.type == "boolean":
        return _boolean
    low, high, whole, comma = spec.low, spec.high, spec.type == "integer", spec.decimal == ","

    def number(text: str) -> float:
        value = to_number(text.replace(".", "").replace(",", ".") if comma else text)
        if whole and not isinstance(value, int):
            raise ValueError(text)
        if (low is not None and value < low) or (high is not None and value > high):
            raise _OutOfRange(value)
        return value

    return number


def to_number(text: str) -> float:
    """An int when nothing stands behind the point. Raises ValueError; there are no NaN, no infinities, no 1_000."""
    if not _number.fullmatch(text) or len(text) > 40:
        raise ValueError(text)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1 << 53 else value


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word not in _YES and word not in _NO:
        raise ValueError(text)
    return word in _YES


def moment(formats: tuple[str, ...], zone: ZoneInfo) -> Callable[[str], dt.datetime]:
    """A reader of times that tries each format: `iso`, `day_first`, `unix`, `unix_ms` or one of strptime.

    Aware: a time without offset is of `zone`. Raises ValueError, also outside the years 1800 to 2199.
    """
    readers = [_READERS.get(form) or functools.partial(_strptime, form) for form in formats]

    def read(text: str) -> dt.datetime:
        for reader in readers:
            try:
                found = reader(text)
            except (ValueError, OverflowError, OSError):
                continue
            if 1800 <= found.year < 2200:
                return found if found.tzinfo else found.replace(tzinfo=zone)
        raise ValueError(text)

    return read


def _strptime(form: str, text: str) -> dt.datetime:
    return dt.datetime.strptime(text, form)


def _by_day(text: str) -> dt.datetime:
    if not (match := _day_first.fullmatch(text)):
        raise ValueError(text)
    day, month, year, hour, minute, second = (int(group or 0) for group in match.groups())
    return dt.datetime(year, month, day, hour, minute, second)


def _unix(text: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(to_number(text), dt.UTC)


_READERS: dict[str, Callable[[str], dt.datetime]] = {
    "iso": dt.datetime.fromisoformat,
    "day_first": _by_day,
    "unix": _unix,
    "unix_ms": lambda text: dt.datetime.fromtimestamp(to_number(text) / 1000, dt.UTC),
}


def _point(spec: Spec, name: str, mapping: Mapping, index: dict[str, int]) -> Get:
    lat, lon = (_column(spec, column, name, mapping, index) for column in spec.columns)
    west, south, east, north = spec.inside
    comma = spec.decimal == ","

    def get(row: Row, flags: list[str]) -> dict[str, Any] | None:
        texts = lat(row, flags), lon(row, flags)
        if not any(texts):
            return None
        try:
            y, x = (to_number(text.replace(",", ".") if comma else text) for text in texts)
        except ValueError:
            flags.append(f"{name}_invalid")
            return {"lat": texts[0], "lon": texts[1]}
        if not (south <= y <= north and west <= x <= east) or x == y == 0:
            flags.append(f"{name}_outside")
        return {"lat": y, "lon": x}

    return get
