"""What somebody must answer: conversations with their turns, and what people do with them while they answer."""

from tracte.inbox.models.conversation import Assignment, Closure, Conversation, Reopening, Snooze, Turn
from tracte.inbox.models.promises import Pause, Promise
from tracte.inbox.models.topics import TopicLabel, TopicModel
from tracte.inbox.models.writing import Draft, Mention, Note, Presence, Template

__all__ = [
    "Assignment",
    "Closure",
    "Conversation",
    "Draft",
    "Mention",
    "Note",
    "Pause",
    "Presence",
    "Promise",
    "Reopening",
    "Snooze",
    "Template",
    "TopicLabel",
    "TopicModel",
    "Turn",
]
