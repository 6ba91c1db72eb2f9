"""One JSON object a line, and lines broken on purpose: every real export has some."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TextIO

BROKEN_EVERY = 4000  # good lines to one that was cut off while it was written
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: dict) -> str:
    """A line of NDJSON with its end."""
    return _encode(value) + "\n"


class Ndjson:
    """A file of objects with, now and then and at the first chance, the torso of one. `broken` counts these."""

    def __init__(self, path: Path) -> None:
        self._file, self._count, self.broken = path.open("w", encoding="utf-8", newline="\n"), 0, 0

    def put(self, value: dict) -> None:
        line = dumps(value)
        self._file.write(line)
        self._count += 1
        if self._count % BROKEN_EVERY == 20:
            self._file.write(line[: len(line) // 2] + "\n")
            self.broken += 1

    def close(self) -> None:
        self._file.close()


class Csv:
    """A table; with `broken`, rows that lost everything but their last column's end."""

    def __init__(self, path: Path, header: str) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8", newline="")
        self._rows, self._count, self.broken = csv.writer(self._file, lineterminator="\n"), 0, 0
        self._width = len(header.split(","))
        self._file.write(header + "\n")

    def put(self, row: list, breaks: bool = False) -> None:
        self._rows.writerow(row)
        self._count += 1
        if breaks and self._count % BROKEN_EVERY == 20:
            self._rows.writerow([""] * (self._width - 1) + ["(fila sense identificador)"])
            self.broken += 1

    def close(self) -> None:
        self._file.close()
