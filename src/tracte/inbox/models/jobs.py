"""One job behind the cases of many citizens: the lamp is mended once, and each who asked has their own answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.knowledge.models import Service, said


class Job(models.Model):
    """What is to be done, of a service and by a unit. Its cases keep their own promises and answers."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    title = models.TextField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared("attend", "P6Y", personal="title by", pseudonymous="id", open="administration service unit at")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="job_has_a_title")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return hasattr(self, "finish")


class JobFinish(models.Model):
    """The job is done, and what is proposed to say to each who asked, by language."""

    job = models.OneToOneField(Job, on_delete=models.PROTECT, primary_key=True, related_name="finish")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    texts = models.JSONField()
    privacy = Declared("attend", "P6Y", personal="by", pseudonymous="job", open="administration at texts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(texts__has_key="ca") & ~Q(texts__ca=""), name="job_finish_in_catalan")
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.at:%F}"

    def text(self, language: str) -> str:
        return said(self.texts, language or "ca")
