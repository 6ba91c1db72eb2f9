"""A question to somebody who knows: an expert of another unit, or a contractor outside by a signed link."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.inbox.models.cases import Case


class Referrals(models.QuerySet):
    def standing(self) -> Referrals:
        """Neither answered nor taken back."""
        return self.filter(ended_at=None)


class Referral(models.Model):
    """To a `unit`, or to somebody outside (`name`, `address_sealed`); it has a clock of its own, `due_at`.

    `shared` is what was chosen to be told, copied as it was: [[what, text], ...]. The link of one outside opens until
    `expires_at`, and takes one answer.
    """

    class End(models.TextChoices):
        ANSWERED = "answered", _("contestada")
        WITHDRAWN = "withdrawn", _("retirada")
        EXPIRED = "expired", _("caducada sense resposta")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    name = models.TextField(blank=True)
    address_sealed = models.BinaryField(null=True)
    question = models.TextField()
    shared = models.JSONField(default=list)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    ended_at = models.DateTimeField(null=True)
    end = models.TextField(choices=End.choices, blank=True)

    objects = Referrals.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="by name address_sealed question shared answer answered_by",
        pseudonymous="id case",
        open="administration at unit due_at expires_at ended_at end",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(question=""), name="referral_asks_something"),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, name="") | (Q(unit=None) & ~Q(name="")), name="referral_to_one"
            ),
            models.CheckConstraint(condition=Q(expires_at__gte=F("due_at")), name="referral_expires_after_due"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="", answer="")
                | (Q(ended_at__isnull=False, end="answered") & ~Q(answer=""))
                | Q(ended_at__isnull=False, end__in=["withdrawn", "expired"], answer=""),
                name="referral_end_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_at"], condition=Q(ended_at=None), name="referral_of_unit"),
            models.Index(fields=["expires_at"], condition=Q(ended_at=None), name="referral_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"

    @property
    def address(self) -> str:
        return keys.keyring(self.administration_id).open(self.address_sealed).decode() if self.address_sealed else ""

    def is_open(self, at: dt.datetime) -> bool:
        """Whether it still takes an answer."""
        return self.ended_at is None and at < self.expires_at
