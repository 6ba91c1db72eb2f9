"""What the engine is not sure of, what people said of it, and what that taught about the weights."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class Doubts(models.QuerySet["Doubt"]):
    def waiting(self) -> Doubts:
        """Those that nobody settled and nothing overtook: the two records still belong to different persons."""
        from tracte.people.models import Membership

        def person(record: str) -> Subquery:
            live = Membership.objects.live().filter(record_id=OuterRef(record)).order_by()
            return Subquery(live.values("person_id")[:1])

        return self.filter(closed_at=None).alias(one=person("a_id"), other=person("b_id")).exclude(one=F("other"))

    def disputed(self) -> Doubts:
        """Two looked, unseen by each other, and said the contrary."""
        return self.filter(_was_said("same"), _was_said("different"))

    def undisputed(self) -> Doubts:
        return self.exclude(Q(_was_said("same")) & Q(_was_said("different")))

    def in_order(self) -> Doubts:
        """The nearest to certainty first: each of them settled is most likely somebody made whole."""
        return self.order_by("-weight", "id")

    def after(self, weight: float, id_: uuid.UUID) -> Doubts:
        return self.filter(Q(weight__lt=weight) | Q(weight=weight, id__gt=id_))


def _was_said(word: str) -> Exists:
    return Exists(Verdict.objects.standing().filter(doubt=OuterRef("id"), said=word))


class Doubt(models.Model):
    """Two records that may be one person: neither sure enough to be linked nor to be forgotten.

    `weight` and `weights` (column -> [level, bits]) are what `model` said when it was raised. `why`: band (too little
    to be sure), guard (something that no weight outvotes holds it), group (others of theirs disagree).
    `opinions`: how many must say the same; a keyed hash decides, so nobody can tell or choose which need two.
    `closed_at`: it waits no more, because of a verdict or because something else joined or parted them.
    """

    class Why(models.TextChoices):
        BAND = "band"
        GUARD = "guard"
        GROUP = "group"

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    a = models.ForeignKey("people.SourceRecord", on_delete=models.PROTECT, related_name="+")
    b = models.ForeignKey("people.SourceRecord", on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey("people.LinkModel", on_delete=models.PROTECT, related_name="+", db_index=False)
    weight = models.FloatField()
    weights = models.JSONField()
    why = models.TextField(choices=Why.choices)
    opinions = models.SmallIntegerField(default=1)
    closed_at = models.DateTimeField(null=True)

    objects = Doubts.as_manager()
    privacy = Declared(
        "link", "P6Y", pseudonymous="id a b weights", open="administration at model weight why opinions closed_at"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="doubt_once"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="doubt_ordered"),
            models.CheckConstraint(condition=Q(why__in=["band", "guard", "group"]), name="doubt_why"),
            models.CheckConstraint(condition=Q(opinions__in=[1, 2]), name="doubt_opinions"),
        ]
        indexes = [models.Index(F("weight").desc(), "id", condition=Q(closed_at=None), name="doubt_waiting")]

    def __str__(self) -> str:
        return f"{self.a_id} {self.b_id} {self.weight:+.1f}"


class Verdicts(models.QuerySet["Verdict"]):
    def standing(self) -> Verdicts:
        return self.filter(withdrawn_at=None)

    def settling(self) -> Verdicts:
        """Those that decided."""
        return self.standing().exclude(edge=None)


class Verdict(models.Model):
    """What somebody said of a doubt, and the edge that it became, if it decided. One each, unless taken back."""

    class Said(models.TextChoices):
        SAME = "same"
        DIFFERENT = "different"
        UNSURE = "unsure"

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    doubt = models.ForeignKey(Doubt, on_delete=models.PROTECT, related_name="verdicts")
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=now)
    said = models.TextField(choices=Said.choices)
    reason = models.TextField(blank=True)
    edge = models.ForeignKey("people.Edge", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    objects = Verdicts.as_manager()
    privacy = Declared(
        "link",
        "P6Y",
        personal="by reason",
        pseudonymous="doubt edge",
        open="id administration at said withdrawn_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["doubt", "by"], condition=Q(withdrawn_at=None), name="verdict_one_each"),
            models.UniqueConstraint(
                fields=["doubt"], condition=Q(withdrawn_at=None, edge__isnull=False), name="verdict_decides_once"
            ),
            models.CheckConstraint(condition=Q(said__in=["same", "different", "unsure"]), name="verdict_said"),
            models.CheckConstraint(condition=Q(edge=None) | ~Q(said="unsure"), name="verdict_decides"),
        ]
        indexes = [models.Index(fields=["at"], name="verdict_at")]

    def __str__(self) -> str:
        return f"{self.doubt_id} {self.said}"


class Calibration(models.Model):
    """What people's verdicts taught about the weights of a model: from how many bits on it links by itself, from how
    many it asks. The newest counts. `curve`: blocks of [from, to, labels, same]. No `by`: it was done by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    model = models.ForeignKey("people.LinkModel", on_delete=models.PROTECT, related_name="calibrations")
    labels = models.IntegerField()
    link_at = models.FloatField()
    ask_at = models.FloatField()
    curve = models.JSONField()
    privacy = Declared("link", "P6Y", personal="by", open="id administration at model labels link_at ask_at curve")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ask_at__lt=F("link_at")), name="calibration_asks_before_it_links")
        ]

    def __str__(self) -> str:
        return f"{self.model_id} links at {self.link_at:+.1f}"
