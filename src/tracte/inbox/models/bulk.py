"""One act on many conversations: what was planned, who set it going or stopped it, and how it ended with each."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import User
from tracte.inbox.models.conversation import Conversation


class BulkAct(models.Model):
    """What would be done, as the dry run showed it. `said`: what the form said, ids as text; `chosen`: of which view,
    by which filters, or that they were picked one by one. `total` were chosen; on `doable` of them it can be done, as
    far as could be foreseen. Nothing happens until somebody orders it."""

    class What(models.TextChoices):
        ASSIGN = "assign", _("Assignar")
        CLOSE = "close", _("Tancar")
        SNOOZE = "snooze", _("Ajornar")
        LABEL = "label", _("Posar tema")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    what = models.TextField(choices=What.choices)
    said = models.JSONField(default=dict)
    chosen = models.JSONField(default=dict)
    total = models.IntegerField(default=0)
    doable = models.IntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    privacy = Declared(
        "attend", "P6Y", personal="by said", pseudonymous="id", open="administration what chosen total doable at"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(what__in=["assign", "close", "snooze", "label"]), name="bulk_act_known")
        ]
        indexes = [models.Index(fields=["administration", "-at", "-id"], name="bulk_act_newest")]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"

    @property
    def until(self) -> dt.datetime | None:
        """Of what puts off, until when."""
        return dt.datetime.fromisoformat(self.said["until"]) if self.said.get("until") else None


class BulkTarget(models.Model):
    """A conversation as it stood when the dry run looked: `turns` it had, `acts` of people on it. `foreseen` is the
    code of why it would not be done: then it is left alone."""

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="targets", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+", db_index=False)
    turns = models.IntegerField()
    acts = models.IntegerField()
    foreseen = models.TextField(blank=True)
    privacy = Declared("attend", "P6Y", pseudonymous="id act conversation", open="administration turns acts foreseen")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "conversation"], name="bulk_target_once")]

    def __str__(self) -> str:
        return f"{self.act_id} {self.conversation_id}"


class BulkOrder(models.Model):
    """Somebody set it going, stopped it, or had it undone: each once."""

    class What(models.TextChoices):
        START = "start", _("en marxa")
        STOP = "stop", _("aturat")
        UNDO = "undo", _("desfet")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    act = models.ForeignKey(BulkAct, on_delete=models.PROTECT, related_name="orders", db_index=False)
    what = models.TextField(choices=What.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    privacy = Declared("attend", "P6Y", personal="by", pseudonymous="id act", open="administration what at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "what"], name="bulk_order_once"),
            models.CheckConstraint(condition=Q(what__in=["start", "stop", "undo"]), name="bulk_order_known"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"


class BulkOutcome(models.Model):
    """How it ended with one conversation, when it was done and when it was undone: written in the transaction that did
    it, so that neither is ever without the other. `reason` is the code of why not; empty, it was done.

    `made` is the row that says it (assignment, closure, snooze, label), `before` what stood, and `acts` how many acts
    of people it then had: one more, and undoing leaves it alone.
    """

    class Step(models.TextChoices):
        START = "start", _("fet")
        UNDO = "undo", _("desfet")

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    act = models.ForeignKey(BulkAct, on_delete=models.PROTECT, related_name="outcomes", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.TextField(choices=Step.choices)
    at = models.DateTimeField(default=now)
    reason = models.TextField(blank=True)
    made = models.UUIDField(null=True)
    before = models.JSONField(default=dict)
    acts = models.IntegerField(default=0)
    privacy = Declared(
        "attend",
        "P6Y",
        personal="before",
        pseudonymous="id act conversation made",
        open="administration step at reason acts",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "conversation", "step"], name="bulk_outcome_once"),
            models.CheckConstraint(condition=Q(step__in=["start", "undo"]), name="bulk_outcome_step_known"),
            models.CheckConstraint(
                condition=~Q(reason="", step="start") | Q(made__isnull=False), name="bulk_outcome_says_what_it_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act_id} {self.conversation_id} {self.step}"
