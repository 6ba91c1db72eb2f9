"""The number of a case as people say it: digits of Crockford's base32 and a check on them, `0002K-7`.

Numbers are counted by the database; told by telephone or copied from paper, one digit wrong or two swapped is noticed.
"""

from __future__ import annotations

from tracte.channels.tokens import base32, number

DIGITS = 5  # or more, from 33 million cases on
CHECKS = 31  # a prime
MOST = 12


def said(value: int) -> str:
    digits = DIGITS if value < 32**DIGITS else MOST
    return f"{base32(value, digits)}-{base32(_check(value), 1)}".upper()


def read(text: str) -> int | None:
    """The number that somebody typed, in any case, with or without its dash; None when it cannot be one."""
    typed = "".join(letter for letter in text if letter not in " -–—·")
    value = number(typed) if typed.isascii() and len(typed) in (DIGITS + 1, MOST + 1) else None
    if value is None or _check(value >> 5) != value & 31:
        return None
    return value >> 5


def _check(value: int) -> int:
    return sum((place + 1) * (value >> 5 * place & 31) for place in range(MOST)) % CHECKS
