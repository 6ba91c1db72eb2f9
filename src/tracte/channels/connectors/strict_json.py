"""JSON that PostgreSQL will take: no NaN, no infinity, no NUL, no half surrogate pair; every failure is one BadJson."""

from __future__ import annotations

import json
import math
from typing import Any

DEPTH_LIMIT = 100  # levels; Python's own limit depends on where we are called from


class BadJson(ValueError):
    """Not JSON, or JSON that cannot be kept; one clear line."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split())[:400])


def _no_constant(name: str) -> Any:
    raise BadJson(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson(f"the number {digits[:20]} is too big")
    return number


DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def loads(raw: bytes | str) -> Any:
    """One JSON document. Raises BadJson."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
        value = DECODER.decode(text)
    except BadJson:
        raise
    except UnicodeDecodeError as error:
        raise BadJson(f"not JSON: byte {error.start + 1} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise BadJson("JSON nested too deeply") from None
    except ValueError:
        raise BadJson("a number with too many digits") from None
    return kept(value, text)


def kept(value: Any, text: str) -> Any:
    """The value of this text once its depth and characters are known to be fit to keep. Raises BadJson."""
    if text.count("[") + text.count("{") > DEPTH_LIMIT and _is_deep(value):
        raise BadJson("JSON nested too deeply")
    dirty = "\\u0000" in text or "\\ud" in text or "\\uD" in text or "\0" in text
    return clean(value) if dirty else value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        holders = (v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list))
        level = [child for holder in holders for child in holder]
    return bool(level)


def clean(value: Any) -> Any:
    """The same value without NUL characters and with lone surrogates replaced."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): clean(item) for name, item in value.items()}
    return value


def dumps(value: Any) -> bytes:
    """Compact bytes of a value that `loads` gave."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


_NAMES = {int: "a whole number", str: "text", dict: "an object", list: "a list", bool: "true or false"}


def member(record: dict[str, Any], name: str, kind: type, where: str = "", *, needed: bool = False) -> Any:
    """A member of the type it must have, None when absent; a number in quotes is none. Raises BadJson naming it."""
    value = record.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        found = "missing" if value is None else f"{value!r:.40}"
        raise BadJson(f"{where}{name} must be {_NAMES[kind]}, it is {found}")
    if isinstance(value, int) and abs(value) >= 1 << 63:
        raise BadJson(f"{where}{name} is too big a number")
    return value
