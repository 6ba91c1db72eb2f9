"""Searches that found nothing: what to write next. What looks like somebody's data is not kept."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils import timezone

from tracte.core.sql import rows, run
from tracte.knowledge.finding.models import LANGUAGES
from tracte.knowledge.finding.words import fold, split

MOST = 8
LONGEST = 120
# An address, a document (12345678Z, X1234567L, 12.345.678-Z), a telephone or anything with as many digits.
PERSONAL = re.compile(r"\S+@\S+|@\w+|\b[a-z]?[\s.-]?\d(?:[\s./-]?\d){4,}[\s.-]?[a-z]?\b", re.IGNORECASE)


def kept(query: str) -> str:
    """What may be kept of a query: its folded words, without what looks like personal data."""
    plain = PERSONAL.sub(" ", fold(query[:500]))
    words = [word for word in split(plain) if sum(letter.isdigit() for letter in word) < 5]
    return " ".join(words[:MOST])[:LONGEST]


def note(query: str, language: str, at: dt.datetime) -> None:
    """One more on that day; nothing when nothing may be kept."""
    words = kept(query)
    if len(words) < 2 or language not in LANGUAGES:
        return
    run(
        "INSERT INTO knowledge_missedsearch (id, language, words, day, count) VALUES "
        "(gen_random_uuid(), %s, %s, %s, 1) ON CONFLICT (administration_id, day, language, words) "
        "DO UPDATE SET count = knowledge_missedsearch.count + 1",
        language,
        words,
        timezone.localdate(at),
    )


@dataclass(frozen=True)
class Missed:
    words: str
    language: str
    times: int
    last: dt.date


def often(since: dt.date, limit: int = 100) -> list[Missed]:
    """Most often missed since that day, in all languages."""
    return [
        Missed(*row)
        for row in rows(
            "SELECT words, language, sum(count)::int, max(day) FROM knowledge_missedsearch WHERE day >= %s "
            "GROUP BY words, language ORDER BY 3 DESC, 4 DESC, words, language LIMIT %s",
            since,
            limit,
        )
    ]
