"""What somebody who mistyped a name may have meant: known words that are one slip of the fingers away.

All such slips of one word are a few hundred, and each is looked up in the index of words: no table is read, and no
extension of the database is needed.
"""

from __future__ import annotations

from string import ascii_lowercase

from tracte.core.sql import column, rows

SHORTEST = 4  # letters: a slip in a shorter word makes it another word
COMMON = 200  # bearers counted of each: enough to tell a usual name from a rare one


def mend(words: list[str]) -> list[str]:
    """The same words, each that nobody bears replaced by the most usual one that is a slip away, if there is one."""
    borne = {token for token, _ in _bearers(words)}
    unknown = [word for word in words if len(word) >= SHORTEST and word not in borne]
    slips = {slip: word for word in unknown for slip in slips_of(word)}
    meant: dict[str, tuple[int, str]] = {}
    for token, bearers in _bearers(list(slips)):
        meant[slips[token]] = max(meant.get(slips[token], (0, "")), (bearers, token))
    return [meant[word][1] if word in meant else word for word in words]


def slips_of(word: str) -> set[str]:
    """A letter left out, doubled or added, taken for another, or two that changed places."""
    found = set()
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        found |= {before + letter + after for letter in ascii_lowercase}
        if after:
            found |= {before + letter + after[1:] for letter in ascii_lowercase} | {before + after[1:]}
        if len(after) > 1:
            found.add(before + after[1] + after[0] + after[2:])
    return found - {word}


def _bearers(words: list[str]) -> list[tuple[str, int]]:
    return rows(
        "SELECT t.token, b.n FROM unnest(%s::text[]) AS t(token) CROSS JOIN LATERAL (SELECT count(*) AS n FROM "
        "(SELECT FROM people_nametoken WHERE token = t.token LIMIT %s) b) b WHERE b.n > 0",
        column("text", words),
        COMMON,
    )
