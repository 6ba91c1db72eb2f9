"""What a person says by voice: nothing travels, the note of it is the text."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from tracte.channels.outgoing import DELIVERED, Outgoing, Result

SETTINGS: MappingProxyType[str, type] = MappingProxyType({})
BY_HAND = True


def problem(out: Outgoing) -> str:
    return ""


def known_as(out: Outgoing) -> list[str]:
    return []


def deliver(out: Outgoing, way: dict[str, Any]) -> Result:
    return Result(DELIVERED)
