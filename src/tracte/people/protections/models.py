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


class Relation(models.Model):
    """Persons who share a home, or the number of a company: a fact beside them, never a person and never a link.

    It rests on an `identifier`, or on the keyed fingerprint of an `address`; `oldest` is the oldest record in it. Made
    and kept by the batch pass; over when `ended_at`.
    """

    class Kind(models.TextChoices):
        HOUSEHOLD = "household"
        ORGANISATION = "organisation"

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    kind = models.TextField(choices=Kind.choices)
    identifier = models.ForeignKey(
        "people.Identifier", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    address = models.BinaryField(null=True)
    oldest = models.ForeignKey("people.SourceRecord", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    privacy = Declared(
        "link", "P6Y", pseudonymous="id identifier address oldest", open="administration kind at ended_at"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["household", "organisation"]), name="relation_kind"),
            models.CheckConstraint(
                condition=Q(identifier=None, address__isnull=False) | Q(identifier__isnull=False, address=None),
                name="relation_rests_on_one",
            ),
            models.UniqueConstraint(
                fields=["identifier", "oldest"], condition=Q(ended_at=None), name="relation_by_identifier"
            ),
            models.UniqueConstraint(
                fields=["address", "oldest"], condition=Q(ended_at=None), name="relation_by_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class RelationMember(models.Model):
    """A record in a relation: by record, so that merging and parting people moves nothing."""

    pk = models.CompositePrimaryKey("relation_id", "record_id")
    administration = tenancy.owner()
    relation = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="members", db_index=False)
    record = models.ForeignKey("people.SourceRecord", on_delete=models.PROTECT, related_name="+")
    privacy = Declared("link", "P6Y", pseudonymous="relation record", open="administration")

    def __str__(self) -> str:
        return f"{self.record_id} in {self.relation_id}"
