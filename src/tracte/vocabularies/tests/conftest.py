import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture
def official() -> Path:
    """The folder with the official lists of Catalan territory, outside the checkout."""
    data = Path(os.environ.get("TRACTE_REAL_DATA") or CHECKOUT.parent / "shared" / "data") / "territory_cat"
    if not data.exists():
        pytest.skip("no real data: set TRACTE_REAL_DATA to the folder that has territory_cat")
    return data


@pytest.fixture
def write(tmp_path):
    """write(name, text) -> path of a new file."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
