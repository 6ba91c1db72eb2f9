"""Channel accounts, the log of interactions, what came raw, and what could not come in."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.people.appearance import ATTEND

WORTH_PACKING = 512  # bytes; below, compressing costs more than it saves


def pack(raw: bytes) -> bytes:
    """A payload before it is sealed: the first byte says whether it is compressed."""
    return b"z" + zlib.compress(raw, 1) if len(raw) > WORTH_PACKING else b"p" + raw


def unpack(packed: bytes) -> bytes:
    return zlib.decompress(packed[1:]) if packed[:1] == b"z" else packed[1:]


def attend() -> list[str]:
    return list(ATTEND)


class Account(models.Model):
    """One door: a mailbox, a bot, a telephone line, an office, a form. `own` are its own addresses: theirs goes out.

    `purposes`: what those who come in by it may be joined with others for; each record keeps those it came under.
    `settings_sealed`: how it sends (server, password, token). `attended_since`: what happened from then on is
    somebody's to answer; never, and it is only kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.SlugField(max_length=60)
    kind = models.TextField()
    name = models.TextField()
    icon = models.TextField(default="form")
    mapping = models.TextField(blank=True)
    own = ArrayField(models.TextField(), default=list)
    purposes = ArrayField(models.TextField(), default=attend)
    secret_sealed = models.BinaryField(null=True)
    settings_sealed = models.BinaryField(null=True)
    attended_since = models.DateTimeField(null=True)
    unit = models.ForeignKey("core.Unit", on_delete=models.PROTECT, related_name="+", null=True)
    privacy = Declared(
        "attend",
        "installation",
        open="id administration key kind name icon mapping own purposes secret_sealed settings_sealed attended_since "
        "unit",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["administration", "key"], name="account_key_once")]

    def __str__(self) -> str:
        return self.name

    def way_out(self) -> dict[str, Any]:
        """How it sends, as `actions.set_way_out` was told; empty when it was told nothing."""
        sealed = self.settings_sealed
        return json.loads(keys.keyring(self.administration_id).open(sealed)) if sealed is not None else {}


class Interactions(models.QuerySet):
    def of_records(self, records: list[Any]) -> Interactions:
        return self.filter(record_id__in=records)

    def before(self, at: dt.datetime, id: Any) -> Interactions:
        """The next page of a list from new to old."""
        return self.filter(Q(at__lt=at) | Q(at=at, id__lt=id))


class Interaction(models.Model):
    """Anything that happened between somebody and the administration. Partitioned by month of `at`; never moved.

    It hangs on a source record, never on a person; nobody known: no record.
    """

    class Direction(models.TextChoices):
        IN = "in", _("rebut")
        OUT = "out", _("enviat")

    pk = models.CompositePrimaryKey("id", "at")
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField()
    administration = tenancy.owner()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    record = models.ForeignKey(
        "people.SourceRecord",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    direction = models.TextField(choices=Direction.choices)
    kind = models.TextField()
    topic = models.ForeignKey(
        "vocabularies.Concept",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    territory = models.ForeignKey(
        "vocabularies.Concept",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    language = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    flags = ArrayField(models.TextField(), default=list)
    received_at = models.DateTimeField(default=now)

    objects = Interactions.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="subject text data",
        pseudonymous="id record",
        open="at administration account direction kind topic territory language flags received_at",
    )

    class Meta:
        indexes = [
            models.Index(fields=["record", "-at"], condition=Q(record__isnull=False), name="interaction_of_record"),
            models.Index(fields=["account", "-at"], name="interaction_of_account"),
        ]

    def __str__(self) -> str:
        return self.subject or self.text[:60] or self.kind


class InteractionKey(models.Model):
    """The idempotency key of an interaction: a partitioned table cannot enforce it, so it has a table of its own."""

    pk = models.CompositePrimaryKey("account_id", "external_id")
    administration = tenancy.owner()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    external_id = models.TextField()
    interaction = models.UUIDField()
    at = models.DateTimeField()
    privacy = Declared("attend", "P6Y", pseudonymous="external_id interaction", open="administration account at")

    class Meta:
        indexes = [models.Index(fields=["interaction"], name="key_of_interaction")]

    def __str__(self) -> str:
        return self.external_id


class RawPayload(models.Model):
    """What came, as it came, sealed: the source of truth if a connector is found to have misread it."""

    interaction = models.UUIDField(primary_key=True)
    administration = tenancy.owner()
    body_sealed = models.BinaryField()
    privacy = Declared("attend", "P1Y", personal="body_sealed", pseudonymous="interaction", open="administration")

    def __str__(self) -> str:
        return str(self.interaction)

    def body(self) -> bytes:
        return unpack(keys.keyring(self.administration_id).open(self.body_sealed))


class Reject(models.Model):
    """Input that could not come in, with the reason: nothing is lost, and once mended it is sent again."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    position = models.BigIntegerField()
    external_id = models.TextField(blank=True)
    reason = models.TextField()
    digest = models.BinaryField()
    body_sealed = models.BinaryField()
    privacy = Declared(
        "attend",
        "P90D",
        personal="body_sealed",
        pseudonymous="external_id digest",
        open="id administration account at position reason",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="reject_once")]

    def __str__(self) -> str:
        return f"{self.position}: {self.reason}"

    def body(self) -> bytes:
        return unpack(keys.keyring(self.administration_id).open(self.body_sealed))


class Import(models.Model):
    """One run of a file through the importer: who, what, how many."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    file_name = models.TextField()
    started_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    privacy = Declared(
        "attend",
        "P6Y",
        open="id administration account file_name started_at finished_at received new duplicate rejected",
    )

    def __str__(self) -> str:
        return json.dumps({"file": self.file_name, "new": self.new})
