"""The calendars of an administration: a week of slots, and the days without work that no law of the land knows."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.aggregates import JSONBAgg
from django.db import models
from django.db.models import Q
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class Calendars(models.QuerySet):
    def with_days(self) -> Calendars:
        """With their own days, in the same query."""
        day = JSONObject(on="days__on", name="days__name", is_worked="days__is_worked")
        return self.annotate(days_told=JSONBAgg(day, filter=Q(days__isnull=False, days__dropped_at=None), default=[]))


class Calendar(models.Model):
    """When a unit or a service works. `week`: seven lists of [opens, closes] from Monday on; `subdivision` brings the
    holidays of a land by its ISO 3166-2 code (`ES-CT`), `Holiday` those of a town."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    key = models.SlugField(max_length=60)
    names = models.JSONField()
    zone = models.TextField(default="Europe/Madrid")
    week = models.JSONField()
    subdivision = models.TextField(blank=True, default="ES-CT")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    objects = Calendars.as_manager()
    privacy = Declared(
        "administer", "installation", personal="by", open="id administration key names zone week subdivision at"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="calendar_key_once"),
            models.CheckConstraint(
                condition=Q(names__has_key="ca") & ~Q(names__ca=""), name="calendar_named_in_catalan"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        """In the language of the page, or in Catalan."""
        return self.names.get((get_language() or "ca").split("-")[0]) or self.names["ca"]

    @property
    def own_days(self) -> dict[dt.date, str]:
        """Day -> name; no name: it is worked, whatever the land does."""
        told = self.__dict__.get("days_told")
        if told is None:
            mine = [one for one in self.days.all() if one.dropped_at is None]
            told = [{"on": str(one.on), "name": one.name, "is_worked": one.is_worked} for one in mine]
        return {dt.date.fromisoformat(day["on"]): "" if day["is_worked"] else day["name"] for day in told}


class Holiday(models.Model):
    """A day without work: the town's own feasts, a closure. `is_worked` takes back one that the land has. One that was
    dropped counts no more and stays: promises of before were made by it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    on = models.DateField()
    name = models.TextField()
    is_worked = models.BooleanField(default=False)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared(
        "administer",
        "installation",
        personal="by dropped_by",
        open="id administration calendar on name is_worked at dropped_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "on"], condition=Q(dropped_at=None), name="holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
