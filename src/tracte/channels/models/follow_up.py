"""Our own web form: what opens its follow-up page, and how often an address knocked."""

from __future__ import annotations

from django.db import models

from tracte.channels.models.log import Account
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class FollowUp(models.Model):
    """A form that came in, for who holds its code: only a keyed hash of the code is kept. `external_id` is the form's
    token, the id of its first interaction; what is added later has ids that begin with it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    external_id = models.TextField()
    digest = models.BinaryField()
    at = models.DateTimeField()
    privacy = Declared("attend", "P6Y", pseudonymous="id external_id digest", open="administration account at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "digest"], name="follow_up_code_once"),
            models.UniqueConstraint(fields=["account", "external_id"], name="follow_up_form_once"),
        ]

    def __str__(self) -> str:
        return self.external_id


class Knock(models.Model):
    """Somebody sent a form or a wrong code. `digest` is a hash of their address with a salt of the day: it says that
    the same came again, and not who."""

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    what = models.TextField()
    digest = models.BinaryField()
    at = models.DateTimeField(default=now)
    privacy = Declared("attend", "P1D", pseudonymous="digest", open="id administration what at")

    class Meta:
        indexes = [models.Index(fields=["administration", "what", "digest", "at"], name="knock_again")]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%F %T}"
