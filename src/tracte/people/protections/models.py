"""What keeps a mistake from growing: persons who joined too much, and who thawed them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class Freeze(models.Model):
    """A person reached a limit, or a component of the batch pass was too large to be looked into: somebody must look.

    `record` is the oldest of the person or component, so merging moves nothing. `times`: the limits were so many times
    the usual. A person is frozen while their figures reach the limits that stand (`freezing`): the row tells when
    that was first seen, and what the figures were.
    """

    class Why(models.TextChoices):
        RECORDS = "records"
        PHONES = "phones"
        EMAILS = "emails"
        COMPONENT = "component"

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    record = models.ForeignKey("people.SourceRecord", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    why = models.TextField(choices=Why.choices)
    records = models.IntegerField()
    phones = models.IntegerField(default=0)
    emails = models.IntegerField(default=0)
    times = models.IntegerField(default=1)
    privacy = Declared(
        "link", "P6Y", pseudonymous="id record", open="administration at why records phones emails times"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "times"], name="freeze_once"),
            models.CheckConstraint(
                condition=Q(why__in=["records", "phones", "emails", "component"]), name="freeze_why"
            ),
            models.CheckConstraint(condition=Q(times__gte=1), name="freeze_times"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.why}"


class Thaw(models.Model):
    """Somebody looked at a freeze and let the person grow again, up to so many `times` the usual limits."""

    freeze = models.OneToOneField(Freeze, on_delete=models.PROTECT, primary_key=True, related_name="thaw")
    administration = tenancy.owner()
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    reason = models.TextField()
    times = models.IntegerField()
    privacy = Declared("link", "P6Y", personal="by reason", pseudonymous="freeze", open="administration at times")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="thaw_says_why"),
            models.CheckConstraint(condition=Q(times__gte=1), name="thaw_times"),
        ]

    def __str__(self) -> str:
        return f"{self.freeze_id} up to {self.times} times"
