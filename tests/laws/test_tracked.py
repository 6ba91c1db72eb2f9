"""No file of the project knows one machine, or where packages come from."""

import re

from tests.laws import house

# Put together here, so that this file does not say what it forbids.
FOLDERS = ("work", "root", "home", "farm")
MACHINE = re.compile("|".join(rf"(?<![\w.])/{folder}/[\w.]" for folder in FOLDERS))
HOST = re.compile(
    "|".join(
        (
            r"--(extra-)?index" + "-url",
            r"\b(pypi" + r"\.org|files\.pythonhosted|registry\.npmjs|index\.crates)",
            r'"resolved": *"' + "https?:",
            r'(registry|url) *= *"https?:[^"]*(simple|\.whl|\.tgz|\.tar\.gz)',
        )
    )
)


def test_no_file_names_a_place_of_one_machine():
    assert not _lines(MACHINE)


def test_no_file_names_a_package_host():
    assert not _lines(HOST)


def _lines(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in house.files():
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{house.place(path)}:{n}: {line[:120]}" for n, line in enumerate(lines, 1) if pattern.search(line)]
    return found
