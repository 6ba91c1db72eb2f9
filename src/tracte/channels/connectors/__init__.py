"""The ways in and out: one folder a kind, picked here by name."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tracte.channels.connectors import source
from tracte.channels.connectors.source import InputError
from tracte.channels.message import Message, Reject
from tracte.channels.outgoing import File

__all__ = ["KINDS", "WAYS_OUT", "WITH_FILES", "InputError", "connector", "deliverer", "files", "open_file", "parse"]

KINDS = ("email", "telegram", "webform", "calls", "visits", "tabular", "cloudevents")
WITH_FILES = ("email",)  # whose deliveries hold files
WAYS_OUT = ("email", "telegram", "webform", "calls", "visits")


def connector(kind: str) -> ModuleType:
    """The module of a kind, loaded when first needed. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        close = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else "."
        raise ValueError(f"unknown kind of connector '{kind}'{hint} Known: {', '.join(KINDS)}")
    return importlib.import_module(f"{__name__}.{kind}.parse")


def deliverer(kind: str) -> Any:
    """The way out of a kind (`outgoing.Deliverer`), or None: not every channel that speaks to us can be answered."""
    return importlib.import_module(f"{__name__}.{kind}.deliver") if kind in WAYS_OUT else None


def files(kind: str, raw: bytes, *, limit: int) -> list[File]:
    """What was attached to one delivery, larger ones by name only. Kinds whose deliveries hold no files have none."""
    if kind not in WITH_FILES:
        return []
    return list(importlib.import_module(f"{__name__}.email.files").files(raw, limit=limit))


def parse(kind: str, raw: bytes, own: frozenset[str] = frozenset(), *, mapping=None) -> Iterator[Message | Reject]:  # type: ignore[no-untyped-def]
    """One delivery of a channel. Only `tabular` takes, and needs, a mapping."""
    module = connector(kind)
    return module.parse(raw, own=own, **_mapped(kind, mapping))


def open_file(  # type: ignore[no-untyped-def]
    path: Path | str, *, kind: str, mapping=None, own: frozenset[str] = frozenset()
) -> Iterator[Message | Reject]:
    """A file of a channel as messages, streamed; `.gz` is unpacked on the way.

    `mapping`: a Mapping, the name of a ready one or a YAML file. Raises ValueError (InputError, MappingError) with one
    clear line, at the latest at the first row.
    """
    module, mapped = connector(kind), _mapped(kind, mapping)
    if kind == "tabular":
        return module.read_table(Path(path), mapped["mapping"])
    return _closing(Path(path), module, own)


def _closing(path: Path, module: ModuleType, own: frozenset[str]) -> Iterator[Message | Reject]:
    with source.open_source(path) as stream:
        source.refuse_foreign(stream, str(path))
        yield from module.read(stream, own=own)


def _mapped(kind: str, mapping) -> dict[str, object]:  # type: ignore[no-untyped-def]
    if kind != "tabular":
        if mapping is not None:
            raise ValueError(f"a '{kind}' channel takes no mapping; its format is known")
        return {}
    from tracte.channels.connectors.tabular.load import load_mapping

    if mapping is None:
        raise ValueError("a 'tabular' channel needs a mapping: the name of a ready one or a .yml file")
    return {"mapping": load_mapping(mapping) if isinstance(mapping, str | Path) else mapping}
