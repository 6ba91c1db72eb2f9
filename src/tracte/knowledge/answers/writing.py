"""The row of an answer and its counters."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracte.core.sql import run
from tracte.knowledge.answers.models import LANGUAGES, Answer, AnswerText
from tracte.knowledge.fields import Wrong

FACTS = {"key", "owner", "review_on", "expires_on", "source", "service", "topic"}
TITLE, BODY = 300, 20_000


def check(title: str, body: str, language: str) -> None:
    """Raises Wrong."""
    problems = []
    if language not in LANGUAGES:
        problems.append(_("Una resposta és en català, castellà, aranès o anglès."))
    if not title.strip() or len(title) > TITLE:
        problems.append(_("Falta la pregunta, o passa de %(most)d lletres.") % {"most": TITLE})
    if not body.strip() or len(body) > BODY:
        problems.append(_("Falta la resposta, o passa de %(most)d lletres.") % {"most": BODY})
    if problems:
        raise Wrong(*problems)


def arranged(answer: Answer, facts: dict[str, Any]) -> Answer:
    """The answer with these facts, saved. Raises Wrong."""
    if unknown := sorted(facts.keys() - FACTS):
        raise Wrong(_("Una resposta no té «%(what)s».") % {"what": unknown[0]})
    for name, value in facts.items():
        setattr(answer, name, value)
    if answer.owner_id is None or answer.review_on is None:
        raise Wrong(_("Una resposta necessita la unitat que la manté i el dia que s’ha de repassar."))
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if name == "answer_review_before_expiry":
            raise Wrong(_("S’ha de repassar abans que caduqui, o el mateix dia.")) from None
        if name == "answer_key_once":
            raise Wrong(_("Ja hi ha una resposta amb aquesta clau.")) from None
        raise
    return answer


def count(answer: uuid.UUID, at: dt.datetime) -> None:
    """One more on that day; two at once are two."""
    run(
        "INSERT INTO knowledge_answeruse (id, answer_id, day, count) VALUES (gen_random_uuid(), %s, %s, 1) "
        "ON CONFLICT (answer_id, day) DO UPDATE SET count = knowledge_answeruse.count + 1",
        answer,
        timezone.localdate(at),
    )


@dataclass(frozen=True)
class Side:
    """An answer in one language: its standing text, if any, and whether it lags behind the text it comes from."""

    language: str
    text: AnswerText | None
    is_stale: bool
    is_source: bool


def sides(answer: Answer) -> list[Side]:
    """The four languages side by side, in their fixed order. One query."""
    current = {text.language: text for text in answer.texts.current().select_related("by", "translated_from")}
    source = current.get(answer.language)
    return [
        Side(code, text, _is_stale(text, source), code == answer.language)
        for code in LANGUAGES
        for text in (current.get(code),)
    ]


def _is_stale(text: AnswerText | None, source: AnswerText | None) -> bool:
    if text is None or source is None or text.language == source.language:
        return False
    if text.translated_from is not None:
        return text.translated_from.version < source.version
    return source.at > text.at
