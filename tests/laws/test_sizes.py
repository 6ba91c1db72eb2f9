"""Files and functions stay small enough to read. An exception is signed: its reason stands here, while it is needed."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.laws import house

LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 40
KINDS = {".py", ".html", ".css", ".js", ".sql", ".sh"}

LONG_FILES = {
    "src/tracte/config/static/tracte/components.css": "one system, one sheet, in the order in which it is shown",
}
LONG_FUNCTIONS: dict[str, str] = {}


def test_files_are_short():
    mine = [path for path in house.files() if path.suffix in KINDS and not {"migrations", "vendor"} & set(path.parts)]
    long = {house.place(path) for path in mine if len(path.read_text().splitlines()) > LINES_OF_A_FILE}
    assert long == set(LONG_FILES), f"over {LINES_OF_A_FILE} lines, or an exception that is no longer one"


def test_functions_are_short():
    long = {
        f"{house.place(path)}::{name}"
        for path in house.modules()
        for name, lines in _functions(path)
        if lines > LINES_OF_A_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS), f"over {LINES_OF_A_FUNCTION} lines, or an exception that is no longer one"


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1
