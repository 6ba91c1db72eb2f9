from pathlib import Path

import pytest


@pytest.fixture
def official(real_data) -> Path:
    """The folder with the official lists of Catalan territory."""
    return real_data("territory_cat")


@pytest.fixture
def write(tmp_path):
    """write(name, text) -> path of a new file."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
