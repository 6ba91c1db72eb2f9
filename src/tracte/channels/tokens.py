"""Tokens that name a dispatch to whoever answers it, in an address or a Message-ID.

36 characters of Crockford's base32: the id and 52 bits of a keyed hash of it. Mail hosts fold case and people retype:
both forms of a letter are read, and O, I, L as the digits that they look like. Without the key of the administration
nobody makes one.
"""

from __future__ import annotations

import hmac
import re
import uuid

from tracte.core import keys, tenancy

LENGTH, MAC_BITS = 36, 52
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(DIGITS)} | {"o": 0, "i": 1, "l": 1}
_RUN = re.compile(rf"(?<![0-9a-z])[0-9a-z]{{{LENGTH}}}(?![0-9a-z])", re.IGNORECASE)


def sign(id: uuid.UUID) -> str:
    """The token of an id, for the current administration."""
    return base32(id.int << MAC_BITS | _mac(id), LENGTH)


def read(text: str) -> uuid.UUID | None:
    """The id that the first true token in a text names: of an address, a Message-ID, a list of references."""
    for run in _RUN.findall(text):
        value = number(run)
        if value is None or value >> (128 + MAC_BITS):
            continue
        id = uuid.UUID(int=value >> MAC_BITS)
        if hmac.compare_digest(_bytes(value & (1 << MAC_BITS) - 1), _bytes(_mac(id))):
            return id
    return None


def base32(value: int, length: int) -> str:
    return "".join(DIGITS[value >> 5 * place & 31] for place in reversed(range(length)))


def number(text: str) -> int | None:
    """What digits say; None when one is no digit."""
    value = 0
    for letter in text.lower():
        if letter not in _VALUES:
            return None
        value = value << 5 | _VALUES[letter]
    return value


def _mac(id: uuid.UUID) -> int:
    digest = keys.keyring(tenancy.required()).fingerprint("channels.token", id.hex)
    return int.from_bytes(digest, "big") >> (128 - MAC_BITS)


def _bytes(mac: int) -> bytes:
    return mac.to_bytes(8, "big")
