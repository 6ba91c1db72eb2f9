"""Which known word somebody meant who mistyped one: an edit away, or two in a long word.

Each known word is kept under itself and under what is left when one letter is taken out. A query word looks itself up
in the same way, so all that lies one insertion, deletion, substitution or transposition away meets by equality, which
an index under row-level security can answer; trigrams would need an operator that it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracte.core.sql import column, rows, run

SHORTEST, LONGEST = 4, 30
LONG = 8  # from here on two edits may be forgiven
MOST = 3  # proposals for one word


def left_out(word: str) -> set[str]:
    """The word and what is left of it without one letter."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def distance(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def learn(language: str, words: Iterable[str]) -> None:
    """From now on these are known. Numbers and short words are not corrected."""
    pairs = [
        (key, word) for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha() for key in left_out(word)
    ]
    run(
        "INSERT INTO knowledge_spelling (language, key, word) SELECT %s, * FROM unnest(%s::text[], %s::text[]) "
        "ON CONFLICT DO NOTHING",
        language,
        column("text", [key for key, _ in pairs]),
        column("text", [word for _, word in pairs]),
    )


def near(language: str, words: Iterable[str]) -> dict[str, list[str]]:
    """{unknown word: known words that it may be, the nearest and most used first}. One query.

    A word that no text bears any more is proposed to nobody.
    """
    wanted = [word for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha()]
    keys = [(key, word) for word in wanted for key in left_out(word)]
    if not keys:
        return {}
    met = rows(
        "SELECT k.asked, k.word, (SELECT count(*) FROM (SELECT FROM knowledge_posting p WHERE p.language = %s "
        "AND p.lexeme = k.word LIMIT 100) most) FROM (SELECT DISTINCT q.word AS asked, s.word "
        "FROM unnest(%s::text[], %s::text[]) AS q(key, word) CROSS JOIN LATERAL "
        "(SELECT word FROM knowledge_spelling WHERE language = %s AND key = q.key OFFSET 0) s) k",
        language,
        column("text", [key for key, _ in keys]),
        column("text", [word for _, word in keys]),
        language,
    )
    found: dict[str, list[tuple[int, int, str]]] = {}
    for asked, known, uses in met:
        away = distance(asked, known)
        if uses and away <= (2 if len(asked) >= LONG else 1):
            found.setdefault(asked, []).append((away, -uses, known))
    return {asked: [known for *_, known in sorted(near)[:MOST]] for asked, near in found.items()}
