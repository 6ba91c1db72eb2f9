"""One form for every identifier, so that equal ones meet whatever way they were written."""

from __future__ import annotations

import functools
import re
from typing import Any

import phonenumbers
from stdnum.es import dni, nie

NATIONAL_ID, PHONE, EMAIL = "national_id", "phone", "email"
KINDS = (NATIONAL_ID, PHONE, EMAIL)
REGION = "ES"
LONGEST = 320  # characters; longer, it is none, and not worth remembering
_address = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@(?:[^\s@.<>(),;:\"\[\]\\]+\.)+[^\s@.<>(),;:\"\[\]\\\d]{2,}\Z")

_usual = re.compile(r"(?:(?:\+|00)34 ?)?([5-9][0-9]{8})", re.ASCII)
_described: Any = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
_spanish = re.compile(
    "|".join(
        kind.national_number_pattern
        for kind in (
            _described.fixed_line,
            _described.mobile,
            _described.toll_free,
            _described.premium_rate,
            _described.shared_cost,
            _described.personal_number,
            _described.uan,
        )
    )
)


def normalise(kind: str, value: str) -> str | None:
    """The one form of a value, or None when it is not a valid identifier of its kind.

    national_id: DNI/NIE with a right check letter; phone: E.164; email: lower case, domain in IDNA.
    """
    return _normalised(kind, value) if len(value) <= LONGEST else None


@functools.lru_cache(maxsize=131072)
def _normalised(kind: str, value: str) -> str | None:
    rule = _RULES.get(kind)
    return rule(value.strip()) if rule and value else None


def guess(text: str) -> list[tuple[str, str]]:
    """What an agent may have typed: every (kind, normalised value) that it is a valid form of."""
    return [(kind, found) for kind in KINDS if (found := normalise(kind, text))]


def _national_id(value: str) -> str | None:
    compact = re.sub(r"[\s.\-/_]", "", value).upper()
    number = compact.zfill(9) if compact[:1].isdigit() else compact
    for module in (dni, nie):
        if module.is_valid(number):
            return module.compact(number)
    return None


def _phone(value: str) -> str | None:
    if usual := _usual.fullmatch(value):  # twenty times as fast, and tested to say the same
        return f"+34{usual[1]}" if _spanish.fullmatch(usual[1]) else None
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(value: str) -> str | None:
    """The local part is kept as written but for case: two addresses are one only where every server agrees."""
    address = value.removeprefix("mailto:").strip("<> .").casefold()
    if len(address) > 254 or not _address.match(address):
        return None
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None


_RULES = {NATIONAL_ID: _national_id, PHONE: _phone, EMAIL: _email}


def mask(kind: str, value: str) -> str:
    """As a screen shows it before somebody asks for the whole: `•••••417K`, `merce.puig@exemple.cat`, `600 000 417`."""
    if kind == NATIONAL_ID:
        return "•" * max(len(value) - 4, 0) + value[-4:]
    if kind == PHONE:
        number = phonenumbers.parse(value)
        national = number.country_code == phonenumbers.country_code_for_region(REGION)
        style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, style)
    return value
