"""Why personal data are touched, and who read whom. This room knows a subject's UUID and never a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from tracte.core import tenancy
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class Purposes(models.QuerySet):
    def offered(self) -> Purposes:
        """Those that an agent may choose when opening a person."""
        return self.filter(is_offered=True).order_by("id")


class Purpose(models.Model):
    """A reason for touching personal data. `labels` and `explanations` are {language: text}."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.SlugField(max_length=40)
    labels = models.JSONField()
    explanations = models.JSONField(default=dict)
    is_offered = models.BooleanField(default=False)

    objects = Purposes.as_manager()
    privacy = Declared("administer", "installation", open="id administration key labels explanations is_offered")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="purpose_key_once"),
            models.CheckConstraint(condition=Q(labels__has_key="ca") & ~Q(labels__ca=""), name="purpose_in_catalan"),
        ]

    def __str__(self) -> str:
        return self.label()

    def label(self, language: str | None = None) -> str:
        return _in_language(self.labels, language) or self.labels["ca"]

    def explanation(self, language: str | None = None) -> str:
        return _in_language(self.explanations, language) or self.explanations.get("ca", "")


def _in_language(texts: dict[str, str], language: str | None) -> str:
    return texts.get((language or get_language() or "ca").split("-")[0], "")


class Read(models.Model):
    """Somebody looked at a subject: who, from which unit and role, what for, and what they saw. Never changed.

    Kept for three years, the longest limitation period of the infringements that it may have to prove or disprove
    (Organic Law 3/2018, article 72). The migration adds the foreign key (administration, purpose) -> Purpose.
    """

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(
        "core.Unit", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    role = models.TextField(blank=True)
    purpose = models.SlugField(max_length=40, db_index=False)
    subject = models.UUIDField()
    what = models.TextField(default="person")
    privacy = Declared(
        "audit", "P3Y", personal="user", pseudonymous="subject", open="id administration at unit role purpose what"
    )

    class Meta:
        indexes = [
            models.Index("administration", "subject", models.F("at").desc(), name="read_of_subject"),
            models.Index("administration", "user", models.F("at").desc(), name="read_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %R} {self.what} {self.subject} · {self.purpose}"


class ConsentStatement(models.Model):
    """Somebody said yes to a purpose, or took it back: a line of an append-only log.

    `subject` is the source record at which it was said, so merging and parting people moves nothing; what holds for a
    person follows (`people.consents`). `how`: by which channel or form, or in whose presence; `text_version`: which
    wording they saw, so that what they agreed to can be shown; `by`: who wrote it down, nobody when they did it
    themselves. Kept as long as what was done on its grounds may be disputed. The migration adds the foreign key
    (administration, purpose) -> Purpose.
    """

    class Kind(models.TextChoices):
        GIVEN = "given"
        WITHDRAWN = "withdrawn"

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    subject = models.UUIDField()
    purpose = models.SlugField(max_length=40, db_index=False)
    kind = models.TextField(choices=Kind.choices)
    at = models.DateTimeField()
    how = models.TextField()
    text_version = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    privacy = Declared(
        "audit",
        "P6Y",
        personal="by",
        pseudonymous="subject",
        open="id administration purpose kind at how text_version",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["given", "withdrawn"]), name="consent_kind"),
            models.CheckConstraint(condition=~Q(how=""), name="consent_says_how"),
            models.CheckConstraint(condition=Q(kind="withdrawn") | ~Q(text_version=""), name="consent_to_a_text"),
        ]
        indexes = [models.Index(fields=["subject", "purpose"], name="consent_of_subject")]

    def __str__(self) -> str:
        return f"{self.at:%F} {self.kind} {self.purpose} {self.subject}"
