"""What was promised, by when and why then; and while its clock stands still."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.calendars.business_time import Term
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Calendar, User
from tracte.inbox.models.cases import Case
from tracte.inbox.models.conversation import Conversation


class Promises(models.QuerySet):
    def standing(self) -> Promises:
        """Neither kept nor taken back."""
        return self.filter(ended_at=None)


class Promise(models.Model):
    """A deadline with its derivation: so much of a calendar since a moment, less the days that did not count. It stands
    on a conversation or on a case.

    `skipped`: [[day, why], ...]. What changes a calendar later moves no promise. `due_at` is empty while it is paused.
    `rings_at`: when it is next asked whether it is near its end or broken; never, when nothing is left to say.
    """

    class What(models.TextChoices):
        ANSWER = "answer", _("contestar")
        CALL = "call", _("trucar")

    class End(models.TextChoices):
        KEPT = "kept", _("complerta")
        LATE = "late", _("complerta tard")
        DROPPED = "dropped", _("sense efecte")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="promises", null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="promises", null=True)
    what = models.TextField(choices=What.choices, default=What.ANSWER)
    since = models.DateTimeField()
    amount = models.PositiveSmallIntegerField()
    unit = models.TextField()
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+", db_index=False)
    skipped = models.JSONField(default=list)
    due_at = models.DateTimeField(null=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    rings_at = models.DateTimeField(null=True, default=now, db_default=Now())
    ended_at = models.DateTimeField(null=True)
    end = models.TextField(choices=End.choices, blank=True)

    objects = Promises.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="by",
        pseudonymous="id conversation case",
        open="administration what since amount unit calendar skipped due_at at rings_at ended_at end",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "what"], condition=Q(ended_at=None), name="promise_one_standing"
            ),
            models.UniqueConstraint(
                fields=["case", "what"], condition=Q(ended_at=None), name="promise_one_standing_of_case"
            ),
            models.CheckConstraint(
                condition=Q(conversation=None, case__isnull=False) | Q(conversation__isnull=False, case=None),
                name="promise_of_one",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False, end__in=["kept", "late", "dropped"]),
                name="promise_end_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["administration", "due_at"], condition=Q(ended_at=None), name="promise_due"),
            models.Index(
                fields=["rings_at", "id"],
                condition=Q(ended_at=None, rings_at__isnull=False),
                name="promise_to_ring",
            ),
            models.Index(
                fields=["administration", "ended_at"], condition=Q(ended_at__isnull=False), name="promise_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.due_at}"

    @property
    def term(self) -> Term:
        return Term(self.amount, self.unit)


class Pause(models.Model):
    """While it lasts the clock of a promise stands: we wait for somebody else, and the reason says for whom."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="pauses")
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    privacy = Declared(
        "attend", "P6Y", personal="by reason", pseudonymous="id promise", open="administration since until"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise"], condition=Q(until=None), name="pause_one_standing"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="pause_ends_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.since}"
