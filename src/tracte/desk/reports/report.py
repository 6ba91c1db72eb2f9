"""What a question gives: a table with its words, drawn as a page and written as CSV by one hand. Pure, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import get_language

from tracte.desk import words

NUMBER, SHARE, TIME = "n", "share", "time"
ENOUGH = 10  # answers of people; fewer are not told apart: who knows them would know who said what


@dataclass(frozen=True)
class Head:
    """A column: its name in the CSV, its words, and whether it holds numbers, per cents or times."""

    name: str
    label: Any
    kind: str = NUMBER


@dataclass(frozen=True)
class Row:
    """A line: its key in the CSV, its words, a value for each column or None where there is none."""

    key: str
    label: Any
    values: Sequence[Any]


@dataclass(frozen=True)
class Report:
    """`drawn`: which column is a bar in each row. `trouble`: why there is nothing to show. `summary`: what it comes to.
    `is_heat`: each value is a square, the
    darker the more."""

    title: Any
    heads: Sequence[Head]
    rows: Sequence[Row]
    method: Sequence[Any]
    drawn: int | None = None
    is_heat: bool = False
    summary: str = ""
    trouble: Any = ""

    @property
    def cells(self) -> Iterator[tuple[Row, list[tuple[Any, str]], int | None]]:
        """(row, (column, value in words) of each, how long its bar is in per cent)."""
        most = max((row.values[self.drawn] or 0 for row in self.rows), default=0) if self.drawn is not None else 0
        for row in self.rows:
            told = [(head.label, said(value, head.kind)) for value, head in zip(row.values, self.heads, strict=True)]
            yield row, told, round(100 * (row.values[self.drawn] or 0) / most) if most else None  # type: ignore[index]

    @property
    def heat(self) -> Iterator[tuple[Row, list[tuple[int, float]], str]]:
        """(row, (place, how dark from 0 to 1) of each square that is not empty, what the row comes to)."""
        most = max((value for row in self.rows for value in row.values), default=0)
        for row in self.rows:
            squares = [(x, round(value / most, 2)) for x, value in enumerate(row.values) if value]
            yield row, squares, said(sum(row.values), NUMBER)

    def table(self) -> Iterator[list[Any]]:
        """As CSV: times in hours, shares in per cent."""
        yield ["what", *(head.name for head in self.heads)]
        for row in self.rows:
            yield [row.key, *(_plain(value) for value in row.values)]


Ask = Callable[[Any], Report]


def said(value: Any, kind: str) -> str:
    if value is None:
        return "–"
    if kind == TIME:
        return words.lasting(value)
    told = format_decimal(value, locale={"oc": "oc_ES"}.get(get_language() or "ca", get_language() or "ca"))
    return f"{told} %" if kind == SHARE else told


def percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _plain(value: Any) -> Any:
    return round(value / dt.timedelta(hours=1), 2) if isinstance(value, dt.timedelta) else value
