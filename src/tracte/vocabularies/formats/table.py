"""Tables as offices export them: titles above the header, any usual separator, columns under many names."""

from __future__ import annotations

import csv
import io

from tracte.vocabularies.names import key
from tracte.vocabularies.vocabulary import CannotLoad

SEPARATORS = ",;\t|"
LINES_BEFORE_HEADER = 20
Columns = dict[str, tuple[str, ...]]  # our name of a column: theirs, as names.key writes it, best first


def rows(
    text: str, source: str, columns: Columns, required: tuple[str, ...]
) -> list[tuple[str, dict[str, str]]] | None:
    """[(where, {column: text})] below the header that has the required columns; None when there is no such header."""
    found = _header(text, columns, required)
    if found is None:
        return None
    separator, skipped, places = found
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    table = []
    try:
        for cells in reader:
            if reader.line_num <= skipped or not any(cell.strip() for cell in cells):
                continue
            row = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
            table.append((f"{source}:{reader.line_num}", {k: "" if v == "null" else v for k, v in row.items()}))
    except csv.Error as error:
        raise CannotLoad(f"{source}:{reader.line_num}: not a CSV row ({error}): correct that line") from error
    if not table:
        raise CannotLoad(f"{source}: nothing below the header: export the list again")
    return table


def _header(text: str, columns: Columns, required: tuple[str, ...]) -> tuple[str, int, dict[str, int]] | None:
    """Separator, number of the header's line, and where each of our columns stands."""
    for number, line in enumerate(text.split("\n", LINES_BEFORE_HEADER)[:LINES_BEFORE_HEADER], 1):
        for separator in SEPARATORS:
            cells = [key(cell.strip(' "')) for cell in line.split(separator)]
            places = {
                name: cells.index(best)
                for name, aliases in columns.items()
                if (best := next((alias for alias in aliases if alias in cells), None)) is not None
            }
            if all(name in places for name in required):
                return separator, number, places
    return None
