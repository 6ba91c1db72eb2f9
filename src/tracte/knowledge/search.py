"""What do we say about this? Services and answers that a query finds, the best first.

A query is terms; a term is a word, what it may be misspelt from, what it means by a synonym, and for the last one,
while somebody types, what it begins. An entry is found when it bears half of the terms or more. It ranks by how many it
lacks, then by the places of those it has: title, then keywords, then body. The language asked comes first.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from tracte.core.clock import now
from tracte.core.sql import column, rows
from tracte.knowledge.finding import spelling
from tracte.knowledge.finding.models import Synonym
from tracte.knowledge.finding.words import STEM, fold, lexemes, spoken
from tracte.knowledge.models import LANGUAGES

LIMIT = 20
TERMS = 8
PREFIX = 3  # letters from which a beginning says something
_LAST = "\U0010ffff"
EXACT, SYNONYM, BEGUN, CORRECTED = 100, 90, 80, 60  # what a word is worth by how it was met

# Rows of `asked`: one lexeme or range of a place in a choice of a term. A place is met by any of its lexemes, a choice
# by all its places, a term by its best choice.
FIND = """
WITH asked AS MATERIALIZED (
  SELECT * FROM unnest(%s::text[], %s::smallint[], %s::smallint[], %s::smallint[], %s::smallint[], %s::text[],
    %s::text[], %s::smallint[]) AS a(language, term, choice, places, place, low, high, worth)
), total AS (SELECT language, count(DISTINCT term) AS terms FROM asked GROUP BY language
), met AS (
  SELECT p.entry_id, a.language, a.term, a.choice, a.places, a.place, max(p.weight * a.worth) AS worth
  FROM asked a CROSS JOIN LATERAL (SELECT entry_id, weight FROM knowledge_posting
    WHERE language = a.language AND lexeme >= a.low AND lexeme <= a.high OFFSET 0) p
  GROUP BY 1, 2, 3, 4, 5, 6
), chosen AS (
  SELECT entry_id, language, term, min(worth) AS worth FROM met GROUP BY entry_id, language, term, choice, places
  HAVING count(*) = places
), scored AS (
  SELECT entry_id, language, count(*) AS terms, sum(worth) AS score
  FROM (SELECT entry_id, language, term, max(worth) AS worth FROM chosen GROUP BY 1, 2, 3) best GROUP BY 1, 2
), ranked AS (
  SELECT e.id, e.service_id, e.answer_id, e.language, e.title, coalesce(w.expires_on <= %s, false) AS is_expired,
    e.language <> %s AS is_other, t.terms - s.terms AS lacking, s.score,
    row_number() OVER (PARTITION BY e.service_id, e.answer_id
      ORDER BY e.language <> %s, t.terms - s.terms, s.score DESC, e.language) AS place
  FROM scored s JOIN total t USING (language) JOIN knowledge_entry e ON e.id = s.entry_id
  LEFT JOIN knowledge_answer w ON w.id = e.answer_id
  WHERE s.terms * 2 >= t.terms
)
SELECT service_id, answer_id, language, title, is_expired, lacking, score FROM ranked WHERE place = 1
ORDER BY is_expired, is_other, lacking, score DESC, title, id LIMIT %s
"""


@dataclass(frozen=True)
class Hit:
    """A service or an answer. An expired answer comes last and is not to be given as good."""

    service: uuid.UUID | None
    answer: uuid.UUID | None
    language: str
    title: str
    is_expired: bool
    lacking: int
    score: int


Row = tuple[str, int, int, int, int, str, str, int]
Choice = tuple[list[list[tuple[str, str]]], int]  # places, each the ranges that meet it; what it is worth


def find(query: str, language: str, *, limit: int = LIMIT, on: dt.date | None = None) -> list[Hit]:
    """At most `limit`, the best first. Whoever puts a space after the last word has finished it."""
    asked = [row for code in LANGUAGES for row in _rows(code, query[:200])]
    if not asked:
        return []
    kinds = ("text", "smallint", "smallint", "smallint", "smallint", "text", "text", "smallint")
    columns = [column(kind, values) for kind, values in zip(kinds, zip(*asked, strict=True), strict=True)]
    found = rows(FIND, *columns, on or now().date(), language, language, limit)
    return [Hit(*row) for row in found]


def _rows(language: str, query: str) -> Iterator[Row]:
    """What is asked of the index in one language."""
    for term, choices in enumerate(terms(language, query)):
        for choice, (places, worth) in enumerate(choices):
            for place, ranges in enumerate(places):
                for low, high in ranges:
                    yield language, term, choice, len(places), place, low, high, worth


def terms(language: str, query: str) -> list[list[Choice]]:
    """The terms of a query, each with its choices. Some five queries."""
    words = spoken(query, language)[:TERMS]
    if not words:
        return []
    plain = [fold(word) for word in words]
    forms = lexemes(language, words)
    means = _synonyms(language, plain, [forms[word] for word in words])
    known = _known(language, {fold(word): forms[word] for word in words})
    begun = plain[-1] if not query[-1:].isspace() and len(plain[-1]) >= PREFIX else ""
    near = spelling.near(language, [word for word in plain if word not in known])
    if begun in near and _begins(language, begun):
        del near[begun]
    others = [word for found in (*near.values(), *means.values()) for text in found for word in text.split()]
    forms |= lexemes(language, others)
    found = []
    for word, bare in zip(words, plain, strict=True):
        choices: list[Choice] = [([_exactly(forms[word])], EXACT)]
        if bare == begun and word == words[-1]:
            choices.append(([[(bare, bare + _LAST)]], BEGUN))
        choices += [([_exactly(forms[text])], CORRECTED) for text in near.get(bare, [])]
        choices += [([_exactly(forms[w]) for w in text.split()], SYNONYM) for text in means.get(bare, [])]
        found.append(choices)
    return found


def _exactly(forms: list[str]) -> list[tuple[str, str]]:
    return [(form, form) for form in forms]


def _known(language: str, forms: dict[str, list[str]]) -> set[str]:
    """Those of the words that some text bears, whole or by their stem."""
    bearers = {form: word for word, some in forms.items() for form in some}
    met = rows(
        "SELECT w FROM unnest(%s::text[]) AS w WHERE EXISTS (SELECT FROM knowledge_posting p WHERE p.language = %s "
        "AND p.lexeme = w)",
        column("text", bearers),
        language,
    )
    return {bearers[form] for (form,) in met}


def _begins(language: str, start: str) -> bool:
    statement = "SELECT 1 FROM knowledge_posting WHERE language = %s AND lexeme >= %s AND lexeme < %s LIMIT 1"
    return bool(rows(statement, language, start, min(start + _LAST, STEM)))


def _synonyms(language: str, plain: list[str], forms: list[list[str]]) -> dict[str, list[str]]:
    """{word: what else it means}, in any of its forms. Of an expression, each word carries what the whole means."""
    pairs = list(Synonym.objects.filter(language=language).values_list("word", "means", "is_mutual"))
    known = lexemes(language, [part for word, means, _ in pairs for part in f"{word} {means}".split()])
    found: dict[str, list[str]] = {}
    for word, means, is_mutual in pairs:
        for one, other in [(word, means), *([(means, word)] if is_mutual else [])]:
            parts = [known[part] for part in one.split()]
            for start in range(len(plain) - len(parts) + 1):
                if all(set(part) & set(form) for part, form in zip(parts, forms[start:], strict=False)):
                    for bare in plain[start : start + len(parts)]:
                        found.setdefault(bare, []).append(other)
    return found
