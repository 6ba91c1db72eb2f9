"""Documents and telephones: valid in form, each used once, spread so thinly that a typo rarely hits a neighbour."""

from __future__ import annotations

from random import Random

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_LANDLINES = {"08": "93", "17": "972", "25": "973", "43": "977"}  # by province
SWITCHBOARDS = 40


def dni(number: int) -> str:
    """Eight digits and their check letter."""
    return f"{number:08d}{LETTERS[number % 23]}"


def nie(number: int) -> str:
    """X, Y or Z, seven digits and their check letter; `number` below 30,000,000."""
    return f"{'XYZ'[number // 10**7]}{number % 10**7:07d}{LETTERS[number % 23]}"


class Numbers:
    """Hands out numbers by serial: the same serial of the same seed gives the same number, two serials never the same.

    Each kind is a permutation `(serial * step + shift) % size`, `step` prime and no divisor of `size`. `taken` are the
    numbers that the cast bears; a serial that would hit one gives the number of a serial far behind.
    """

    def __init__(self, seed: int, taken: frozenset[str] = frozenset()) -> None:
        rng = Random(f"numbers {seed}")
        self._shift, self._taken = rng.randrange(10**7), taken

    def _spread(self, serial: int, step: int, size: int) -> int:
        return (serial * step + self._shift) % size

    def _free(self, serial: int, write) -> str:
        found = write(serial)
        return write(serial + 4_000_000) if found in self._taken else found

    def dni(self, serial: int) -> str:
        return self._free(serial, lambda n: dni(self._spread(n, 48_611_213, 10**8)))

    def nie(self, serial: int) -> str:
        return nie(self._spread(serial, 13_466_917, 3 * 10**7))

    def mobile(self, serial: int) -> str:
        """Nine digits: 60x..., one in ten 71x..."""
        start = "71" if serial % 10 == 0 else "60"
        return self._free(serial, lambda n: f"{start}{self._spread(n, 6_700_417, 10**7):07d}")

    def landline(self, serial: int, province: str) -> str:
        """Nine digits with the prefix of the province; 938 is left to the switchboards."""
        prefix = _LANDLINES[province]
        size = 8 * 10**6 if prefix == "93" else 10**6
        width = 9 - len(prefix)
        return f"{prefix}{self._spread(serial, 611_953, size):0{width}d}"


def switchboard(number: int) -> str:
    """The one number under which a whole company calls."""
    return f"9388{number:03d}00"
