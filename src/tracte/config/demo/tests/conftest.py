"""One small demo for all tests of the room."""

from pathlib import Path

import pytest

from tracte.config.demo import SIZES, Summary, generate, population


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> tuple[Path, Summary]:
    """The folder and summary of demo `small`, seed 7."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, generate(*SIZES["small"], 7, folder)


@pytest.fixture(scope="session")
def everybody():
    """The people of that demo."""
    return population(SIZES["small"][0], 7)
