"""What an administration offers, as contracts; and which unit is competent for what, where and since when."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.knowledge.answers.models import Answer, AnswerText, AnswerUse, Withdrawal
from tracte.knowledge.finding.models import Entry, MissedSearch, Posting, Spelling, Synonym
from tracte.vocabularies.models import Concept

LANGUAGES = ("ca", "es", "oc", "en")
KEY = r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$"  # a path: espai-public.enllumenat.fanal


def said(texts: dict[str, str], language: str | None = None) -> str:
    """A text in that language (that of the page), else in Catalan, else in any."""
    code = (language or get_language() or "ca").split("-")[0]
    return texts.get(code) or texts.get("ca") or next((text for text in texts.values() if text), "")


class Services(models.QuerySet):
    def offered(self) -> Services:
        """Not retired."""
        return self.filter(retirement=None)

    def visible(self, application: str, on: dt.date) -> Services:
        """Offered, and seen on that day by an application that asks (as `contract.is_visible` says of one)."""
        rules = Visibility.objects.filter(service=OuterRef("pk"), application=application)
        return self.offered().exclude(Exists(rules.filter(Q(since__gt=on) | Q(until__lte=on))))


class Service(models.Model):
    """A service, which is a contract: what is asked, who answers, by when and how, and what of it may be known.

    Texts are {language: text}. A term, calendar or list of channels that is empty is that of the service above.
    """

    class TermUnit(models.TextChoices):
        WORKING_HOURS = "working_hours", _("hores laborables")
        WORKING_DAYS = "working_days", _("dies laborables")
        CALENDAR_DAYS = "calendar_days", _("dies naturals")
        MONTHS = "months", _("mesos")

    class OpenData(models.TextChoices):
        """What of its cases may be published; the most that a release may tell."""

        NOTHING = "nothing", _("res")
        WITHOUT_PLACE = "without_place", _("els casos, sense cap lloc")
        DISTRICT = "district", _("els casos, amb el districte i prou")
        PLACE = "place", _("els casos, amb el lloc")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.TextField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, blank=True)
    topic = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    names = models.JSONField()
    descriptions = models.JSONField(default=dict, blank=True)
    keywords = models.JSONField(default=dict, blank=True)  # {language: [word]}
    fields = models.JSONField(default=list, blank=True)  # `fields.check` says their shape
    fallback_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    term_amount = models.PositiveSmallIntegerField(null=True, blank=True)
    term_unit = models.CharField(max_length=16, choices=TermUnit.choices, blank=True)
    calendar_key = models.SlugField(max_length=80, blank=True)
    channels = ArrayField(models.TextField(), default=list, blank=True)  # kinds of account, the preferred one first
    citizen_texts = models.JSONField(default=dict, blank=True)
    acknowledgements = models.JSONField(default=dict, blank=True)
    scripts = models.JSONField(default=dict, blank=True)
    is_confidential = models.BooleanField(default=False)
    open_data = models.CharField(max_length=16, choices=OpenData.choices, default=OpenData.NOTHING)
    similar_metres = models.PositiveIntegerField(null=True, blank=True)
    similar_hours = models.PositiveIntegerField(null=True, blank=True)
    claim_days = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = Services.as_manager()
    privacy = Declared(
        "administer",
        "installation",
        open="id administration key parent topic names descriptions keywords fields fallback_unit term_amount "
        "term_unit calendar_key channels citizen_texts acknowledgements scripts is_confidential open_data "
        "similar_metres similar_hours claim_days created_at",
    )

    class Meta:
        # The migration adds a trigger: no service lies within itself, and the tree is at most 8 deep.
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="service_key_once"),
            models.CheckConstraint(condition=Q(key__regex=KEY), name="service_key_is_a_path"),
            models.CheckConstraint(condition=Q(names__has_key="ca") & ~Q(names__ca=""), name="service_in_catalan"),
            models.CheckConstraint(
                condition=Q(term_amount=None, term_unit="")
                | Q(term_amount__gt=0, term_unit__in=["working_hours", "working_days", "calendar_days", "months"]),
                name="service_term_whole",
            ),
            models.CheckConstraint(
                condition=Q(open_data__in=["nothing", "without_place", "district", "place"]), name="service_open_known"
            ),
            models.CheckConstraint(
                condition=Q(is_confidential=False) | Q(open_data="nothing"), name="service_confidential_not_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name()

    def name(self, language: str | None = None) -> str:
        return said(self.names, language)

    def description(self, language: str | None = None) -> str:
        return said(self.descriptions, language)

    @property
    def is_retired(self) -> bool:
        return hasattr(self, "retirement")


class Reader(models.Model):
    """A unit that may see the cases of a confidential service; so may the units beneath it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="readers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    privacy = Declared("administer", "installation", open="id administration service unit")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "unit"], name="service_reader_once")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.unit_id}"


class Visibility(models.Model):
    """From when until when an application that asks (web, app, kiosk) offers a service. Without a row: always."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="visibilities")
    application = models.SlugField(max_length=40)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    privacy = Declared("administer", "installation", open="id administration service application since until")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "application"], name="service_visibility_once"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="service_visibility_since_before_until"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.application}"


class ServiceRevision(models.Model):
    """One edit of a service: what was before, what is after, for the parts that changed. It stays as written."""

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="revisions")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    before = models.JSONField()
    after = models.JSONField()
    privacy = Declared("administer", "P5Y", personal="by", open="id administration service at before after")

    class Meta:
        indexes = [models.Index(fields=["service", "-id"], name="service_revisions")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.at:%F}"


class Retirement(models.Model):
    """A service that is offered no more; what was asked of it stays, and another may have taken its place."""

    service = models.OneToOneField(Service, on_delete=models.PROTECT, primary_key=True, related_name="retirement")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField()
    replaced_by = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    privacy = Declared("administer", "P5Y", personal="by", open="service administration at reason replaced_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(replaced_by=F("service")), name="service_not_replaced_by_itself")
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.at:%F}"


class Competence(models.Model):
    """Which unit is competent for a service in a territory (none: everywhere) from one day until the next row of both.

    So two can never overlap, by construction. A row without a unit ends the one before: nobody, by this rule.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="competences")
    territory = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    valid_from = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=now)
    privacy = Declared(
        "administer", "P5Y", personal="by", open="id administration service territory unit valid_from at"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "territory", "valid_from"], name="competence_one_a_day", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.territory_id} {self.valid_from}"


__all__ = [
    "Answer",
    "AnswerText",
    "AnswerUse",
    "Competence",
    "Entry",
    "MissedSearch",
    "Posting",
    "Reader",
    "Retirement",
    "Service",
    "ServiceRevision",
    "Spelling",
    "Synonym",
    "Visibility",
    "Withdrawal",
]
