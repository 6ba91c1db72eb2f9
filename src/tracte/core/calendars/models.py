"""The calendars of an administration: a week of slots, and the days without work that no law of the land knows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tracte.core import tenancy
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


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
    privacy = Declared("administer", "installation", open="id administration key names zone week subdivision")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "key"], name="calendar_key_once"),
            models.CheckConstraint(
                condition=Q(names__has_key="ca") & ~Q(names__ca=""), name="calendar_named_in_catalan"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Holiday(models.Model):
    """A day without work: the town's own feasts, a closure. `is_worked` takes back one that the land has."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    on = models.DateField()
    name = models.TextField()
    is_worked = models.BooleanField(default=False)
    privacy = Declared("administer", "installation", open="id administration calendar on name is_worked")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "on"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
