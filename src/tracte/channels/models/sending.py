"""What we send: a dispatch, each attempt to hand it over, and what the other side said."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracte.channels.models.log import Account
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class Dispatches(models.QuerySet):
    def overdue(self, at: dt.datetime) -> Dispatches:
        """Held and nobody took them: the worker that had the job is gone."""
        return self.filter(state=Dispatch.State.HELD, not_before__lt=at)

    def in_doubt(self, at: dt.datetime) -> Dispatches:
        """Being sent since before then, with no word of what became of it."""
        return self.filter(state=Dispatch.State.SENDING, not_before__lt=at)

    def answering(self, external_ids: list[str]) -> Dispatches:
        """Those that answer one of these."""
        return self.filter(answers__in=[one for one in external_ids if one])

    def of_records(self, records: list) -> Dispatches:
        return self.filter(record_id__in=records)


class Dispatch(models.Model):
    """Something of ours on its way out. Its id is that of the interaction that it becomes when it is first handed over.

    `to_sealed` is the address as its channel knows it. `in_reply_to` are the ids of the thread as the channel knows
    them, oldest first: it `answers` the last one that is not ours. `by` nobody: automatic. `copy_of` is the dispatch
    that this one repeats on another channel. Sent at most once: only a person can order a second time what may have
    arrived.
    """

    class State(models.TextChoices):
        HELD = "held", _("espera per sortir")
        SENDING = "sending", _("surt ara")
        SENT = "sent", _("lliurat")
        FAILED = "failed", _("no s’ha pogut lliurar")
        RECALLED = "recalled", _("aturat abans de sortir")
        UNKNOWN = "unknown", _("no sabem si ha arribat")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.ForeignKey(
        "people.SourceRecord", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    to_sealed = models.BinaryField()
    subject = models.TextField(blank=True)
    text = models.TextField()
    language = models.TextField(blank=True)
    in_reply_to = ArrayField(models.TextField(), default=list)
    answers = models.TextField(blank=True)
    key = models.TextField()
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.HELD)
    copy_of = models.ForeignKey("self", on_delete=models.PROTECT, related_name="copies", null=True, db_index=False)

    objects = Dispatches.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="to_sealed subject text in_reply_to answers by",
        pseudonymous="id record key copy_of",
        open="administration account language at not_before state",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="dispatch_key_once"),
            models.CheckConstraint(
                condition=Q(state__in=["held", "sending", "sent", "failed", "recalled", "unknown"]),
                name="dispatch_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state__in=["held", "sending"]), name="dispatch_on_its_way"),
            models.Index(fields=["at"], condition=Q(state="unknown"), name="dispatch_of_unknown_fate"),
            models.Index(fields=["record", "-at"], condition=Q(record__isnull=False), name="dispatch_of_record"),
            # Of the one id that is answered, not of the array: under row-level security only leakproof operators reach
            # an index.
            models.Index(fields=["answers", "at"], condition=~Q(answers=""), name="dispatch_answers"),
            models.Index(fields=["copy_of"], condition=Q(copy_of__isnull=False), name="dispatch_copies"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"

    @property
    def to(self) -> str:
        return keys.keyring(self.administration_id).open(self.to_sealed).decode()

    @property
    def can_be_recalled(self) -> bool:
        return self.state == self.State.HELD

    def last_word(self) -> Outcome | None:
        """What was last heard of it."""
        return Outcome.objects.filter(attempt__dispatch=self).order_by("-at", "-id").first()


class Attempt(models.Model):
    """From now on it may arrive: written, and committed, before the first byte leaves."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="attempts")
    n = models.SmallIntegerField()
    started_at = models.DateTimeField()
    privacy = Declared("attend", "P6Y", pseudonymous="id dispatch", open="administration n started_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "n"], name="attempt_n_once")]

    def __str__(self) -> str:
        return f"{self.dispatch_id} {self.n}"


class Outcome(models.Model):
    """What became of an attempt. A late word follows an earlier "nobody knows": the last one holds."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("acceptat")
        DEFERRED = "deferred", _("més tard")
        REFUSED = "refused", _("rebutjat")
        UNKNOWN = "unknown", _("no se sap")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="outcomes")
    at = models.DateTimeField(default=now)
    kind = models.TextField(choices=Kind.choices)
    detail = models.TextField(blank=True)
    external_id = models.TextField(blank=True)
    privacy = Declared(
        "attend", "P6Y", personal="detail", pseudonymous="id attempt external_id", open="administration at kind"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["delivered", "deferred", "refused", "unknown"]), name="outcome_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class Intervention(models.Model):
    """A person took a dispatch back, or ordered it again knowing what may happen."""

    class Kind(models.TextChoices):
        RECALL = "recall", _("aturat")
        RESEND = "resend", _("enviat un altre cop")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="interventions")
    kind = models.TextField(choices=Kind.choices)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    at = models.DateTimeField()
    privacy = Declared("attend", "P6Y", personal="by", pseudonymous="id dispatch", open="administration kind at")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["recall", "resend"]), name="intervention_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dispatch_id}"
