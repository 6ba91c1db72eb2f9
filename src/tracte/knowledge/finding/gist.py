"""What to look up of a text that is no query: a message of somebody who never thought of searching."""

from __future__ import annotations

from tracte.core.sql import column, rows
from tracte.knowledge.finding.words import lexemes, spoken

WORDS = 60  # of a message, from its beginning
MOST = 4  # that are looked up: of four, search asks for two

# How many entries bear each word in any of its forms, counted no further than needed to order them.
BEARERS = """
SELECT a.word, least(sum(p.n), 1000) FROM unnest(%s::text[], %s::text[]) AS a(word, lexeme)
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM knowledge_posting
  WHERE language = %s AND lexeme = a.lexeme LIMIT 200) borne) p
GROUP BY 1 HAVING sum(p.n) > 0 ORDER BY 2, 1 LIMIT %s
"""


def gist(text: str, language: str) -> str:
    """Its words that some text of ours bears, the rarest first; a query for `search.find`. Two queries."""
    words = list(dict.fromkeys(spoken(text, language)))[:WORDS]
    if not words:
        return ""
    forms = [(word, form) for word, some in lexemes(language, words).items() for form in some]
    found = rows(
        BEARERS,
        column("text", [word for word, _ in forms]),
        column("text", [form for _, form in forms]),
        language,
        MOST,
    )
    return "".join(f"{word} " for word, _ in found)
