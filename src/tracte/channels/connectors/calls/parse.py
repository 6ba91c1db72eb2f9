"""Call log: a CSV of the switchboard, one call a line. Its columns are in mapping.yml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tracte.channels.connectors.tabular import parse as tabular
from tracte.channels.message import Message, Reject

MAPPING = tabular.load_mapping(Path(__file__).parent / "mapping.yml", name="calls")


def parse(raw: bytes, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """A few calls: CSV with its header, or a JSON object with the same names."""
    return tabular.parse(raw, mapping=MAPPING, own=own)


def read(stream: BinaryIO, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """A whole file. Raises InputError or MappingError before its first row, when it is not such a log."""
    return tabular.read(stream, mapping=MAPPING, own=own)
