"""What a unit wants to be told of its promises, what was told to whom, and that it was told once."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Calendar, Unit, User
from tracte.inbox.models.promises import Promise

NEAR_PERCENT = 25  # of the term is left: where a unit says nothing, a promise is about to be broken


class Watch(models.Model):
    """When a promise of a unit is about to be broken (a share of its term, or hours, are left), and when its digest
    goes: at some hours of the working days of a calendar, or of the first of each week. `next_at`: the next one."""

    class Digest(models.TextChoices):
        NEVER = "never", _("mai")
        WORKDAYS = "workdays", _("cada dia laborable")
        WEEKLY = "weekly", _("el primer dia laborable de la setmana")

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, primary_key=True, related_name="+")
    administration = tenancy.owner()
    near_percent = models.PositiveSmallIntegerField(null=True, default=NEAR_PERCENT)
    near_hours = models.PositiveSmallIntegerField(null=True)
    digest = models.TextField(choices=Digest.choices, default=Digest.NEVER)
    hours = ArrayField(models.TimeField(), default=list)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    is_sent_empty = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared(
        "administer",
        "installation",
        personal="by",
        open="unit administration near_percent near_hours digest hours calendar is_sent_empty next_at at",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(near_percent__range=(1, 99), near_hours=None)
                | Q(near_percent=None, near_hours__range=(1, 1000)),
                name="watch_is_near_by_share_or_by_hours",
            ),
            models.CheckConstraint(
                condition=Q(digest="never") | Q(digest__in=["workdays", "weekly"], calendar__isnull=False),
                name="watch_digest_has_a_calendar",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="watch_next")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.digest}"


class DigestReader(models.Model):
    """Who gets the digest of a unit. Where nobody is named, its supervisors."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="readers", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    privacy = Declared("administer", "P1Y", personal="user", open="id administration watch")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "user"], name="digest_reader_once")]

    def __str__(self) -> str:
        return f"{self.watch_id} {self.user_id}"


class Digest(models.Model):
    """What a unit had at its hour (`slot`): numbers only. One for each hour, whoever counts it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    slot = models.DateTimeField()
    at = models.DateTimeField(default=now)
    counts = models.JSONField(default=dict)  # see `digesting`
    privacy = Declared("attend", "P90D", pseudonymous="counts", open="id administration unit slot at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "slot"], name="digest_one_each_hour")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.slot}"


class DigestMail(models.Model):
    """A digest on its way to somebody. `started_at` is written before the first byte leaves: whoever dies then sends
    nothing twice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="mails", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    not_before = models.DateTimeField(default=now)
    tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)  # that of `channels.outgoing.Result`
    detail = models.TextField(blank=True)
    privacy = Declared(
        "administer",
        "P90D",
        personal="user detail",
        open="id administration digest not_before tries started_at outcome",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "user"], name="digest_mail_once")]
        indexes = [models.Index(fields=["not_before"], condition=Q(started_at=None), name="digest_mail_to_send")]

    def __str__(self) -> str:
        return f"{self.digest_id} {self.outcome}"


class Alarm(models.Model):
    """A promise is about to be broken, or is broken: each said once, says the database."""

    class Kind(models.TextChoices):
        NEAR = "near", _("a punt de vèncer")
        BROKEN = "broken", _("fora de termini")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="alarms", db_index=False)
    kind = models.TextField(choices=Kind.choices)
    due_at = models.DateTimeField()  # as it was then
    at = models.DateTimeField(default=now)
    privacy = Declared("attend", "P1Y", pseudonymous="id promise", open="administration kind due_at at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "kind"], name="alarm_once"),
            models.CheckConstraint(condition=Q(kind__in=["near", "broken"]), name="alarm_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.promise_id}"


class Notice(models.Model):
    """An alarm for one person, and when they saw it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="notices", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)
    privacy = Declared("attend", "P1Y", personal="user", pseudonymous="id alarm", open="administration seen_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "user"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(seen_at=None), name="notice_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.alarm_id}"
