"""Codes that open a follow-up page: ten characters of Crockford's base32, the last one a check on the others.

A code follows from the form's token and the administration's key: the same form always has the same, and nobody needs
to keep it. 45 bits, so that guessing is hopeless at the pace that `actions.submitting.knock` allows.
"""

from __future__ import annotations

from tracte.channels.tokens import base32, number
from tracte.core import keys, tenancy

DIGITS = 9
CHECKS = 31  # a prime: two digits swapped, or one mistyped, is noticed


def of(token: str) -> str:
    """The code of a form, grouped to be read aloud: `7KQ3M-X2P9R`."""
    drawn = int.from_bytes(keys.keyring(tenancy.required()).fingerprint("channels.code", token), "big")
    value = drawn >> (128 - 5 * DIGITS)
    return grouped(base32(value, DIGITS) + base32(_check(value), 1))


def read(text: str) -> str:
    """A code as somebody typed it: any case, spaces or dashes, O for 0. Empty when it cannot be one."""
    typed = "".join(letter for letter in text if letter not in " -–—\t\r\n·.")
    value = number(typed) if typed.isascii() else None
    if len(typed) != DIGITS + 1 or value is None or _check(value >> 5) != value & 31:
        return ""
    return grouped(base32(value, DIGITS + 1))


def digest(code: str) -> bytes:
    return keys.keyring(tenancy.required()).fingerprint("channels.follow", code)


def grouped(code: str) -> str:
    return f"{code[:5]}-{code[5:]}".upper()


def _check(value: int) -> int:
    return sum((place + 1) * (value >> 5 * place & 31) for place in range(DIGITS)) % CHECKS
