"""What the administration's own history taught about topics, and what agents say when one is suggested."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import User
from tracte.inbox.models.conversation import Conversation
from tracte.vocabularies.models import Concept


class TopicModel(models.Model):
    """A classifier as it was learnt, with how it did on what it had not seen. The newest is in use; none is changed.

    `measured` is what `suggesting.measuring` tells. `learnt_sealed` holds numbers alone (`suggesting.classifier`),
    under the administration's key and in the database, so that every process has it and a backup brings it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    trained_at = models.DateTimeField(default=now)
    records = models.BigIntegerField()
    classes = models.IntegerField()
    accuracy = models.FloatField()
    baseline = models.FloatField()
    measured = models.JSONField()
    learnt_sealed = models.BinaryField()
    privacy = Declared(
        "attend",
        "P6Y",
        pseudonymous="learnt_sealed",
        open="id administration trained_at records classes accuracy baseline measured",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accuracy__gte=0, accuracy__lte=1, baseline__gte=0, baseline__lte=1),
                name="topic_model_shares",
            )
        ]
        indexes = [models.Index(fields=["administration", "-trained_at", "-id"], name="topic_model_newest")]

    def __str__(self) -> str:
        return f"{self.trained_at:%Y-%m-%d} {self.id}"


class TopicLabel(models.Model):
    """An agent said what a conversation is about; without a topic, that it is not what was suggested. The last holds.

    `suggested` and `probability`: what stood before them when they said it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="labels", db_index=False)
    topic = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    suggested = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    probability = models.FloatField(null=True)
    privacy = Declared(
        "attend",
        "P6Y",
        personal="by",
        pseudonymous="id conversation",
        open="administration topic at suggested probability",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__isnull=False) | Q(suggested__isnull=False), name="topic_label_says_something"
            ),
            models.CheckConstraint(
                condition=Q(suggested=None, probability=None)
                | Q(suggested__isnull=False, probability__isnull=False, probability__gte=0, probability__lte=1),
                name="topic_label_suggestion_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-at", "-id"], name="topic_label_last"),
            models.Index(fields=["administration", "at"], name="topic_label_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.topic_id}"
