"""Answers to what people ask: who keeps each, until when it holds, and its text in each language as versions."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.vocabularies.models import Concept

LANGUAGES = ["ca", "es", "oc", "en"]


class Answers(models.QuerySet):
    def standing(self) -> Answers:
        """Not withdrawn; it may have expired."""
        return self.filter(withdrawal=None)

    def expired(self, day: dt.date | None = None) -> Answers:
        return self.standing().filter(expires_on__lte=day or now().date())

    def to_review(self, day: dt.date | None = None) -> Answers:
        """Its day of review has come, and it has not expired."""
        day = day or now().date()
        return self.standing().filter(review_on__lte=day).exclude(expires_on__lte=day)

    def stale(self) -> Answers:
        """Some translation was made from an older text than the one that stands in its own language."""
        return self.standing().filter(Exists(_latest().filter(answer=OuterRef("pk")).filter(_behind())))


class Answer(models.Model):
    """One question that people have, kept by a unit. `key` is for loading it again; `source`: an address or words."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.SlugField(max_length=120, blank=True)
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        "knowledge.Service", on_delete=models.PROTECT, related_name="answers", null=True, blank=True
    )
    topic = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    source = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="ca")  # in which it is written first, and translated from
    review_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = Answers.as_manager()
    privacy = Declared(
        "administer",
        "installation",
        open="id administration key owner service topic source language review_on expires_on created_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], condition=~Q(key=""), name="answer_key_once"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="answer_language_known"),
            models.CheckConstraint(condition=Q(expires_on__gte=F("review_on")), name="answer_review_before_expiry"),
        ]
        indexes = [models.Index(fields=["administration", "review_on", "id"], name="answer_by_review")]

    def __str__(self) -> str:
        return self.key or str(self.id)

    def is_expired(self, day: dt.date | None = None) -> bool:
        return self.expires_on is not None and self.expires_on <= (day or now().date())

    def is_to_review(self, day: dt.date | None = None) -> bool:
        return not self.is_expired(day) and self.review_on <= (day or now().date())


class Texts(models.QuerySet):
    def current(self) -> Texts:
        """Of each answer and language, the last version."""
        return self.order_by("answer", "language", "-version").distinct("answer", "language")


class AnswerText(models.Model):
    """A version of an answer in a language: a title and plain paragraphs. It stays as written; the last one stands."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=2)
    version = models.PositiveIntegerField()
    title = models.TextField()
    body = models.TextField()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    translated_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = Texts.as_manager()
    privacy = Declared(
        "administer",
        "installation",
        personal="by",
        open="id administration answer language version title body at translated_from",
    )

    class Meta:
        constraints = [
            # Two who write at once made the same version: the second is refused, and sees what the first wrote.
            models.UniqueConstraint(fields=["answer", "language", "version"], name="answer_text_one_version"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="answer_text_language_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="answer_text_says_something"),
        ]

    def __str__(self) -> str:
        return self.title


def _latest() -> Texts:
    newer = AnswerText.objects.filter(
        answer=OuterRef("answer"), language=OuterRef("language"), version__gt=OuterRef("version")
    )
    return AnswerText.objects.filter(~Exists(newer))


def _behind() -> Exists:
    """The text in the answer's own language has a version that this translation was not made from."""
    own = AnswerText.objects.filter(answer=OuterRef("answer"), language=OuterRef("answer__language"))
    newer = own.filter(Q(version__gt=OuterRef("translated_from__version")) | Q(at__gt=OuterRef("at")))
    return Exists(newer.exclude(language=OuterRef("language")))


class Withdrawal(models.Model):
    """An answer that is given no more. Its texts stay."""

    answer = models.OneToOneField(Answer, on_delete=models.PROTECT, primary_key=True, related_name="withdrawal")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField()
    privacy = Declared("administer", "P5Y", personal="by", open="answer administration at reason")

    def __str__(self) -> str:
        return f"{self.answer_id} {self.at:%F}"


class AnswerUse(models.Model):
    """How often an answer was given on one day; to whom is nobody's business here."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    count = models.PositiveIntegerField()
    privacy = Declared("administer", "P5Y", open="id administration answer day count")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "day"], name="answer_use_once_a_day")]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.day}"
