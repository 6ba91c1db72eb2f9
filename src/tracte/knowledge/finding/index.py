"""What search looks in: written again for a service or an answer whenever its words change."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tracte.core.ids import uuid7
from tracte.core.sql import column, run
from tracte.knowledge.answers.models import Answer, AnswerText
from tracte.knowledge.finding import spelling
from tracte.knowledge.finding.words import MOST, lexemes, spoken
from tracte.knowledge.models import LANGUAGES, Service

TITLE, KEYWORD, BODY = 8, 4, 2
STEM_COSTS = 1  # a stem says a little less than the word itself
AT_ONCE = 1_000


@dataclass
class Page:
    """One entry on its way into the index: words with the weight of the best place where they stand."""

    service: uuid.UUID | None
    answer: uuid.UUID | None
    language: str
    title: str
    parts: list[tuple[int, str]]
    id: uuid.UUID = field(default_factory=uuid7)

    def weights(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for weight, text in self.parts:
            for word in spoken(text, self.language):
                if word in found or len(found) < MOST:
                    found[word] = max(weight, found.get(word, 0))
        return found


def renew_services(services: Iterable[uuid.UUID]) -> None:
    """Retired ones leave."""
    ids = list(services)
    _leave("service_id", ids)
    _store(_of_services(ids))


def renew_answers(answers: Iterable[uuid.UUID]) -> None:
    """Withdrawn ones leave. Two who write one answer in two languages at once follow each other."""
    ids = list(answers)
    list(Answer.objects.filter(id__in=ids).order_by("id").select_for_update().values_list("id"))
    _leave("answer_id", ids)
    _store(_of_answers(ids))


def _leave(column: str, ids: list[uuid.UUID]) -> None:
    of = f"SELECT id FROM knowledge_entry WHERE {column} = ANY(%s)"  # noqa: S608 - one of two names of ours
    run(f"DELETE FROM knowledge_posting WHERE entry_id IN ({of})", ids)  # noqa: S608
    run(f"DELETE FROM knowledge_entry WHERE {column} = ANY(%s)", ids)  # noqa: S608


def _of_services(ids: list[uuid.UUID]) -> Iterator[Page]:
    for service in Service.objects.offered().filter(id__in=ids).select_related("topic"):
        topic = service.topic.labels if service.topic else {}
        for code in LANGUAGES:
            if not service.names.get(code):
                continue
            texts = [
                (TITLE, service.names[code]),
                (KEYWORD, " ".join([*service.keywords.get(code, []), topic.get(code, "")])),
                (BODY, f"{service.descriptions.get(code, '')} {service.citizen_texts.get(code, '')}"),
            ]
            yield Page(service.id, None, code, service.names[code], texts)


def _of_answers(ids: list[uuid.UUID]) -> Iterator[Page]:
    texts = AnswerText.objects.current().filter(answer__in=ids, answer__withdrawal=None)
    for text in texts.select_related("answer__topic", "answer__service"):
        code, answer = text.language, text.answer
        about = [answer.topic.labels.get(code, "") if answer.topic else ""]
        if answer.service:
            about += [answer.service.names.get(code, ""), *answer.service.keywords.get(code, [])]
        parts = [(TITLE, text.title), (KEYWORD, " ".join(about)), (BODY, text.body)]
        yield Page(None, answer.id, code, text.title, parts)


def _store(pages: Iterable[Page]) -> None:
    held = list(pages)
    for start in range(0, len(held), AT_ONCE):
        some = held[start : start + AT_ONCE]
        run(
            "INSERT INTO knowledge_entry (id, service_id, answer_id, language, title) "
            "SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[])",
            column("uuid", [page.id for page in some]),
            column("uuid", [page.service for page in some]),
            column("uuid", [page.answer for page in some]),
            column("text", [page.language for page in some]),
            column("text", [page.title for page in some]),
        )
        for code in LANGUAGES:
            _post(code, [page for page in some if page.language == code])


def _post(language: str, pages: list[Page]) -> None:
    """The postings of pages in one language, and their words to the known ones."""
    weights = {page.id: page.weights() for page in pages}
    known = lexemes(language, [word for words in weights.values() for word in words])
    best: dict[tuple[str, uuid.UUID], int] = {}
    for entry, words in weights.items():
        for word, weight in words.items():
            for place, lexeme in enumerate(known[word]):
                key = (lexeme, entry)
                best[key] = max(weight - STEM_COSTS * (place > 0), best.get(key, 0))
    if not best:
        return
    run(
        "INSERT INTO knowledge_posting (language, lexeme, entry_id, weight) "
        "SELECT %s, * FROM unnest(%s::text[], %s::uuid[], %s::smallint[])",
        language,
        column("text", [lexeme for lexeme, _ in best]),
        column("uuid", [entry for _, entry in best]),
        column("smallint", best.values()),
    )
    spelling.learn(language, {forms[0] for forms in known.values()})
