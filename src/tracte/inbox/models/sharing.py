"""How a unit shares out what comes in: its way, who is there, how much each can have in hand, and what each knows."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.vocabularies.models import Concept

MOST = 8  # conversations in hand, of whom nobody set another number


class Sharing(models.Model):
    """The way of a unit. Without a row, by hand. `continuity_days`: who answered that person so lately gets them again
    if they are there; 0: nobody does."""

    class Way(models.TextChoices):
        BY_HAND = "by_hand", _("a mà")
        ROUND_ROBIN = "round_robin", _("per torn")
        BY_CAPACITY = "by_capacity", _("segons qui en té menys")

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, primary_key=True, related_name="+")
    administration = tenancy.owner()
    way = models.TextField(choices=Way.choices, default=Way.BY_HAND)
    continuity_days = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(365)])
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared("administer", "installation", personal="by", open="unit administration way continuity_days at")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=["by_hand", "round_robin", "by_capacity"]), name="sharing_way_known"
            ),
            models.CheckConstraint(condition=Q(continuity_days__lte=365), name="sharing_continuity_of_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.way}"


class Availability(models.Model):
    """From then on somebody is there, or is not; who said so. The last one holds; without any, they are not there:
    nobody is given work by a machine before they have said that they are at work."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_there = models.BooleanField()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    privacy = Declared("administer", "P1Y", personal="user is_there at by", open="id administration")

    class Meta:
        indexes = [models.Index(fields=["user", "-at", "-id"], name="availability_last")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.is_there} {self.at}"


class Hand(models.Model):
    """How many conversations that wait for an answer somebody has in hand at most, of those that are given by
    themselves. What is given by hand is not refused."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    administration = tenancy.owner()
    most = models.PositiveSmallIntegerField(default=MOST, validators=[MinValueValidator(1), MaxValueValidator(200)])
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    privacy = Declared("administer", "P1Y", personal="user most at by", open="administration")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(most__range=(1, 200)), name="hand_holds_something")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.most}"


class Skill(models.Model):
    """A language that somebody answers in, or a topic that they know, with all that is beneath it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    language = models.TextField(blank=True)
    topic = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    privacy = Declared("administer", "P1Y", personal="user language topic at by", open="id administration")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic=None) & ~Q(language="") | Q(topic__isnull=False, language=""), name="skill_is_one"
            ),
            models.UniqueConstraint(fields=["user", "language"], condition=Q(topic=None), name="skill_language_once"),
            models.UniqueConstraint(
                fields=["user", "topic"], condition=Q(topic__isnull=False), name="skill_topic_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.language or self.topic_id}"
