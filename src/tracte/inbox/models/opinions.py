"""How people were attended, by their own word: that they were asked, what they said, that nobody is to be asked."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Dispatch
from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import User
from tracte.inbox.models.cases import CaseClosure
from tracte.inbox.models.conversation import Closure

CORRECTED_FOR = dt.timedelta(days=7)
LOW = 2  # a mark that asks why


class Asking(models.Model):
    """Somebody was asked how they were attended, once for a closure. Without a `dispatch` only the follow-up page of
    their form asks. Its link opens until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    closure = models.OneToOneField(Closure, on_delete=models.PROTECT, related_name="asking", null=True)
    case_closure = models.OneToOneField(CaseClosure, on_delete=models.PROTECT, related_name="asking", null=True)
    record = models.ForeignKey(
        "people.SourceRecord", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="+", null=True)
    language = models.TextField()
    at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    privacy = Declared(
        "attend",
        "P6Y",
        pseudonymous="id closure case_closure record dispatch",
        open="administration language at expires_at",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closure=None, case_closure__isnull=False) | Q(closure__isnull=False, case_closure=None),
                name="asking_of_one",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="asking_expires_later"),
        ]
        indexes = [
            models.Index(fields=["record", "-at"], condition=Q(record__isnull=False), name="asking_of_record"),
            models.Index(fields=["administration", "at"], name="asking_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.closure_id or self.case_closure_id} {self.at:%F}"


class Opinion(models.Model):
    """One answer to one asking, in marks from 1 to 5: how they were attended, how easy it was, and of a low one why. It
    may be corrected for some days, says the database too. What they wrote is apart (`Remark`): no figure meets it."""

    class Satisfaction(models.IntegerChoices):
        VERY_GOOD = 5, _("Molt bé")
        GOOD = 4, _("Bé")
        FAIR = 3, _("Ni bé ni malament")
        BAD = 2, _("Malament")
        VERY_BAD = 1, _("Molt malament")

    class Effort(models.IntegerChoices):
        VERY_EASY = 5, _("Molt fàcil")
        EASY = 4, _("Fàcil")
        FAIR = 3, _("Ni fàcil ni difícil")
        HARD = 2, _("Difícil")
        VERY_HARD = 1, _("Molt difícil")

    class Why(models.TextChoices):
        SLOW = "slow", _("he esperat massa")
        UNCLEAR = "unclear", _("no he entès la resposta")
        UNSOLVED = "unsolved", _("no m’heu resolt el que demanava")
        REPEATED = "repeated", _("ho he hagut d’explicar més d’un cop")
        TREATED = "treated", _("no m’heu tractat bé")
        OTHER = "other", _("una altra cosa")

    asking = models.OneToOneField(Asking, on_delete=models.PROTECT, primary_key=True, related_name="opinion")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    satisfaction = models.PositiveSmallIntegerField(choices=Satisfaction.choices)
    effort = models.PositiveSmallIntegerField(choices=Effort.choices, null=True)
    why = models.TextField(choices=Why.choices, blank=True, default="")
    privacy = Declared(
        "attend", "P6Y", pseudonymous="asking", open="administration at changed_at satisfaction effort why"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__range=(1, 5)) & (Q(effort=None) | Q(effort__range=(1, 5))),
                name="opinion_marks",
            ),
            models.CheckConstraint(
                condition=Q(why="")
                | Q(why__in="slow unclear unsolved repeated treated other".split())
                & (Q(satisfaction__lte=LOW) | Q(effort__isnull=False, effort__lte=LOW)),
                name="opinion_why_of_a_low_mark",
            ),
            models.CheckConstraint(
                condition=Q(changed_at__gte=F("at"), changed_at__lte=F("at") + CORRECTED_FOR),
                name="opinion_closed_after_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asking_id} {self.satisfaction}"

    @property
    def is_low(self) -> bool:
        return self.satisfaction <= LOW or (self.effort or 5) <= LOW


class Remark(models.Model):
    """What somebody wrote with a low mark, for whoever attends them. It is kept for a year."""

    opinion = models.OneToOneField(Opinion, on_delete=models.CASCADE, primary_key=True, related_name="remark")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    text = models.TextField()
    privacy = Declared("attend", "P1Y", personal="text", pseudonymous="opinion", open="administration at")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="remark_says_something")]
        indexes = [models.Index(fields=["administration", "at"], name="remark_by_day")]

    def __str__(self) -> str:
        return self.text[:60]


class Silence(models.Model):
    """Nobody is asked what they thought, until it ends: who said so, and when."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared("administer", "P5Y", personal="by ended_by", open="id administration at ended_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration"], condition=Q(ended_at=None), name="silence_one_standing"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("at")), name="silence_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F}"
