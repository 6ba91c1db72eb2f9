"""A way out that leads nowhere: what would be sent lands in a folder. The twin of every outside service.

`TRACTE_WAY_OUT=outbox` leads all channels there, whatever their settings say: a demo never writes to the world.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


def is_chosen() -> bool:
    return os.environ.get("TRACTE_WAY_OUT") == "outbox"


def keep(name: str, content: bytes | dict[str, Any]) -> Path:
    """Write one file, whole or not at all, and the same again over the same."""
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False, indent=1).encode()
    folder = Path(os.environ.get("TRACTE_HOME", "var")) / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}"
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    return draft.replace(folder / name)
