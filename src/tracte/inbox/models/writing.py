"""What agents write besides answers, and that they are there: drafts, notes, mentions, presence, templates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.inbox.models.conversation import Conversation


class Draft(models.Model):
    """What an agent was writing, kept as they write. `seen`: how many turns the conversation had in their eyes."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    seen = models.IntegerField(default=0)
    at = models.DateTimeField(default=now)
    privacy = Declared(
        "attend", "P1Y", personal="by text", pseudonymous="id conversation", open="administration seen at"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "by"], name="draft_one_each")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.by_id}"


class Note(models.Model):
    """What the team tells itself; the citizen may ask for it, so it is written as if they read it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    text = models.TextField()
    privacy = Declared("attend", "P6Y", personal="by text", pseudonymous="id conversation", open="administration at")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A note calls somebody; `seen_at` when they opened it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)
    privacy = Declared("attend", "P6Y", personal="user", pseudonymous="id note", open="administration seen_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user"], condition=Q(seen_at=None), name="mention_unseen")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.user_id}"


class Presence(models.Model):
    """An agent has a conversation open before them. It lives for a moment and is renewed while they look."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    is_writing = models.BooleanField(default=False)
    privacy = Declared(
        "attend", "P1D", personal="user", pseudonymous="id conversation", open="administration until is_writing"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="presence_one_each")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.user_id}"


class Template(models.Model):
    """A text that is written often, in the languages that it has; `{name}` stands for what differs (`templates`)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.SlugField(max_length=60)
    names = models.JSONField()
    texts = models.JSONField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared("administer", "installation", personal="by", open="id administration key names texts unit at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="template_key_once"),
            models.CheckConstraint(condition=Q(texts__has_key="ca") & ~Q(texts__ca=""), name="template_in_catalan"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        """In the language of the page, or in Catalan."""
        return self.names.get((get_language() or "ca").split("-")[0]) or self.names.get("ca", self.key)
