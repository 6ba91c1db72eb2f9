"""The columns that records are compared by, made once when a record comes: what is costly is not done pair by pair.

All text, normalised (lower case, no accents), NULL where unknown. Engines compare them with nothing but equality,
prefixes, Levenshtein, differences and overlaps, so PostgreSQL, DuckDB and Spark give the same weights.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Collection, Mapping, Sequence

from tracte.people import identifiers, names
from tracte.people.linkage import nicknames
from tracte.people.linkage.sounds import sound

NAME = ("given", "given_root", "given_sound", "sur1", "sur1_sound", "sur2", "sur2_sound")
BIRTH = ("born", "born_swapped", "born_day")
LISTS = ("phone", "email")
PLAIN = ("address", "locality", "region", "birth_place", "sex", "occupation", "text")
LONGEST = 60  # characters of a column that is compared by Levenshtein

_digits = re.compile(r"\d+")
_DATES = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S")


def of_name(given: str, surname: str, surname2: str) -> dict[str, str | None]:
    """The columns of a name. A second given name stays in `given`; particles of surnames do not count."""
    given, sur1, sur2 = names.normalise(given), names.surname_key(surname), names.surname_key(surname2)
    return {
        "given": given[:LONGEST] or None,
        "given_root": nicknames.root(given)[:LONGEST] or None,
        "given_sound": sound(given)[:LONGEST] or None,
        "sur1": sur1[:LONGEST] or None,
        "sur1_sound": sound(sur1)[:LONGEST] or None,
        "sur2": sur2[:LONGEST] or None,
        "sur2_sound": sound(sur2)[:LONGEST] or None,
    }


def of_record(name: tuple[str, str, str], postcode: str) -> tuple[str | None, ...]:
    """The columns that a source record keeps beside its own: those of `NAME`, then `area`."""
    return *of_name(*name).values(), of_postcode(postcode) if postcode else None


@functools.lru_cache(maxsize=65536)
def of_birth(born: dt.date | None) -> tuple[str | None, str | None, int | None]:
    """`born` as 19800131, the same with day and month exchanged (where that is a date), and the day as a number."""
    if born is None:
        return None, None, None
    swapped = None if born.day > 12 else f"{born.year:04}{born.day:02}{born.month:02}"
    return f"{born:%Y%m%d}".rjust(8, "0"), swapped, born.toordinal()


def _birth(text: str) -> tuple[str | None, str | None, int | None]:
    """Eight digits that are no date (month 13) still tell something, one digit from the truth."""
    found = of_birth(date(text))
    compact = "".join(_digits.findall(text))
    return found if found[0] or len(compact) != 8 else (compact, None, None)


@functools.lru_cache(maxsize=65536)
def of_postcode(postcode: str) -> str | None:
    """Letters and digits only; a Spanish one that lost its leading zero gets it back."""
    compact = names.normalise(postcode).replace(" ", "")
    return (compact.zfill(5) if compact.isdigit() and len(compact) == 4 else compact)[:12] or None


def date(text: str) -> dt.date | None:
    """A date as files write it, or None: what cannot be read says nothing."""
    for form in _DATES:
        try:
            return dt.datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


def several(roles: Mapping[str, Sequence[Sequence[str]]]) -> set[str]:
    """The identifiers of which some row has more than one."""
    return {kind for kind in LISTS if max(map(len, roles.get(kind, ())), default=0) > 1}


def table(roles: Mapping[str, Sequence[Sequence[str]]], lists: Collection[str]) -> dict[str, list]:
    """Columns of comparison from the roles of a file's mapping (`surface`): role -> for each row, its values, trimmed,
    none empty. A column that would be empty is not there. `lists`: the identifiers that are compared as lists."""
    columns: dict[str, list] = {}
    if {"full_name", "given_name", "surname"} & roles.keys():
        rows = [of_name(*parts) for parts in _parts(roles)]
        columns |= {name: [row[name] for row in rows] for name in NAME}
    if "birth_date" in roles:
        dates = [_birth(values[0]) if values else (None, None, None) for values in roles["birth_date"]]
        columns |= {name: list(column) for name, column in zip(BIRTH, zip(*dates, strict=True), strict=True)}
    if "postcode" in roles:
        columns["postcode"] = [of_postcode(values[0]) if values else None for values in roles["postcode"]]
    if "national_id" in roles:
        columns["national_id"] = [_document(values[0]) if values else None for values in roles["national_id"]]
    for kind in LISTS:
        if kind in roles:
            reached = [sorted({_reached(kind, v) for v in values} - {""}) for values in roles[kind]]
            if kind in lists:
                columns[f"{kind}s"] = [values or None for values in reached]
            else:
                columns[kind] = [values[0][:LONGEST] if values else None for values in reached]
    for role in PLAIN:
        if role in roles:
            columns[role] = [names.normalise(" ".join(values))[:LONGEST] or None for values in roles[role]]
    return {name: column for name, column in columns.items() if any(value is not None for value in column)}


def _parts(roles: Mapping[str, Sequence[Sequence[str]]]) -> list[tuple[str, str, str]]:
    """Given name and surnames of each row; what has no parts of its own is split from the full name."""
    some = next(roles[role] for role in ("given_name", "surname", "full_name") if role in roles)
    none: list[list[str]] = [[]] * len(some)
    given, first, second = (
        [" ".join(values) for values in roles.get(role, none)] for role in ("given_name", "surname", "surname2")
    )
    whole = [" ".join(values) for values in roles.get("full_name", none)]
    return [
        parts[:3] if any(parts[:3]) else names.split(parts[3])
        for parts in zip(given, first, second, whole, strict=True)
    ]


def _document(value: str) -> str | None:
    return identifiers.normalise(identifiers.NATIONAL_ID, value) or names.normalise(value).replace(" ", "") or None


def _reached(kind: str, value: str) -> str:
    """An identifier that is none by our rules (an extension, another country's habits) is still compared."""
    if found := identifiers.normalise(kind, value):
        return found
    return "".join(_digits.findall(value))[-9:] if kind == identifiers.PHONE else value.strip().casefold()
