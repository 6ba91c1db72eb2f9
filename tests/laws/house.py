"""The house as its files tell it: rooms, floors, and what belongs to the project."""

from __future__ import annotations

import configparser
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "tracte"
LINTER = ROOT / ".importlinter"


def rooms() -> list[str]:
    """Every package of the house."""
    return sorted(path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__")


def floors() -> dict[str, int]:
    """room -> floor, 0 at the bottom; read from the import contract, so that there is one plan."""
    plan = configparser.ConfigParser()
    plan.read(LINTER)
    layers = plan["importlinter:contract:floors"]["layers"].split("\n")
    from_below = [layer.split("|") for layer in reversed(layers) if layer.strip()]
    return {room.strip(): floor for floor, row in enumerate(from_below) for room in row}


def modules() -> list[Path]:
    """Python that people wrote: not migrations, which Django writes."""
    mine = [*HOUSE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "conftest.py"]
    return [path for path in mine if "migrations" not in path.parts]


def files() -> list[Path]:
    """Every file of the project: tracked, or new and not ignored; all of them where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        ignored = {".venv", "var", "__pycache__", ".git"}
        found = [path for path in ROOT.rglob("*") if not ignored & set(path.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
