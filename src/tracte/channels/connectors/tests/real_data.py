"""Where the public test data lie; they are never copied into the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[5]


def real(name: str) -> Path:
    """A file or folder of the real data; skips the test where there is none."""
    path = Path(os.environ.get("TRACTE_REAL_DATA") or CHECKOUT.parent / "shared" / "data") / name
    if not path.exists():
        pytest.skip(f"no real data: set TRACTE_REAL_DATA to the folder that has {name}")
    return path
