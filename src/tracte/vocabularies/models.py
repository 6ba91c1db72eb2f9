"""Controlled vocabularies after SKOS: schemes, their versions, concepts, and which territory lies in which, when."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7

HAS_CATALAN = Q(labels__has_key="ca") & ~Q(labels__ca="")


class Scheme(models.Model):
    """A vocabulary: `topics`, `territories`, `languages`, `life_events`, or one that an administration brings."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.SlugField(max_length=80)
    labels = models.JSONField()
    uri = models.TextField(blank=True)
    privacy = Declared("administer", "installation", open="id administration key labels uri")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="scheme_key_once"),
            models.CheckConstraint(condition=HAS_CATALAN, name="scheme_in_catalan"),
        ]

    def __str__(self) -> str:
        return self.key


class SchemeVersion(models.Model):
    """A state of a scheme from one day until its next version."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="versions")
    label = models.TextField()
    valid_from = models.DateField()
    source = models.TextField(blank=True)
    loaded_at = models.DateTimeField(default=now)
    privacy = Declared("administer", "installation", open="id administration scheme label valid_from source loaded_at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "label"], name="scheme_version_once")]
        ordering = ["valid_from", "loaded_at"]

    def __str__(self) -> str:
        return self.label


class Concepts(models.QuerySet):
    def of(self, scheme: str) -> Concepts:
        return self.filter(scheme__key=scheme)

    def in_use(self, day: dt.date | None = None) -> Concepts:
        """Those that one may choose on that day (today)."""
        day = day or now().date()
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gt=day))

    def beneath(self, concept: Concept) -> Concepts:
        """The concept and everything below it in its tree."""
        tree = (
            "WITH RECURSIVE tree AS (SELECT %s::uuid AS id UNION "
            "SELECT c.id FROM vocabularies_concept c JOIN tree ON c.parent_id = tree.id) SELECT id FROM tree"
        )
        return self.filter(id__in=RawSQL(tree, [concept.pk]))  # noqa: S611 - the one value is a parameter


class Concept(models.Model):
    """One entry. It stays itself while its labels and place change; when a version drops it, it gets `until`.

    `labels` are {language: text}; `alt_labels` are every other writing ever accepted, `alt_codes` the codes that
    other registries give it. `kind` is for territories, whose tree is their dated memberships and not `parent`.
    """

    class Kind(models.TextChoices):
        """From small to large: a territory lies only in larger ones."""

        MUNICIPALITY = "municipality", _("municipi")
        COMARCA = "comarca", _("comarca")
        VEGUERIA = "vegueria", _("vegueria")
        PROVINCE = "province", _("província")
        COUNTRY = "country", _("país")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="concepts")
    code = models.TextField()
    alt_codes = ArrayField(models.TextField(), default=list, blank=True)
    uri = models.TextField(blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, blank=True)
    labels = models.JSONField()
    alt_labels = ArrayField(models.TextField(), default=list, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    objects = Concepts.as_manager()
    privacy = Declared(
        "administer",
        "installation",
        open="id administration scheme code alt_codes uri parent kind labels alt_labels since until",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "scheme", "code"], name="concept_code_once"),
            models.CheckConstraint(condition=HAS_CATALAN, name="concept_in_catalan"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="concept_not_its_own_parent"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="concept_since_before_until"),
        ]

    def __str__(self) -> str:
        return self.label()

    def label(self, language: str | None = None) -> str:
        """Its name in that language (that of the page), or in Catalan."""
        return self.labels.get((language or get_language() or "ca").split("-")[0]) or self.labels["ca"]

    def within(self, kind: str, on: dt.date | None = None) -> Concept | None:
        """The territory of that kind in which this one lay on that day (today), directly or through another."""
        if self.kind == kind:
            return self
        held = {m.level: m.member_of for m in self.memberships.on(on or now().date()).select_related("member_of")}
        if kind in held:
            return held[kind]
        return next((found for place in held.values() if (found := place.within(kind, on))), None)


class Name(models.Model):
    """A writing by which a concept is found (`names.key` of its codes and labels). Kept by `actions.load`."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="+")
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="names")
    key = models.TextField()
    is_preferred = models.BooleanField()
    privacy = Declared("administer", "installation", open="id administration scheme concept key is_preferred")

    class Meta:
        # A B-tree and not a GIN over an array: under row-level security only leakproof operators reach an index.
        constraints = [models.UniqueConstraint(fields=["scheme", "key", "concept"], name="name_once")]

    def __str__(self) -> str:
        return self.key


class Match(models.Model):
    """A crosswalk: how a concept maps to one of another version or scheme (SKOS), or to a concept kept elsewhere."""

    class Relation(models.TextChoices):
        EXACT = "exact", _("exacta")
        CLOSE = "close", _("propera")
        BROAD = "broad", _("més àmplia")
        NARROW = "narrow", _("més estreta")
        RELATED = "related", _("relacionada")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    source = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="matches")
    relation = models.CharField(max_length=8, choices=Relation.choices)
    target = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="matched_by", null=True, blank=True)
    uri = models.TextField(blank=True)
    privacy = Declared("administer", "installation", open="id administration source relation target uri")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "relation", "target", "uri"], name="match_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["exact", "close", "broad", "narrow", "related"]), name="match_relation_known"
            ),
            models.CheckConstraint(
                condition=Q(target=None) & ~Q(uri="") | Q(target__isnull=False, uri=""), name="match_here_or_elsewhere"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="match_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.relation} {self.target_id or self.uri}"


class Memberships(models.QuerySet):
    def on(self, day: dt.date) -> Memberships:
        """Those in force on that day: of each territory and level, the last that had begun."""
        return (
            self.filter(valid_from__lte=day)
            .order_by("territory", "level", "-valid_from")
            .distinct("territory", "level")
        )


class TerritoryMembership(models.Model):
    """A territory lies in another from one day until its next membership of the same level: none can overlap."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    territory = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="memberships")
    level = models.CharField(max_length=16, choices=Concept.Kind.choices)
    member_of = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="members")
    valid_from = models.DateField()

    objects = Memberships.as_manager()
    privacy = Declared("administer", "installation", open="id administration territory level member_of valid_from")

    class Meta:
        # The migration adds a foreign key (member_of, level) -> (id, kind): the level is what the larger one is.
        constraints = [
            models.UniqueConstraint(fields=["territory", "level", "valid_from"], name="membership_one_a_day"),
            models.CheckConstraint(condition=~Q(territory=F("member_of")), name="membership_not_in_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.territory_id} {self.level} {self.valid_from}"
