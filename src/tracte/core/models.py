"""Administrations, their units and people at work, keys of programs, and what happened."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tracte.core import tenancy
from tracte.core.calendars.models import Calendar as Calendar
from tracte.core.calendars.models import Holiday as Holiday
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7


class Administration(models.Model):
    """A government, a town: the tenant. `host` is the name by which its pages are asked for; empty serves any name."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    slug = models.SlugField(unique=True)
    name = models.TextField()
    host = models.TextField(unique=True, blank=True)
    language = models.CharField(max_length=8, default="ca")
    created_at = models.DateTimeField(default=now)
    privacy = Declared("administer", "installation", open="id slug name host language created_at")

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A unit of the administration. It stays itself while its name and place in the tree change."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    code = models.SlugField(max_length=80)
    privacy = Declared("administer", "installation", open="id administration code")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["administration", "code"], name="unit_code_once")]

    def __str__(self) -> str:
        return self.code

    def at(self, day: dt.date) -> UnitVersion | None:
        """Its name and parent on that day."""
        return self.versions.filter(valid_from__lte=day).order_by("-valid_from").first()


class UnitVersion(models.Model):
    """Name and parent of a unit from one day until its next version: versions cannot overlap, by construction."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="versions")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    name = models.TextField()
    valid_from = models.DateField()
    is_closed = models.BooleanField(default=False)
    privacy = Declared("administer", "installation", open="id administration unit parent name valid_from is_closed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_one_version_a_day"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("unit")), name="unit_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody who works here. Citizens are people, not users."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    email = models.EmailField()
    full_name = models.TextField()
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    objects = Users()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    privacy = Declared(
        "administer",
        "P5Y",
        personal="email full_name password last_login language",
        open="id administration is_active created_at",
    )

    class Meta:
        constraints = [models.UniqueConstraint("administration", Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.full_name.split()[:2]).upper()

    def has_role(self, *names: str) -> bool:
        return bool(set(names) & set(self.role_names))

    @property
    def role_names(self) -> list[str]:
        if "_role_names" not in self.__dict__:
            self.__dict__["_role_names"] = list(self.roles.values_list("name", flat=True).distinct())
        return self.__dict__["_role_names"]


class Role(models.Model):
    """What a user may do, in which unit."""

    class Name(models.TextChoices):
        AGENT = "agent", _("agent")
        SUPERVISOR = "supervisor", _("supervisora")
        DPO = "dpo", _("protecció de dades")
        EDITOR = "editor", _("edició")
        OPERATOR = "operator", _("operació")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=16, choices=Name.choices)
    privacy = Declared("administer", "P5Y", personal="user", open="id administration unit name")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "name"], name="role_once"),
            models.CheckConstraint(
                condition=models.Q(name__in=["agent", "supervisor", "dpo", "editor", "operator"]), name="role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.unit_id}"


class ApiKeys(models.QuerySet):
    def live(self) -> ApiKeys:
        return self.filter(revocation=None)


class ApiKey(models.Model):
    """A program's key. Only its hash is kept; people recognise it by `prefix`. Scopes:
    `interactions:<account key>`, `cases:<account key>`."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    name = models.TextField()
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = ApiKeys.as_manager()
    privacy = Declared(
        "administer", "P5Y", personal="created_by", open="id administration name prefix digest scopes created_at"
    )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Revocation(models.Model):
    """An API key that no longer opens, who said so and when."""

    api_key = models.OneToOneField(ApiKey, on_delete=models.PROTECT, primary_key=True, related_name="revocation")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    privacy = Declared("administer", "P5Y", personal="by", open="api_key administration at")

    def __str__(self) -> str:
        return f"{self.api_key_id} {self.at:%F}"


class Event(models.Model):
    """Something happened: a name and ids, never text."""

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    name = models.TextField()
    ids = models.JSONField(default=dict)
    privacy = Declared("attend", "P90D", pseudonymous="ids", open="id administration at name")

    class Meta:
        indexes = [models.Index(fields=["administration", "id"], name="event_feed")]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"
