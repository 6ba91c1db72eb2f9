"""What is suggested beside a conversation: its topic, and answers and templates for whoever is writing. Reading."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from tracte.desk.knowledge_forms import NAMES
from tracte.inbox.models import Conversation, Template
from tracte.inbox.suggesting import topics
from tracte.knowledge import search
from tracte.knowledge.finding.gist import gist
from tracte.knowledge.models import LANGUAGES
from tracte.vocabularies.models import Concept

MOST = 3
TEMPLATES = 30
TYPED = 200  # characters of a draft that are looked up: its end, where the thought is


@dataclass(frozen=True)
class Guess:
    """A suggested topic as the page shows it."""

    topic: Concept
    probability: float

    @property
    def percent(self) -> int:
        return min(99, round(100 * self.probability))  # nobody is sure


def guesses(conversation: Conversation) -> list[Guess]:
    """The topics that it seems to be about, without those that an agent said it is not; nothing when somebody said."""
    found = topics.of_conversation(conversation)
    if not found:
        return []
    refused = set(conversation.labels.filter(topic=None).values_list("suggested_id", flat=True))
    known = Concept.objects.in_use().in_bulk([one.topic for one in found])
    return [
        Guess(known[one.topic], one.probability) for one in found if one.topic in known and one.topic not in refused
    ]


def of_topic(conversation: Conversation) -> dict[str, object]:
    """What `_topic.html` shows: what it seems to be about, and all topics to choose from."""
    topics_in_use = Concept.objects.of("topics").in_use().order_by("code")
    seems = NAMES.get(conversation.seems_language, "")
    return {"guesses": guesses(conversation), "topics": topics_in_use, "seems": seems}


def of_writing(conversation: Conversation, typed: str = "") -> dict[str, object]:
    """What `_help.html` shows: at most three answers, those that hold first, and the templates of its unit."""
    language = language_of(conversation)
    offered = Template.objects.filter(Q(unit=conversation.unit_id) | Q(unit=None)).order_by("key")
    return {"hits": _hits(conversation, language, typed), "templates": offered[:TEMPLATES], "is_helped": True}


def language_of(conversation: Conversation) -> str:
    """In which one answers: what somebody said or what it seems, when it is one of ours; else Catalan."""
    return conversation.spoken if conversation.spoken in LANGUAGES else "ca"


def _hits(conversation: Conversation, language: str, typed: str) -> list[search.Hit]:
    """By what is typed, when that finds something; else by what they wrote last."""
    if len(typed) >= 3 and (hits := _answers(typed[-TYPED:], language)):
        return hits
    return _answers(f"{conversation.subject} {topics.last_text(conversation) or ''}", language)


def _answers(text: str, language: str) -> list[search.Hit]:
    """One that has expired is shown, last and marked: so nobody looks for it in vain, or gives it by heart."""
    query = gist(text, language)
    return [hit for hit in search.find(query, language) if hit.answer][:MOST] if query else []
